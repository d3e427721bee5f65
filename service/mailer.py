"""Mail out, through the operator's own server. Plain text only: nothing in it can run or load."""

from __future__ import annotations

import base64
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Final, Protocol

from service.errors import Unavailable
from service.settings import Settings

_TIMEOUT_S: Final = 20
_SIGNED_IN: Final = 235  # RFC 4954, 4.


class Sends(Protocol):
    """What sends one mail. Raises Unavailable when it did not go out."""

    def send(self, to: str, subject: str, body: str) -> None:
        """Send it, or raise Unavailable (slow I/O)."""


class Mailer:
    """Sends by SMTP: a connection for each mail, encrypted unless the operator says otherwise."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def send(self, to: str, subject: str, body: str) -> None:
        """Hand one mail to the server, which answers for it from then on (slow I/O).

        Raises Unavailable; the password is in no message of it.
        """
        here = self._settings
        message = EmailMessage()
        sender = here.smtp_from or here.smtp_user or f"chaffinch@{here.smtp_host}"
        try:
            # EmailMessage refuses line breaks in headers: nobody adds one of their own.
            message["From"], message["To"], message["Subject"] = sender, to, subject
            message["Date"] = formatdate(usegmt=True)
            message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2] or None)
            # Nobody's holiday note needs to answer us (RFC 3834).
            message["Auto-Submitted"] = "auto-generated"
            message.set_content(body)
            with self._connection() as server:
                self._sign_in(server)
                server.send_message(message)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise Unavailable(detail=f"mail: {type(error).__name__}") from None

    def require_open(self) -> None:
        """Raise Unavailable unless the server lets us in; nothing is sent (slow I/O)."""
        here = self._settings
        try:
            with self._connection() as server:
                self._sign_in(server)
                server.noop()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise Unavailable(
                f"{here.smtp_host}:{here.smtp_port} does not let us in ({type(error).__name__}): "
                "look at CHAFFINCH_SMTP_PORT, _SECURITY, _USER and _PASSWORD"
            ) from None

    def _connection(self) -> smtplib.SMTP:
        here = self._settings
        if here.smtp_security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(
                here.smtp_host, here.smtp_port, timeout=_TIMEOUT_S, context=context
            )
        server = smtplib.SMTP(here.smtp_host, here.smtp_port, timeout=_TIMEOUT_S)
        if here.smtp_security == "starttls":
            try:
                server.starttls(context=ssl.create_default_context())
            except (OSError, smtplib.SMTPException):
                server.close()
                raise
        return server

    def _sign_in(self, server: smtplib.SMTP) -> None:
        login, password = self._settings.smtp_user, self._settings.smtp_password.reveal()
        if not login:
            return
        if f"{login}{password}".isascii():
            server.login(login, password)
            return
        # The library's own knows ASCII alone; PLAIN is UTF-8 (RFC 4616).
        server.ehlo_or_helo_if_needed()
        told = base64.b64encode(f"\0{login}\0{password}".encode()).decode()
        code, answer = server.docmd("AUTH", f"PLAIN {told}")
        if code != _SIGNED_IN:
            raise smtplib.SMTPAuthenticationError(code, answer)
