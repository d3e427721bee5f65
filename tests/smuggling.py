"""Bytes that two programs may read as one request or as two, on a connection that is kept.

Each row makes them of an honest form; in each a second request is hidden, which an honest reader
would never answer. Asked of the program itself and of nginx before it.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from typing import Final

_SILENT_S: Final = 20.0
_START: Final = (
    b"POST /1.1/comment-check HTTP/1.1\r\nHost: h\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n"
)


def honest(form: bytes, *, is_last: bool = True) -> bytes:
    """One call, after which the connection is to be closed or kept."""
    last = b"Connection: close\r\n" if is_last else b""
    return _START + last + b"Content-Length: %d\r\n\r\n" % len(form) + form


def _chunks(form: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(form), form)


def _made(*headers: bytes) -> Callable[[bytes], bytes]:
    """A call in pieces with these headers, and one more behind it."""

    def make(form: bytes) -> bytes:
        chunks = _chunks(form)
        lines = [one.replace(b"ALL", b"%d" % len(chunks)) for one in headers]
        head = _START + b"".join(line + b"\r\n" for line in lines) + b"\r\n"
        return head + chunks + honest(form)

    return make


def _cl_te(form: bytes) -> bytes:
    """Whoever goes by the length sees one request, whoever goes by the pieces sees two."""
    hidden = b"0\r\n\r\n" + honest(form)
    length = b"Content-Length: %d\r\n" % len(hidden)
    return _START + length + b"Transfer-Encoding: chunked\r\n\r\n" + hidden


def _te_cl(form: bytes) -> bytes:
    """The other way round: the length ends before what the pieces hold."""
    hidden = honest(form)
    size = b"%x\r\n" % len(hidden)
    length = b"Content-Length: %d\r\n" % len(size)
    head = _START + length + b"Transfer-Encoding: chunked\r\n\r\n"
    return head + size + hidden + b"\r\n0\r\n\r\n"


def _plus(form: bytes) -> bytes:
    return _START + b"Content-Length: +%d\r\n\r\n" % len(form) + form + honest(form)


def _two_lengths(form: bytes) -> bytes:
    head = b"Content-Length: %d\r\nContent-Length: 0\r\n\r\n" % len(form)
    return _START + head + form + honest(form)


HIDDEN: Final[dict[str, Callable[[bytes], bytes]]] = {
    "CL.TE": _cl_te,
    "TE.CL": _te_cl,
    "TE.TE": _made(b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity"),
    "xchunked": _made(b"Transfer-Encoding: xchunked", b"Content-Length: ALL"),
    "a space before the colon": _made(b"Transfer-Encoding : chunked", b"Content-Length: ALL"),
    "a tab before the word": _made(b"Transfer-Encoding:\x0bchunked", b"Content-Length: ALL"),
    "a folded line": _made(b"X-A: a", b" Transfer-Encoding: chunked", b"Content-Length: ALL"),
    "a length with a plus": _plus,
    "two lengths": _two_lengths,
}


def bare(form: bytes) -> bytes:
    """An honest call whose lines end in LF alone."""
    head, _, body = honest(form).partition(b"\r\n\r\n")
    return head.replace(b"\r\n", b"\n") + b"\n\n" + body


def heard(port: int, raw: bytes) -> bytes:
    """Everything that is said to *raw* until the other side hangs up."""
    told, address = b"", ("127.0.0.1", port)
    # What was said before it hung up is there to read, also when it left some of ours unread.
    with socket.create_connection(address, _SILENT_S) as wire, contextlib.suppress(ConnectionError):
        wire.sendall(raw)
        while chunk := wire.recv(65536):
            told += chunk
    return told


def statuses(told: bytes) -> list[int]:
    """The status of each answer in what was *told*."""
    return [int(part[:3]) for part in told.split(b"HTTP/1.1 ")[1:]]
