"""The shared words: Comment, Label, Clue, Evidence, Score.

Frozen values without I/O. The service fills them from the wire, training fills them from
corpora, and the features see nothing else, so both sides look at exactly the same thing.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import math
from typing import Any, NamedTuple


class Label(enum.Enum):
    """The truth about a Comment, as far as a person has told it. No third value."""

    HAM = "ham"
    SPAM = "spam"


@dataclasses.dataclass(frozen=True, slots=True)
class Record:
    """How often something was decided here before, by weight: *ham* and *spam*."""

    ham: float = 0.0
    spam: float = 0.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What people decided on this Site, before this Comment, about Comments that share with it...

    *author*: name together with e-mail or link; *name*: the name alone; *domain*: where its links
    lead (the worst of them); *address*: its network; *text*: a near-duplicate of its text. Never
    what the machine said: only Decisions.
    """

    author: Record = Record()
    name: Record = Record()
    domain: Record = Record()
    address: Record = Record()
    text: Record = Record()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What somebody wrote somewhere, with what was known about it at that moment.

    Every field is optional: an empty string (or tuple, or `None` for a time) says "not
    known", and not knowing must never count for or against anybody. All text is valid
    Unicode without NUL; `akismet.wire` and the corpus readers see to that.

    *behaviour* holds the form signals of WordPress (`POST_ak_*` without the prefix, and
    `nonce`, `honeypot`) as pairs of strings, sorted by name. *history* is filled by
    `models.history` at the moment of scoring, from what was decided before; it is never written.
    """

    text: str = ""
    author: str = ""
    author_email: str = ""
    author_url: str = ""
    user_ip: str = ""
    user_agent: str = ""
    referrer: str = ""
    permalink: str = ""
    comment_type: str = "comment"
    written_at: dt.datetime | None = None
    post_modified_at: dt.datetime | None = None
    blog: str = ""
    blog_lang: tuple[str, ...] = ()
    user_role: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    parent: str = ""
    behaviour: tuple[tuple[str, str], ...] = ()
    history: History | None = None

    def signal(self, name: str) -> str | None:
        """One form signal by *name*, or None when the client did not send it."""
        return next((value for key, value in self.behaviour if key == name), None)


_TIMES = ("written_at", "post_modified_at")
_LISTS = ("blog_lang", "user_role", "context")
# True only at the moment of scoring; a kept one would leak the future into training.
_UNWRITTEN = ("history",)
_WRITTEN = tuple(f.name for f in dataclasses.fields(Comment) if f.name not in _UNWRITTEN)


def write_comment(comment: Comment) -> dict[str, Any]:
    """Our JSON spelling of a Comment: only what is known, times as ISO 8601 in UTC."""
    row: dict[str, Any] = {}
    for name in _WRITTEN:
        value = getattr(comment, name)
        if value in ("", (), None) or (name == "comment_type" and value == "comment"):
            continue
        if isinstance(value, dt.datetime):
            value = value.astimezone(dt.UTC).isoformat()
        elif name == "behaviour":
            value = dict(value)
        elif isinstance(value, tuple):
            value = list(value)
        row[name] = value
    return row


def read_comment(row: dict[str, Any]) -> Comment:
    """The Comment that `write_comment` wrote. Unknown names are left out (older or newer rows).

    Raises ValueError when a known field has the wrong shape.
    """
    known: dict[str, Any] = {}
    for field in dataclasses.fields(Comment):
        if field.name in _UNWRITTEN or row.get(field.name) is None:
            continue
        value = row[field.name]
        if field.name in _TIMES:
            known[field.name] = dt.datetime.fromisoformat(str(value)).astimezone(dt.UTC)
        elif field.name in _LISTS:
            known[field.name] = tuple(str(item) for item in value)
        elif field.name == "behaviour":
            known[field.name] = tuple(sorted((str(k), str(v)) for k, v in dict(value).items()))
        else:
            known[field.name] = str(value)
    return Comment(**known)


class Clue(NamedTuple):
    """One thing about this Comment that moved the Score.

    *name* says in plain words what was looked at ("word in the text", "author's name looks
    like keywords"), *value* is what was found there (at most 80 characters, "" when the name
    says it all), *weight* is in logits: plus for spam, minus for ham. *where* is the field of
    Comment that *value* can be found in ("" when it is not a piece of a field).
    """

    name: str
    value: str
    weight: float
    where: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Evidence:
    """The Clues behind a Score, strongest first; *base* + all weights + *rest* is its logit.

    *rest* is the sum of the many small clues that are not listed. The words of a long text are
    weighed part by part; *part* then names the one that spoke loudest by its first and last words,
    and all Clues about words are of that part ("" when the text counts as a whole).
    """

    clues: tuple[Clue, ...] = ()
    base: float = 0.0
    rest: float = 0.0
    part: str = ""

    @property
    def logit(self) -> float:
        """The log-odds all of it adds up to."""
        return math.fsum([self.base, self.rest, *(clue.weight for clue in self.clues)])


@dataclasses.dataclass(frozen=True, slots=True)
class Score:
    """A number from 0 to 1 from one Model: among Comments scored s, about the share s is spam.

    *abstains* is "" or the sentence that says why this model should not condemn this Comment by
    its content ("not enough examples in Bengali (3)"); such a Score never becomes more than UNSURE.
    """

    value: float
    model_id: str
    evidence: Evidence = Evidence()
    abstains: str = ""
