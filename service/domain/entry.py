"""Entry: one line of a Site's lists, what it looks for and what it does when it finds it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import ipaddress
import math
import re
import unicodedata
from typing import Any, Final

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
    """One line of the lists. *site_id* None: on every Site. *expires_at* None: until ended.

    From *held_at* on it holds for a person whatever its effect: *held_wrong* of *held_of* that
    moderators decided were wrong. What it found before *counted_from* is not held against it.
    """

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
    held_at: dt.datetime | None = None
    held_wrong: int = 0
    held_of: int = 0
    counted_from: dt.datetime | None = None

    @property
    def acts(self) -> Effect:
        """What it does now: its effect, unless people went against it."""
        return self.effect if self.held_at is None else Effect.HOLD

    @property
    def rule(self) -> str:
        """The name that a Scoring keeps of it."""
        return f"entry:{self.entry_id}"

    def holds(self, now: dt.datetime) -> bool:
        """Whether it is looked for at all at this time."""
        is_on = self.status in (EntryStatus.LIVE, EntryStatus.SHADOW)
        return is_on and (self.expires_at is None or now < self.expires_at)


# Fewer contradictions may be slips.
LEAST_WRONG: Final = 3
# The share of right answers that an entry must be able to have.
LEAST_PRECISION: Final = 0.9
# Of the normal distribution: 95 of 100 intervals hold the true share.
_Z: Final = 1.96


def has_fallen(wrong: int, decided: int) -> bool:
    """Whether *wrong* answers among *decided* show that the rest is not right often enough.

    Even the upper end of Wilson's interval of the share that was right lies under
    `LEAST_PRECISION`: so three of ten are too many, and three of twenty may be bad luck. Free.
    """
    if wrong < LEAST_WRONG:
        return False
    right, z2 = 1 - wrong / decided, _Z * _Z
    middle = right + z2 / (2 * decided)
    reach = _Z * math.sqrt(right * (1 - right) / decided + z2 / (4 * decided * decided))
    return (middle + reach) / (1 + z2 / decided) < LEAST_PRECISION


def write_entry(entry: Entry) -> dict[str, Any]:
    """The JSON spelling of an Entry."""
    row = dataclasses.asdict(entry)
    words = {name: row[name].value for name in ("kind", "effect", "status")}
    times = {name: row[name] and row[name].isoformat() for name in _TIMES}
    return row | words | times


def read_entry(row: dict[str, Any]) -> Entry:
    """The Entry that `write_entry` wrote. Raises ValueError, KeyError, TypeError."""
    words = {
        "kind": EntryKind(row["kind"]),
        "effect": Effect(row["effect"]),
        "status": EntryStatus(row["status"]),
    }
    times = {name: row[name] and dt.datetime.fromisoformat(row[name]) for name in _TIMES}
    return Entry(**(row | words | times))


_TIMES: Final = ("made_at", "expires_at", "held_at", "counted_from")


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
