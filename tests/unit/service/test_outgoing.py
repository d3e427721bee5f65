"""No address from outside leads into the operator's own network."""

from __future__ import annotations

import socket
import threading

import flask
import pytest

from service.errors import InvalidField
from service.outgoing import NotDelivered, Outgoing, read_hosts, read_target
from tests.live import served

# Spellings of this machine and of private networks; {port} is one where somebody would answer.
INWARD = [
    "http://127.0.0.1:{port}/",
    "http://127.1:{port}/",
    "http://127.0.1:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0x7f.0.0.1:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://017700000001:{port}/",
    "http://0.0.0.0:{port}/",
    "http://0:{port}/",
    "http://localhost:{port}/",
    "http://LOCALHOST:{port}/",
    "http://localhost.:{port}/",
    "http://[::1]:{port}/",
    "http://[::]:{port}/",
    "http://[0:0:0:0:0:0:0:1]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[64:ff9b::7f00:1]:{port}/",
    "http://[2002:7f00:1::]:{port}/",
    "http://127.255.255.254:{port}/",
    "http://１２７.0.0.1:{port}/",
    "http://127。0。0。1:{port}/",
    "https://127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@hooks.example.org/",
    "http://hooks.example.org@127.0.0.1:{port}/",
    "http://hooks.example.org:80@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}#@hooks.example.org/",
    "http://127.0.0.1:{port}?@hooks.example.org/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[fd00::1]/",
    "http://[fe80::1]/",
    "http://[ff02::1]/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
]


@pytest.fixture
def listener():
    """A port of this machine and the list of who connected to it."""
    connected = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept():
            try:
                while True:
                    connection, _ = listening.accept()
                    connected.append(connection.getpeername())
                    connection.close()
            except OSError:
                return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listening.getsockname()[1], connected
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.fixture
def attempts(monkeypatch):
    """Every address a socket was told to connect to; those outside are not really asked."""
    tried = []
    real = socket.socket.connect

    def connect(self, address):
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            tried.append(address[0])
            if not str(address[0]).startswith("127."):
                raise ConnectionRefusedError
        return real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    return tried


@pytest.mark.parametrize("url", INWARD)
def test_no_spelling_of_a_private_address_is_connected_to(listener, attempts, url):
    port, connected = listener
    with pytest.raises(NotDelivered):
        Outgoing().post(url.format(port=port), b"{}", {})
    assert attempts == []
    assert connected == []


def test_a_name_that_points_elsewhere_a_moment_later_changes_nothing(monkeypatch, attempts):
    answers = ["93.184.216.34", "127.0.0.1", "127.0.0.1", "127.0.0.1"]
    real = socket.getaddrinfo

    def lookup(host, port, *rest, **named):
        if host == "hooks.example.org":
            host = answers.pop(0)
        return real(host, port, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with pytest.raises(NotDelivered):
        Outgoing().post("http://hooks.example.org/", b"{}", {})
    assert set(attempts) == {"93.184.216.34"}


def test_a_name_of_a_private_address_is_refused(monkeypatch, attempts):
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda _host, *rest, **named: real("10.1.2.3", *rest, **named)
    )
    with pytest.raises(NotDelivered, match="InvalidIPAddress"):
        Outgoing().post("https://hooks.example.org/", b"{}", {})
    assert attempts == []


def test_a_host_the_operator_named_is_asked():
    app = flask.Flask("receiver")
    app.add_url_rule("/", view_func=lambda: flask.request.get_data(cache=False), methods=["POST"])
    with served(app) as place:
        assert Outgoing(read_hosts("other.lan, 127.0.0.1")).post(place, b"hi", {}).text == "hi"


def test_a_redirect_is_an_answer_not_an_order(listener):
    port, connected = listener
    app = flask.Flask("receiver")
    app.add_url_rule(
        "/",
        view_func=lambda: flask.redirect(f"http://localhost:{port}/", 307),
        methods=["POST"],
    )
    with served(app) as place:
        assert Outgoing(read_hosts("127.0.0.1")).post(place, b"{}", {}).status == 307
    assert connected == []


def test_proxies_of_the_environment_are_not_used(monkeypatch, listener):
    port, connected = listener
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
    with pytest.raises(NotDelivered):
        Outgoing().post("http://10.0.0.1/", b"{}", {})
    assert connected == []


@pytest.mark.parametrize(
    "url", ["", "hooks.example.org", "http://a b/", "http://[::1", "http:///x"]
)
def test_what_is_no_address_is_named_so(url):
    with pytest.raises(InvalidField):
        read_target(url)
