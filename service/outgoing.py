"""The one door through which this program speaks to others: HTTP POST, guarded.

The addresses come from outside; none may lead into the operator's own network, unless he named that
host in CHAFFINCH_EVENT_HOSTS.

requests-hardened looks a name up once, refuses private, loopback, link-local and other special
addresses, and connects to the very address it looked at, so that a name that points elsewhere a
moment later changes nothing. Redirects are never followed. Proxies and passwords that happen to
stand in the environment or in ~/.netrc are not used.
"""

from __future__ import annotations

import dataclasses
from typing import Final, Protocol
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter import InvalidIPAddress, filter_host
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.util import Retry

from service.errors import InvalidField

# To connect, and to wait for each answer; a claim lasts several times as long.
TIMEOUT_S: Final = (3.05, 10.0)
_MOST_ANSWER: Final = 65_536
# What passes by itself within seconds is tried again at once; the outbox does the rest. A POST
# whose answer was lost may have arrived: only connections that never stood are repeated here.
_AT_ONCE: Final = Retry(
    total=2,
    connect=2,
    read=False,
    redirect=False,
    status=0,
    other=0,
    backoff_factor=0.2,
    backoff_jitter=0.2,
    raise_on_redirect=False,
    raise_on_status=False,
)


class NotDelivered(Exception):
    """Catch to try again later: nobody answered, or nobody may be asked."""


@dataclasses.dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    text: str


class Sender(Protocol):
    """Whoever carries a body to an address."""

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> Reply:
        """Carry *body* to *url*. Raises NotDelivered (slow I/O)."""


class Outgoing:
    """Posts to addresses from outside. *private_hosts*: host names that may be private."""

    def __init__(self, private_hosts: frozenset[str] = frozenset()) -> None:
        self._private_hosts = private_hosts

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> Reply:
        """Carry *body* to *url*. Raises NotDelivered (slow I/O, at most a few timeouts)."""
        try:
            host = read_target(url)
        except InvalidField as error:
            raise NotDelivered(str(error)) from None
        with requests.Session() as session:
            session.trust_env = False
            for scheme in ("http", "https"):
                session.mount(f"{scheme}://", self._adapter(host, is_https=scheme == "https"))
            try:
                with session.post(
                    url,
                    data=body,
                    headers={"User-Agent": "Chaffinch"} | headers,
                    timeout=TIMEOUT_S,
                    allow_redirects=False,
                    stream=True,
                ) as answer:
                    text = answer.raw.read(_MOST_ANSWER, decode_content=True)
                    return Reply(answer.status_code, text.decode("utf-8", "replace"))
            except (requests.RequestException, OSError, ValueError) as error:
                # The message of an error may hold the whole address; its kind is enough.
                raise NotDelivered(type(error).__name__) from error

    def _adapter(self, host: str, *, is_https: bool) -> HTTPAdapter:
        if host in self._private_hosts:
            return HTTPAdapter(max_retries=_AT_ONCE)
        guarded: HTTPAdapter = IPFilterAdapter(is_https_proto=is_https)
        guarded.max_retries = _AT_ONCE
        return guarded


def read_target(url: str) -> str:
    """The host of an address we may post to. Raises InvalidField for any other."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        is_good = parts.scheme in {"http", "https"} and bool(host) and parts.port != 0
        is_plain = parts.username is None and parts.password is None
    except ValueError:
        host, is_good, is_plain = "", False, False
    if not is_good or not is_plain or not url.isprintable() or " " in url or "\\" in url:
        raise InvalidField("url", "An address looks like https://blog.example.org/hook.")
    return host


def read_public_target(url: str, private_hosts: frozenset[str]) -> str:
    """The host of an address that leads out of the operator's own network (slow I/O: asks DNS).

    For telling a person at once; what is sent is looked at again. A name that nobody knows just
    now is let through. Raises InvalidField.
    """
    host = read_target(url)
    if host in private_hosts:
        return host
    try:
        filter_host(host, urlsplit(url).port or 443, allow_loopback=False)
    except InvalidIPAddress:
        sentence = f"{host} is inside a private network. Who runs this server can allow it there."
        raise InvalidField("url", sentence) from None
    except (requests.RequestException, OSError, ValueError):
        return host
    return host


def read_hosts(text: str) -> frozenset[str]:
    """Host names in a list with commas."""
    return frozenset(part.strip().lower() for part in text.split(",") if part.strip())
