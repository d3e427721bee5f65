"""H: bytes on a socket. What is cut, chunked or slow is never judged and never in others' way."""

from __future__ import annotations

import contextlib
import socket
import time
import urllib.request

from tests.nightly.board import Figure, Night, by_tests, fact
from tests.program import Program, started

_FORM = b"Content-Type: application/x-www-form-urlencoded"
_VERDICTS = {b"true", b"false"}


def said(port: int, raw: bytes, *, hangs_up: bool = True) -> bytes:
    """Everything the program answers to *raw*."""
    heard = b""
    address = ("127.0.0.1", port)
    with socket.create_connection(address, timeout=20) as wire, contextlib.suppress(OSError):
        wire.sendall(raw)
        if hangs_up:
            wire.shutdown(socket.SHUT_WR)
        # What was said before the program hung up is lost to a client that was still writing.
        while chunk := wire.recv(65536):
            heard += chunk
    return heard


def request(body: bytes, *headers: bytes) -> bytes:
    """A comment-check with these headers."""
    head = (b"POST /1.1/comment-check HTTP/1.1", b"Host: h", b"Connection: close", _FORM, *headers)
    return b"\r\n".join((*head, b"", body))


def _body(program: Program) -> bytes:
    start = f"api_key={program.key}&blog=https%3A%2F%2Fblog.example.org%2F&user_ip=203.0.113.9"
    return start.encode() + b"&comment_content=" + b"Thank+you+for+this+page.+" * 20


def _short(night: Night, *, is_short: bool) -> Figure:
    count, verdicts, fives, refused = night.count(5000, least=50), 0, 0, 0
    with started(night.folder) as program:
        body, draw = _body(program), night.random
        for number in range(count):
            cut = body[: draw.randrange(len(body))] if is_short else body
            if number % 2 or not is_short:
                raw = request(cut, b"Content-Length: %d" % len(body))
            else:
                size = b"%x" % len(body)
                raw = request(size + b"\r\n" + cut, b"Transfer-Encoding: chunked")
            # Who promised more than he sends says so by hanging up.
            heard = said(program.port, raw, hangs_up=is_short)
            head, _, text = heard.partition(b"\r\n\r\n")
            verdicts += text.strip() in _VERDICTS
            fives += head[9:10] == b"5"
            refused += head[9:10] == b"4"
    text = f"{count} bodies: {refused} refused in words, {verdicts} verdicts, {fives} 5xx"
    return Figure(text, verdicts == fives == 0)


@fact(
    "H-02",
    "a body cut short or sent in pieces is never judged",
    how="5 000 bodies cut at random places, half of them chunked, to the real program",
    target="0 verdicts, 0 5xx",
    twin=lambda night: _short(night, is_short=False),
)
def _short_bodies(night: Night) -> Figure:
    return _short(night, is_short=True)


@fact(
    "H-06",
    "slow clients are in nobody's way, even without a proxy in front",
    how="500 sockets that send a header, a body or read an answer byte by byte, for 60 s",
    target="/healthz p99 < 1 s",
)
def _slow(night: Night) -> Figure:
    count, seconds, took = night.count(500, least=100), night.count(60, least=10), []
    with started(night.folder) as program, contextlib.ExitStack() as stack:
        body = _body(program)
        whole = request(body, b"Content-Length: %d" % len(body))
        wires = []
        for number in range(count):
            wire = socket.create_connection(("127.0.0.1", program.port), timeout=20)
            wires.append(stack.enter_context(wire))
            wire.sendall(whole[: (30, len(whole) - 200, len(whole))[number % 3]])
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            begun = time.monotonic()
            urllib.request.urlopen(f"{program.address}/healthz", timeout=20).close()
            took.append(time.monotonic() - begun)
            for wire in wires[::7]:
                with contextlib.suppress(OSError):
                    wire.send(b"a")
            time.sleep(0.05)
    took.sort()
    p99 = took[int(len(took) * 0.99)]
    return Figure(f"{count} slow sockets, {len(took)} asked, p99 {p99:.2f} s", p99 < 1)


def _too_large(night: Night, size: int) -> Figure:
    """How many clients that go on writing *size* bytes hear that it is too much."""
    count, heard, verdicts = night.count(100, least=10), 0, 0
    with started(night.folder) as program:
        start = _body(program)
        raw = request(start + b"a" * (size - len(start)), b"Content-Length: %d" % size)
        for _ in range(count):
            told = said(program.port, raw, hangs_up=False)
            heard += told[9:12] == b"413"
            verdicts += told.rpartition(b"\r\n\r\n")[2].strip() in _VERDICTS
    text = f"{heard} of {count} heard 413, {verdicts} verdicts"
    return Figure(text, heard >= 0.99 * count and not verdicts)


@fact(
    "H-07",
    "a client that is still writing hears that its body is too large",
    how="100 bodies of 8 MiB to the real program; the twin's are of 64, more than is taken",
    target="413 heard by 99 of 100, 0 verdicts",
    twin=lambda night: _too_large(night, 64 * 1024 * 1024),
)
def _heard_while_writing(night: Night) -> Figure:
    return _too_large(night, 8 * 1024 * 1024)


by_tests(
    "H-01",
    "every malformed request is answered once, in words, and never with a verdict",
    "tests/contract/test_socket.py",
    how="the raw-socket matrix against the real program",
)
