"""H: bytes on a socket. What is cut, chunked or slow is never judged and never in others' way."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from werkzeug.serving import make_server

from tests.builders import KEY
from tests.nightly.board import Figure, Night, by_tests, fact
from tests.nightly.house import housed
from tests.nightly.unguarded import HANGS_UP, READS_WHAT_CAME, without
from tests.program import started

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


def _body(key: str) -> bytes:
    start = f"api_key={key}&blog=https%3A%2F%2Fblog.example.org%2F&user_ip=203.0.113.9"
    return start.encode() + b"&comment_content=" + b"Thank+you+for+this+page.+" * 20


def _short(night: Night, *, off: str = "") -> Figure:
    count, verdicts, fives, refused = night.count(10_000, least=50), 0, 0, 0
    with started(night.folder, **without(off, night.folder)) as program:
        body, draw = _body(program.key), night.random
        for number in range(count):
            cut = body[: draw.randrange(len(body))]
            if number % 2:
                raw = request(cut, b"Content-Length: %d" % len(body))
            else:
                size = b"%x" % len(body)
                raw = request(size + b"\r\n" + cut, b"Transfer-Encoding: chunked")
            # Who promised more than he sends says so by hanging up.
            heard = said(program.port, raw)
            head, _, text = heard.partition(b"\r\n\r\n")
            verdicts += text.strip() in _VERDICTS
            fives += head[9:10] == b"5"
            refused += head[9:10] == b"4"
    text = f"{count} bodies: {refused} refused in words, {verdicts} verdicts, {fives} 5xx"
    return Figure(text, verdicts == fives == 0)


@fact(
    "H-02",
    "a body cut short or sent in pieces is never judged",
    how="10 000 bodies cut at random places, half of them chunked, to the real program",
    target="0 verdicts, 0 5xx",
    twin=lambda night: _short(night, off=READS_WHAT_CAME),
)
def _short_bodies(night: Night) -> Figure:
    return _short(night)


@contextlib.contextmanager
def _one_thread(folder: Path) -> Iterator[tuple[int, str]]:
    """The same application behind a server that reads, answers and waits in one thread."""
    with housed(folder) as house:
        server = make_server("127.0.0.1", 0, house.app, threaded=False)
        server.RequestHandlerClass.log = lambda *_: None
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port, KEY
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def _as_deployed(folder: Path) -> Iterator[tuple[int, str]]:
    with started(folder) as program:
        yield program.port, program.key


_GIVES_UP_S = 3


@fact(
    "H-06",
    "slow clients are in nobody's way, even without a proxy in front",
    how="500 sockets that send a header, a body or read an answer byte by byte, for 60 s",
    target="/healthz p99 < 1 s",
    twin=lambda night: _slow(night, serve=_one_thread),
)
def _slow(night: Night, *, serve=_as_deployed) -> Figure:
    count, seconds, took = night.count(500, least=100), night.count(60, least=10), []
    with serve(night.folder) as (port, key), contextlib.ExitStack() as stack:
        body = _body(key)
        whole = request(body, b"Content-Length: %d" % len(body))
        wires = []
        for number in range(count):
            wire = socket.create_connection(("127.0.0.1", port), timeout=20)
            wires.append(stack.enter_context(wire))
            wire.sendall(whole[: (30, len(whole) - 200, len(whole))[number % 3]])
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            begun = time.monotonic()
            with contextlib.suppress(OSError):
                address = f"http://127.0.0.1:{port}/healthz"
                urllib.request.urlopen(address, timeout=_GIVES_UP_S).close()
            took.append(time.monotonic() - begun)
            for wire in wires[::7]:
                with contextlib.suppress(OSError):
                    wire.send(b"a")
            time.sleep(0.05)
    took.sort()
    p99 = took[int(len(took) * 0.99)]
    return Figure(f"{count} slow sockets, {len(took)} asked, p99 {p99:.2f} s", p99 < 1)


def _too_large(night: Night, *, off: str = "") -> Figure:
    """How many clients that go on writing 8 MiB hear that it is too much."""
    size = 8 * 1024 * 1024
    count, heard, verdicts = night.count(100, least=10), 0, 0
    with started(night.folder, **without(off, night.folder)) as program:
        start = _body(program.key)
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
    how="100 bodies of 8 MiB to the real program",
    target="413 heard by 99 of 100, 0 verdicts",
    twin=lambda night: _too_large(night, off=HANGS_UP),
)
def _heard_while_writing(night: Night) -> Figure:
    return _too_large(night)


by_tests(
    "H-01",
    "every malformed request is answered once, in words, and never with a verdict",
    "tests/contract/test_socket.py",
    how="the raw-socket matrix against the real program",
    off=READS_WHAT_CAME,
)
