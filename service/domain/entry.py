"""Entry: one line of a Site's lists, what it looks for and what it does when it finds it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import ipaddress
import re
import unicodedata
from typing import Final

from models.text import fold
from service.domain.site import same_address
from service.errors import InvalidField

MAX_PATTERN: Final = 500
_SHORTEST: Final = 3
_DOMAIN: Final = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+")
# A language is told by its script (`models.scripts.script_of`); those written in Latin letters look
# alike to us, and we say so instead of guessing.
_SCRIPTS: Final = {
    "cyrillic": ("ru", "uk", "bg", "sr", "be", "mk", "kk"),
    "greek": ("el",),
    "hebrew": ("he", "yi"),
    "arabic": ("ar", "fa", "ur"),
    "chinese": ("zh",),
    "japanese": ("ja",),
    "korean": ("ko",),
    "thai": ("th",),
    "devanagari": ("hi", "mr", "ne"),
    "bengali": ("bn",),
    "tamil": ("ta",),
    "latin": (),
}


class EntryKind(enum.Enum):
    """What of a Comment an Entry looks at."""

    IP = "ip"
    EMAIL = "email"
    DOMAIN = "domain"
    PHRASE = "phrase"
    REGEX = "regex"
    LANGUAGE = "language"


class Effect(enum.Enum):
    """What a live Entry answers, most careful first: that is also who wins."""

    ALLOW = "allow"
    HOLD = "hold"
    SPAM = "spam"


class EntryStatus(enum.Enum):
    """DRAFT does nothing, SHADOW counts what it would do, LIVE does it, ENDED did."""

    DRAFT = "draft"
    SHADOW = "shadow"
    LIVE = "live"
    ENDED = "ended"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the lists. *site_id* None: on every Site. *expires_at* None: until ended."""

    entry_id: int
    site_id: int | None
    kind: EntryKind
    pattern: str
    effect: Effect
    status: EntryStatus
    why: str
    made_by: int
    made_at: dt.datetime
    expires_at: dt.datetime | None = None
    decision_id: int | None = None

    @property
    def rule(self) -> str:
        """The name that a Scoring keeps of it."""
        return f"entry:{self.entry_id}"

    def holds(self, now: dt.datetime) -> bool:
        """Whether it is looked for at all at this time."""
        is_on = self.status in (EntryStatus.LIVE, EntryStatus.SHADOW)
        return is_on and (self.expires_at is None or now < self.expires_at)


def read_pattern(kind: EntryKind, text: str) -> str:
    """*text* in the one form this *kind* is compared in. Raises InvalidField when it is none.

    A regular expression is compiled by `service.domain.matcher`, which refuses what it can't take.
    """
    text = unicodedata.normalize("NFC", text.strip())
    if not text or len(text) > MAX_PATTERN or not text.isprintable():
        raise InvalidField("pattern", "A pattern is 1 to 500 letters on one line.")
    return _READERS[kind](text)


def _read_ip(text: str) -> str:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise InvalidField(
            "pattern", "An address looks like 203.0.113.9 or 203.0.113.0/24."
        ) from None
    if network.prefixlen < (8 if network.version == 4 else 16):  # noqa: PLR2004 - IPv4
        raise InvalidField("pattern", "A net this wide would hold half of the internet.")
    return str(network).removesuffix("/32" if network.version == 4 else "/128")  # noqa: PLR2004


def _read_email(text: str) -> str:
    text = text.lower()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text):
        raise InvalidField("pattern", "An e-mail address looks like name@example.org.")
    return text


def _read_domain(text: str) -> str:
    host = same_address(text).split("/", 1)[0].split(":", 1)[0].lower()
    if not _DOMAIN.fullmatch(host):
        raise InvalidField("pattern", "A domain looks like example.org.")
    return host


def _read_phrase(text: str) -> str:
    phrase = " ".join(fold(text).split())
    if len(phrase) < _SHORTEST:
        raise InvalidField("pattern", "A phrase has three letters at least.")
    return phrase


def _read_regex(text: str) -> str:
    return text


def _read_language(text: str) -> str:
    name = text.lower().replace("_", "-").split("-", 1)[0]
    for script, languages in _SCRIPTS.items():
        if name == script or name in languages:
            return script
    known = ", ".join(_SCRIPTS)
    sentence = f"We tell languages by their script. Known are: {known}."
    raise InvalidField("pattern", sentence)


_READERS: Final = {
    EntryKind.IP: _read_ip,
    EntryKind.EMAIL: _read_email,
    EntryKind.DOMAIN: _read_domain,
    EntryKind.PHRASE: _read_phrase,
    EntryKind.REGEX: _read_regex,
    EntryKind.LANGUAGE: _read_language,
}
