"""Erasure: forgetting one person, known by an e-mail address, and remembering to have done so.

What is remembered is a keyed hash: it tells nobody the address, and lets an old backup that is
brought back be cleaned again.
"""

from __future__ import annotations

import dataclasses
import hashlib
import hmac

from service.errors import InvalidField


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was forgotten, counted by place; *labels* of the comments are those people had given.

    *more* says that a place may hold more than one walk could take.
    """

    comments: int = 0
    labels: int = 0
    imported: int = 0
    notes: int = 0
    entries: int = 0
    changes: int = 0
    mails: int = 0

    def __add__(self, other: Erased) -> Erased:
        both = zip(dataclasses.astuple(self), dataclasses.astuple(other), strict=True)
        return Erased(**dict(zip(NAMES, map(sum, both), strict=True)))


NAMES = tuple(field.name for field in dataclasses.fields(Erased))


def same_email(text: str) -> str:
    """The form in which two spellings of one address are equal."""
    return text.strip().casefold()


def read_person(text: str) -> str:
    """An address to look a person up by. Raises InvalidField."""
    email = same_email(text)
    if "@" not in email.strip("@") or len(email) > 320 or any(map(str.isspace, email)):  # noqa: PLR2004 - RFC 5321
        raise InvalidField("email", "This is no e-mail address.")
    return email


def person_hash(email: str, secret: str) -> str:
    """What is remembered of an address: HMAC-SHA256 with this deployment's secret, as hex."""
    key = f"erasure:{secret}".encode()
    return hmac.new(key, same_email(email).encode("utf-8", "replace"), hashlib.sha256).hexdigest()
