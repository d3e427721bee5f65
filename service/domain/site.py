"""Site, Key and Policy: who asks, with what, and what its owner chose."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import enum
import re
import secrets
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

from models.verdict import Cutoffs
from service.domain.decision import Act, Outcome
from service.domain.keyed import keyed_hash
from service.domain.scope import DEFAULT, Scope
from service.errors import InvalidField

# WordPress refuses to even send a key of another shape (class.akismet.php: strlen != 12) and
# strips everything but a-f0-9 from what is typed (class.akismet-admin.php).
KEY_SHAPE: Final = re.compile(r"[0-9a-f]{12}")
# @cedx/akismet's own tests use it as the key that must be invalid.
NEVER_A_KEY: Final = "0123456789ab"
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
MAX_ADDRESS: Final = 500
# A hundred years: more is for good.
MOST_DAYS: Final = 36_500


class UnsureMeans(enum.Enum):
    """What an UNSURE Verdict becomes on the wire: a Site's choice."""

    HOLD = "hold"
    SPAM = "spam"
    HAM = "ham"


class Undecided(enum.Enum):
    """What becomes of a held comment that nobody decided in time: a Site's choice."""

    HOLD = "hold"
    APPROVE = "approve"
    SPAM = "spam"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A Site's choices. *recheck_after_s*: WordPress lets a held comment wait twice as long.

    *cutoffs* None means the model's own. *kept_days* None keeps text for good; *kept_spam_days* is
    a term of its own for spam, None when that is kept like everything else. *audit_share* of what
    the machine decides alone is decided again by a person (domain/audit.py). *needs_reason*: a
    moderator says why something goes off a page.
    """

    unsure: UnsureMeans = UnsureMeans.HOLD
    # Seven days: so long that a person decides first (the plugin approves after twice this).
    recheck_after_s: int = 604_800
    undecided: Undecided = Undecided.HOLD
    cutoffs: Cutoffs | None = None
    kept_days: int | None = None
    kept_spam_days: int | None = None
    audit_share: float = 0.0
    needs_reason: bool = False

    def days_of(self, outcome: Outcome) -> int | None:
        """For how many days the text of what is this *outcome* is kept; None: for good."""
        if outcome is Outcome.SPAM and self.kept_spam_days is not None:
            return self.kept_spam_days
        return self.kept_days

    def asks_reason(self, act: Act) -> bool:
        """Whether a moderator must say why for this: for what takes a comment off its page.

        Approving wrongs nobody, and an undo must never wait for words.
        """
        return self.needs_reason and act in {Act.SPAM, Act.REMOVE}

    def terms(self) -> dict[int, tuple[Outcome, ...]]:
        """What is not kept for good: the Outcomes of each keeping time in days."""
        every = {outcome: self.days_of(outcome) for outcome in Outcome}
        return {
            days: tuple(outcome for outcome, own in every.items() if own == days)
            for days in sorted({days for days in every.values() if days is not None})
        }


def write_policy(policy: Policy) -> dict[str, Any]:
    """The JSON spelling of a Policy."""
    cutoffs = policy.cutoffs and dataclasses.asdict(policy.cutoffs)
    words = {"unsure": policy.unsure.value, "undecided": policy.undecided.value}
    return dataclasses.asdict(policy) | words | {"cutoffs": cutoffs}


def read_policy(row: dict[str, Any]) -> Policy:
    """The Policy that `write_policy` wrote; missing choices take today's defaults."""
    names = {field.name for field in dataclasses.fields(Policy)}
    known = {name: value for name, value in row.items() if name in names}
    if "unsure" in known:
        known["unsure"] = UnsureMeans(known["unsure"])
    if "undecided" in known:
        known["undecided"] = Undecided(known["undecided"])
    if known.get("cutoffs"):
        known["cutoffs"] = Cutoffs(**known["cutoffs"])
    return Policy(**known)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One website that asks us. *address* is its `blog` URL in the one form we compare.

    A network Site has one child Site for each blog address its keys meet (*parent_id* set).
    """

    site_id: int
    blog: str
    address: str
    name: str
    is_network: bool
    parent_id: int | None
    policy: Policy
    created_at: dt.datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A secret with which a Site asks; only its hash is kept, and *hint*, its first four.

    *moderator_id* is the person that a Key which may decide or administer acts for.
    """

    key_id: int
    site_id: int
    name: str
    hint: str
    created_at: dt.datetime
    last_used_at: dt.datetime | None
    revoked_at: dt.datetime | None
    scopes: frozenset[Scope] = DEFAULT
    moderator_id: int | None = None
    suspended_at: dt.datetime | None = None


# Few addresses come again and again; the most is far below what one form may hold.
@lru_cache(maxsize=500)
def same_address(url: str) -> str:
    """The form in which two spellings of one blog address are equal: `host[:port]/path`.

    Scheme, letter case of the host, default port, a leading `www.`, query, fragment and the last
    slash don't count. Total: any text gives some form of at most MAX_ADDRESS characters that
    every database can hold.
    """
    text = url.replace("\0", "").encode("utf-8", "replace").decode().strip()[:MAX_ADDRESS]
    try:
        parts = urlsplit(text if "//" in text else f"//{text}")
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return text.lower()[:MAX_ADDRESS]
    with contextlib.suppress(UnicodeError):  # a host no registry would take is compared as it is
        host = host.encode("idna").decode("ascii") if not host.isascii() else host
    if port and port not in _DEFAULT_PORTS.values():
        host = f"{host}:{port}"
    # Names of other scripts grow when they are spelled in ASCII.
    return (host.removeprefix("www.") + parts.path.rstrip("/"))[:MAX_ADDRESS]


def read_blog(url: str) -> str:
    """The blog address an owner gives when adding a Site. Raises InvalidField when it is none."""
    text = url.strip()
    try:
        parts = urlsplit(text)
        is_good = parts.scheme in _DEFAULT_PORTS and bool(parts.hostname)
    except ValueError:
        is_good = False
    if not is_good or len(text) > MAX_ADDRESS or not text.isprintable() or " " in text:
        raise InvalidField("blog", "A blog address looks like https://blog.example.org/.")
    return text


def new_key() -> str:
    """A random key of the one shape every client accepts (48 bits)."""
    key = secrets.token_hex(6)
    return new_key() if key == NEVER_A_KEY else key


def new_long_key() -> str:
    """A random key for programs that decide or administer: 160 bits, no Akismet client sends it."""
    return secrets.token_hex(20)


def read_key(text: str) -> str:
    """The key an owner brings with him. Raises InvalidField when clients would not send it."""
    key = text.strip().lower()
    if not KEY_SHAPE.fullmatch(key) or key == NEVER_A_KEY:
        raise InvalidField("key", "A key is exactly 12 characters of 0-9 and a-f.")
    return key


def key_hash(key: str, secret: str) -> str:
    """What we keep of a key: HMAC-SHA256 with the deployment's secret, so a dump tells nothing.

    Letter case does not count: HTTP stacks lower-case host names.
    """
    text = key.strip().lower().encode("utf-8", "replace")
    return keyed_hash(secret.encode(), text)
