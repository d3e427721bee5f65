"""The server that browser tests ask closes what it answered with, whatever its client does."""

import socket
import struct
import threading
import urllib.parse

import pytest

from tests.live import served


class Answer:
    """A body that comes to its end when the client has gone, and notes that it was closed."""

    def __init__(self):
        self.is_gone, self.is_closed = threading.Event(), threading.Event()

    def __iter__(self):
        yield b"begun"
        self.is_gone.wait(10)

    def close(self):
        self.is_closed.set()


def test_an_answer_is_closed_although_its_client_went_away():
    answer = Answer()

    def app(_environ, start_response):
        # Of a length that is told: nothing is written after it, so reading finds that it was reset.
        start_response("200 OK", [("Content-Length", "5")])
        return answer

    with served(app) as address:
        place = urllib.parse.urlsplit(address)
        with socket.create_connection((place.hostname, place.port), timeout=10) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: blog.example\r\n\r\n")
            heard = b""
            while b"begun" not in heard:
                heard += client.recv(4096) or pytest.fail("it was not answered")
            # Not closed in order but reset, as a browser does it.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        answer.is_gone.set()
        assert answer.is_closed.wait(10)
