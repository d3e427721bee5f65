"""Feature, and a Comment prepared once for all families."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import Final, NamedTuple

from models.comment import Comment
from models.text import WORD, Seen, domain_of, fold_seen, host_of, look

_MOST_WORDS: Final = 400
_NGRAM_FROM, _NGRAM_TO = 3, 5


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
    domain: str
    host: str


def view(comment: Comment) -> View:
    """*comment* prepared for the families (heavy CPU: about half of a score)."""
    seen = look(comment.text)
    text = fold_seen(seen.text)
    words = tuple(match[0] for match in WORD.finditer(text))
    if len(words) > _MOST_WORDS:
        half = _MOST_WORDS // 2
        words = words[:half] + words[-half:]
    return View(
        comment=comment,
        seen=seen,
        text=text,
        words=words,
        author=fold_seen(comment.author[:300]).strip(),
        domain=domain_of(comment.author_url[:2000]),
        host=host_of(comment.author_url[:2000]),
    )


def scaled(features: list[Feature], strength: float) -> Iterator[Feature]:
    """*features* with their x scaled so that the family weighs the same however many there are."""
    if features:
        scale = strength / math.sqrt(math.fsum(f.x * f.x for f in features))
        for feature in features:
            yield feature._replace(x=feature.x * scale)


def grams(word: str) -> Iterator[str]:
    """Every run of three to five letters of *word*, with its edges."""
    padded = f" {word} "
    for size in range(_NGRAM_FROM, min(_NGRAM_TO, len(padded)) + 1):
        for start in range(len(padded) - size + 1):
            yield padded[start : start + size]
