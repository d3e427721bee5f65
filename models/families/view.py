"""Feature, Family, and a Comment prepared once for all families."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from models.comment import Comment
from models.families.wording import Wording, count_grams, scale, wording
from models.lexicon import signs
from models.text import WORD, Seen, domain_of, fold_seen, host_of, joined_letters, look, spelled_out

_MOST_WORDS: Final = 400
# So much of a text is looked through for the rules of thumb.
MOST_READ: Final = 8000


class Feature(NamedTuple):
    """One thing found: its column's *key*, how much of it (*x*), and what a person may read.

    *value* is the piece found ("" when *name* says it all), *where* the field it stands in. With
    *runs*, a word, it stands for every run of letters of that word, *x* of each, under *key*.
    """

    key: str
    x: float
    name: str
    value: str = ""
    where: str = ""
    runs: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class View:
    """A Comment with what several families need of it, worked out once."""

    comment: Comment
    seen: Seen
    text: str
    words: tuple[str, ...]
    wording: Wording
    signs: frozenset[str]
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
    words = WORD.findall(text)
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
        wording=wording(words),
        signs=signs(text[:MOST_READ]),
        author=author,
        author_words=tuple(WORD.findall(author)[:16]),
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
        factor = strength / math.sqrt(math.fsum(f.x * f.x for f in features))
        for feature in features:
            yield feature._replace(x=feature.x * factor)


def in_runs(
    key: str, words: Sequence[str], strength: float, *, name: str, where: str, shown: str = ""
) -> Iterator[Feature]:
    """The runs of letters of *words* under *key*, together of length *strength*."""
    x = strength * scale(sum(map(count_grams, words)))
    for word in words:
        yield Feature(key, x, name, shown or word, where, word)
