"""The real program past every library: bytes on a socket, answered or refused in words."""

import contextlib
import json
import random
import re
import socket

import pytest

from tests import smuggling
from tests.smuggling import heard, honest, statuses

pytestmark = pytest.mark.e2e

FORM = "application/x-www-form-urlencoded"
MIB = 1024 * 1024
GUID = re.compile(r"[0-9a-f]{32}")
ADDRESS = b"&blog=https%3A%2F%2Fblog.example.org%2F&user_ip=203.0.113.9"


def on_socket(program, raw, *, hangs_up=False):
    """Status, headers and body that the real program answers *raw* with."""
    with socket.create_connection(("127.0.0.1", program.port), timeout=20) as wire:
        wire.sendall(raw)
        if hangs_up:
            # The server may have refused and hung up first; what it said is still there to read.
            with contextlib.suppress(OSError):
                wire.shutdown(socket.SHUT_WR)
        heard = b""
        while chunk := wire.recv(65536):
            heard += chunk
    head, _, body = heard.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (r.partition(":") for r in rest)}
    return int(first.split()[1]), headers, body


def call(body, *headers, path=b"/1.1/comment-check", host=b"h", length=None, version=b"1.1"):
    """The bytes of one call; *length* False leaves the header out."""
    lines = [b"POST " + path + b" HTTP/" + version, b"Host: " + host, b"Connection: close"]
    lines += headers
    if length is not False:
        lines.append(b"Content-Length: %d" % (len(body) if length is None else length))
    return b"\r\n".join((*lines, b"", body))


TYPE = b"Content-Type: " + FORM.encode()
CHUNKED = b"Transfer-Encoding: chunked"


def chunks(body):
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


@pytest.fixture
def good(program):
    return f"api_key={program.key}".encode() + ADDRESS


REFUSED = {
    "chunked": (lambda good: call(chunks(good), TYPE, CHUNKED, length=False), "Content-Length."),
    "bad chunks": (lambda _: call(b"zz\r\nx", TYPE, CHUNKED, length=False), "Content-Length."),
    "length and chunks": (lambda good: call(chunks(good), TYPE, CHUNKED), "Content-Length."),
    "cut short": (lambda good: call(good, TYPE, length=5000), "shorter than"),
    "compressed": (lambda good: call(good, TYPE, b"Content-Encoding: gzip"), "Compressed"),
    "three mebibytes": (lambda good: call(good + b"x" * 3 * MIB, TYPE), "larger than 2 MiB"),
    "five gigabytes, said": (lambda good: call(good, TYPE, length=5 * 1024 * MIB), "larger than"),
    "no length": (lambda _: call(b"", TYPE, length=False), "invalid"),
    "no such place": (lambda good: call(good, TYPE, path=b"/1.1/./comment-check"), "nothing here"),
    "two slashes": (lambda good: call(good, TYPE, path=b"/1.1//comment-check"), "nothing here"),
    "a wrong method": (lambda good: call(good, TYPE).replace(b"POST", b"BREW"), "that method"),
    "an endless query": (
        lambda good: call(good, TYPE, path=b"/1.1/comment-check?" + b"a" * 60_000),
        "name is too long",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_bad_call_is_refused_in_words_and_with_a_guid(program, good, kind):
    make, words = REFUSED[kind]
    # Who promised more than he sends says so by hanging up.
    hangs_up = kind in {"cut short", "five gigabytes, said"}
    status, headers, body = on_socket(program, make(good), hangs_up=hangs_up)
    assert status in {200, 400, 404, 405, 413}
    assert words.encode() in body
    assert GUID.fullmatch(headers["x-akismet-guid"])
    assert headers["content-type"] == "text/plain; charset=utf-8"
    assert "location" not in headers


ANSWERED = {
    "plain": lambda good: call(good, TYPE),
    "HTTP/1.0": lambda good: call(good, TYPE, version=b"1.0"),
    "a trailing slash": lambda good: call(good, TYPE, path=b"/1.1/comment-check/"),
    "a slash too many in front": lambda good: call(good, TYPE, path=b"//1.1/comment-check"),
    "a whole address": lambda good: call(good, TYPE, path=b"http://evil.example/1.1/comment-check"),
    "a host that is none": lambda good: call(good, TYPE, host=b"<script>alert(1)</script>"),
    "no host": lambda good: call(good, TYPE).replace(b"Host: h\r\n", b""),
    "an agent in no charset": lambda good: call(good, TYPE, b"User-Agent: \xff\xfe\x80"),
    "a type in no charset": lambda good: call(good, b"Content-Type: \xff\xfe"),
    "no type": call,
    "a long header": lambda good: call(good, TYPE, b"X-A: " + b"a" * 50_000),
}


@pytest.mark.parametrize("kind", ANSWERED)
def test_an_odd_call_is_answered(program, good, kind):
    body = good + b"&comment_author=akismet-guaranteed-spam"
    status, headers, said = on_socket(program, ANSWERED[kind](body))
    assert (status, said) == (200, b"true")
    assert GUID.fullmatch(headers["x-akismet-guid"])


@pytest.mark.parametrize("shape", ["{}.rest.example", "{}.rest.example:443", "{}.localhost:80"])
def test_the_key_may_stand_in_the_host(program, shape):
    for key in (program.key, program.key.upper()):
        host = shape.format(key).encode()
        status, _, said = on_socket(program, call(ADDRESS[1:], TYPE, host=host))
        assert (status, said) in {(200, b"false"), (200, b"true")}
    status, headers, said = on_socket(program, call(ADDRESS[1:], TYPE, host=b"000000000000.a.b:1"))
    assert (status, said) == (200, b"invalid")
    assert "x-akismet-debug-help" in headers


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        call(b"x", b"Content-Length: abc", length=False),
        call(b"x", b"Content-Length: -5", length=False),
        call(b"x", b"Content-Length: 3"),
        call(b"x", b"X: a\rb"),
        call(b"x", path=b"/1.1/\xff\xfe"),
        call(b"x", *(b"X-%d: 1" % number for number in range(500))),
    ],
    ids=["TLS", "no HTTP", "a word", "less than nothing", "two", "bare CR", "path", "500 headers"],
)
def test_what_is_no_http_is_refused(program, raw):
    status, headers, body = on_socket(program, raw, hangs_up=True)
    assert status in {400, 431}
    assert b"Traceback" not in body
    assert "location" not in headers


@pytest.mark.parametrize("kind", smuggling.HIDDEN)
def test_a_hidden_second_call_is_never_answered(program, good, kind):
    assert statuses(heard(program.port, smuggling.HIDDEN[kind](good))) == [400]


def test_two_honest_calls_on_one_connection_are_answered_twice(program, good):
    both = honest(good, is_last=False) + honest(good)
    assert statuses(heard(program.port, both)) == [200, 200]


def test_a_bare_line_feed_ends_a_line_here_and_in_nginx_alike(program, good):
    # RFC 9112, 2.2 allows it; what is behind it is a header, and two lengths are refused.
    assert statuses(heard(program.port, smuggling.bare(good))) == [200]
    hidden = honest(good).replace(b"Host: h", b"Host: h\nContent-Length: 0")
    assert statuses(heard(program.port, hidden)) == [400]


def test_after_all_that_the_program_is_well(program, good):
    for length in (0, 1, 7, 100, 1000):
        on_socket(program, call(good, TYPE, length=length), hangs_up=length > len(good))
        on_socket(program, call(random.Random(7).randbytes(length), TYPE))
    status, _, body = on_socket(
        program, b"GET /readyz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
    )
    assert (status, json.loads(body)["ready"]) == (200, True)
    assert "Traceback" not in program.printed
    assert "bug " not in program.printed
