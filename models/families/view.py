"""Feature, Family, and a Comment prepared once for all families."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from models.comment import Comment
from models.text import WORD, Seen, domain_of, fold_seen, host_of, joined_letters, look, spelled_out

_MOST_WORDS: Final = 400
_GRAM_FROM, _GRAM_TO = 3, 5
# Longer words are addresses or noise; their first letters say it.
LONGEST_WORD: Final = 30


class Feature(NamedTuple):
    """One thing found: its column's *key*, how much of it (*x*), and what a person may read.

    *value* is the piece found ("" when *name* says it all), *where* the field it stands in.
    """

    key: str
    x: float
    name: str
    value: str = ""
    where: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class View:
    """A Comment with what several families need of it, worked out once."""

    comment: Comment
    seen: Seen
    text: str
    words: tuple[str, ...]
    author: str
    author_words: tuple[str, ...]
    domain: str
    host: str
    email_domain: str


class Family(NamedTuple):
    """One thing to look at. Unless every field in *needs* is known, it finds nothing.

    So a field that is not known weighs nothing, in training (where fields are dropped at random)
    as in the service.
    """

    name: str
    needs: tuple[str, ...]
    find: Callable[[View], Iterator[Feature]]


def view(comment: Comment) -> View:
    """*comment* prepared for the families (heavy CPU: about a third of a score)."""
    comment = _encodable(comment)
    seen = look(comment.text)
    text = spelled_out(fold_seen(seen.text))
    words = [match[0] for match in WORD.finditer(text)]
    words += joined_letters(words)
    if len(words) > _MOST_WORDS:
        half = _MOST_WORDS // 2
        words = words[:half] + words[-half:]
    author = fold_seen(comment.author[:300]).strip()
    return View(
        comment=comment,
        seen=seen,
        text=text,
        words=tuple(words),
        author=author,
        author_words=tuple(match[0] for match in WORD.finditer(author))[:16],
        domain=domain_of(comment.author_url[:2000]),
        host=host_of(comment.author_url[:2000]),
        email_domain=comment.author_email.strip().lower().rpartition("@")[2][:200],
    )


_READ: Final = ("text", "author", "author_url", "author_email", "permalink", "blog")


def _encodable(comment: Comment) -> Comment:
    """*comment* without lone surrogates, which no pattern matcher takes."""
    try:
        "".join([getattr(comment, name) for name in _READ]).encode()
    except UnicodeEncodeError:
        mended = {n: getattr(comment, n).encode("utf-8", "replace").decode() for n in _READ}
        return dataclasses.replace(comment, **mended)
    return comment


def scaled(features: Sequence[Feature], strength: float) -> Iterator[Feature]:
    """*features* with their x scaled so that the family weighs the same however many there are."""
    if features:
        scale = strength / math.sqrt(math.fsum(f.x * f.x for f in features))
        for feature in features:
            yield feature._replace(x=feature.x * scale)


@lru_cache(maxsize=50_000)
def grams(word: str) -> tuple[str, ...]:
    """Every run of three to five letters of *word*, with its edges."""
    padded = f" {word[:LONGEST_WORD]} "
    return tuple(
        padded[start : start + size]
        for size in range(_GRAM_FROM, min(_GRAM_TO, len(padded)) + 1)
        for start in range(len(padded) - size + 1)
    )
