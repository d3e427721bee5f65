"""The mailer against a real mail server: encrypted, signed in, and nothing sent otherwise."""

import dataclasses
import datetime as dt
import ipaddress
import ssl

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from service.errors import Unavailable
from service.mailer import Mailer
from service.settings import Secret

USER, PASSWORD, ODD = "chaffinch@mail.example", "password hush", "pässwörd hush"
HERE = ipaddress.ip_address("127.0.0.1")


def certificate(folder, address=HERE):
    """A certificate for *address* that signs itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.example")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(address)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    place = folder / f"{address}.pem"
    pem = serialization.Encoding.PEM
    own = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    place.write_bytes(made.public_bytes(pem) + own)
    return place


def is_encrypted(server):
    return server.transport.get_extra_info("ssl_object") is not None


class Post:
    """What a mail server was given, by whom, and whether the line was encrypted by then."""

    def __init__(self):
        self.mails, self.signed_in, self.lines = [], [], []

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802 - aiosmtpd's own name
        self.mails.append((is_encrypted(server), envelope.rcpt_tos, envelope.content))
        return "250 kept"

    def authenticate(self, server, _session, _envelope, _mechanism, given):
        login, password = given.login.decode(), given.password.decode()
        self.signed_in.append((is_encrypted(server), login, password))
        # Not handled: the server has yet to say so.
        return AuthResult(success=login == USER and password in {PASSWORD, ODD}, handled=False)


class Server(Controller):
    """A mail server on loopback: STARTTLS when it has a *context*, TLS from the start if *tls*."""

    def __init__(self, context, *, tls=False):
        self.post, self._own = Post(), {}
        if context is not None and not tls:
            self._own = {"tls_context": context, "require_starttls": True}
        super().__init__(
            self.post, hostname=str(HERE), port=0, ssl_context=context if tls else None
        )

    def factory(self):
        return SMTP(
            self.handler,
            # Nobody need look for this machine's name.
            hostname="mail.example",
            authenticator=self.post.authenticate,
            auth_require_tls=False,
            **self._own,
        )

    def _trigger_server(self):
        """It would look for itself at port 0."""
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def trusted(tmp_path, monkeypatch):
    """A certificate that this machine trusts."""
    place = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(place))
    return place


@pytest.fixture
def start():
    servers = []

    def start(place=None, *, tls=False):
        context = None
        if place is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(place)
        server = Server(context, tls=tls)
        server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def mailer(runtime):
    def mailer(server, security, password=PASSWORD, user=USER):
        return Mailer(
            dataclasses.replace(
                runtime.settings,
                smtp_host=str(HERE),
                smtp_port=server.port,
                smtp_security=security,
                smtp_user=user,
                smtp_password=Secret(password),
            )
        )

    return mailer


def send(mailer):
    mailer.send("ann@example.net", "Grüße", "Two comments wait.")


@pytest.mark.parametrize("password", [PASSWORD, ODD])
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_password_and_mail_go_over_an_encrypted_line(start, mailer, trusted, security, password):
    server = start(trusted, tls=security == "tls")
    own = mailer(server, security, password)
    own.require_open()
    assert server.post.mails == []
    send(own)
    assert server.post.signed_in == [(True, USER, password)] * 2
    ((was_encrypted, to, content),) = server.post.mails
    assert (was_encrypted, to) == (True, ["ann@example.net"])
    assert b"Two comments wait." in content


@pytest.mark.parametrize("password", ["wrong hush", "wröng hush"])
@pytest.mark.parametrize("ask", [send, Mailer.require_open])
def test_a_wrong_password_sends_nothing_and_is_not_told(start, mailer, trusted, ask, password):
    server = start(trusted)
    with pytest.raises(Unavailable) as caught:
        ask(mailer(server, "starttls", password))
    assert server.post.mails == []
    # The library tries each way that the server offers.
    assert set(server.post.signed_in) == {(True, USER, password)}
    said = repr(caught.value) + str(caught.value) + caught.value.detail
    assert "SMTPAuthenticationError" in said
    assert "hush" not in said


def test_a_server_that_cannot_encrypt_hears_neither_password_nor_mail(start, mailer):
    """As when somebody on the way takes STARTTLS out of what the server offers."""
    server = start()
    with pytest.raises(Unavailable):
        send(mailer(server, "starttls"))
    assert (server.post.signed_in, server.post.mails) == ([], [])


def test_without_encryption_asked_for_that_server_hears_both(start, mailer):
    """The twin: what the setting keeps from happening."""
    server = start()
    send(mailer(server, "none"))
    assert server.post.signed_in == [(False, USER, PASSWORD)]
    assert [was_encrypted for was_encrypted, *_ in server.post.mails] == [False]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_nobody_trusts_hears_neither(start, mailer, tmp_path, security):
    server = start(certificate(tmp_path), tls=security == "tls")
    with pytest.raises(Unavailable):
        send(mailer(server, security))
    assert (server.post.signed_in, server.post.mails) == ([], [])


def test_a_certificate_of_another_machine_hears_neither(start, mailer, tmp_path, monkeypatch):
    place = certificate(tmp_path, ipaddress.ip_address("192.0.2.1"))
    monkeypatch.setenv("SSL_CERT_FILE", str(place))
    server = start(place)
    with pytest.raises(Unavailable):
        send(mailer(server, "starttls"))
    assert (server.post.signed_in, server.post.mails) == ([], [])
