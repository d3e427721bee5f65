"""Erasure: forgetting one person, known by an e-mail or an IP address, and remembering to have.

What is remembered is a keyed hash, a mark: it tells nobody the address, and lets an old backup that
is brought back be cleaned again. Of an IP address only what is kept of it can be marked: the
pseudonym (domain/address.py), whose key may be gone by then.
"""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from service.domain.address import spellings
from service.errors import InvalidField

_MOST_KNOWN = 100_000
_MOST_EMAIL = 320  # RFC 5321, 4.5.3.1: 64 and 255 octets and the @


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was forgotten, counted by place; *labels* of the comments are those people had given.

    *refused* are comments of the spool that no database took.
    """

    comments: int = 0
    labels: int = 0
    imported: int = 0
    notes: int = 0
    entries: int = 0
    changes: int = 0
    mails: int = 0
    refused: int = 0

    def __add__(self, other: Erased) -> Erased:
        both = zip(dataclasses.astuple(self), dataclasses.astuple(other), strict=True)
        return Erased(**dict(zip(NAMES, map(sum, both), strict=True)))

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was there to be forgotten."""
        return not any(dataclasses.astuple(self))


NAMES = tuple(field.name for field in dataclasses.fields(Erased))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What an erasure did: counts by place and the keyed hash of the address; no personal data."""

    erased_at: str
    person: str
    counts: Erased

    def write(self, retrain: Sequence[str] = ()) -> str:
        """The certificate as one JSON object; *retrain* names models that may have learned."""
        return json.dumps(dataclasses.asdict(self) | {"retrain": list(retrain)})


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """Whom somebody asks about: the person of an *email*, or of an IP *address*. One is set."""

    email: str = ""
    address: str = ""


def read_asked(text: str) -> Asked:
    """Whom a line of text means. Total: whether it is an address at all, `seek` says."""
    return Asked(email=text) if "@" in text else Asked(address=text)


class Sought:
    """The person, or persons, that an erasure is about, known by their marks.

    *words* are their addresses as far as they are known, and grow with every comment that is met.
    Not safe between threads.
    """

    def __init__(self, marks: Iterable[str], secret: str, words: Iterable[str] = ()) -> None:
        self.marks = frozenset(marks)
        self.words = set(words)
        self._secret = secret
        self._known: dict[str, bool] = {}

    def has_email(self, text: str) -> bool:
        """Whether this e-mail address is theirs (free)."""
        return bool(text) and self._has(same_email(text), same_email(text))

    def is_author(self, comment: Mapping[str, Any]) -> bool:
        """Whether they wrote *comment*, as `write_comment` wrote it (free)."""
        if not self.marks:
            return False
        address = str(comment.get("user_ip", ""))
        is_theirs = self.has_email(str(comment.get("author_email", "")))
        return (bool(address) and self._has(f"ip:{address}", address)) or is_theirs

    def _has(self, name: str, word: str) -> bool:
        found = self._known.get(name)
        if found is None:
            if len(self._known) == _MOST_KNOWN:
                self._known.clear()
            found = self._known[name] = person_hash(name, self._secret) in self.marks
        if found:
            self.words.add(word)
        return found


def seek(asked: Asked, *, key: bytes, secret: str) -> Sought:
    """The person that is *asked* about. Raises InvalidField.

    *key* is that of the pseudonyms of now; what is older than it is found by the pseudonym itself,
    as the pages show it.
    """
    if asked.email or not asked.address:
        email = read_person(asked.email)
        return Sought([person_hash(email, secret)], secret, [email])
    forms = spellings(asked.address, key)
    if not forms:
        raise InvalidField("address", "This is neither an e-mail address nor an IP address.")
    return Sought([person_hash(f"ip:{form}", secret) for form in forms], secret, forms)


def same_email(text: str) -> str:
    """The form in which two spellings of one address are equal: as domain/author.py has it.

    No more than that: to a mail server straße@ and strasse@ are two people.
    """
    return text.strip().lower()


def read_person(text: str) -> str:
    """An address to look a person up by. Raises InvalidField."""
    email = same_email(text)
    if "@" not in email.strip("@") or len(email) > _MOST_EMAIL or any(map(str.isspace, email)):
        raise InvalidField("email", "This is no e-mail address.")
    return email


def person_hash(name: str, secret: str) -> str:
    """What is remembered of an address: HMAC-SHA256 with this deployment's secret, as hex."""
    key = f"erasure:{secret}".encode()
    return hmac.new(key, same_email(name).encode("utf-8", "replace"), hashlib.sha256).hexdigest()
