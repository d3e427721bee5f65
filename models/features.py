"""What the classifier looks at: small named families over one Comment, and nothing else.

A family is a pure function that yields Features. A field that is not known yields none, so not
knowing weighs nothing by itself. Names are plain words: a moderator reads them as reasons.
"""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.comment import Comment
from models.families import author, claims, content, links, relation
from models.families.view import Family, Feature, view
from models.families.wording import Wording, grams
from models.scripts import script_of

# Raise with every change that can change a score: an artefact fitted before refuses to load.
FEATURES_VERSION: Final = 4
# 2^20 hashed columns: 4 MB of float32 weights in memory; a file holds only those that are not 0.
WIDTH: Final = 1 << 20
MASK: Final = WIDTH - 1

FAMILIES: Final = (
    Family("words", ("text",), content.words),
    Family("pairs", ("text",), content.pairs),
    Family("pieces", ("text",), content.pieces),
    Family("name words", ("author",), author.name_words),
    Family("name pieces", ("author",), author.name_pieces),
    Family("name shape", ("author",), author.name_shape),
    Family("link", ("author_url",), links.author_address),
    Family("email", ("author_email",), author.email_domain),
    Family("email shape", ("author_email",), author.email_shape),
    Family("name and link", ("author", "author_url"), relation.name_and_link),
    Family("link and email", ("author_url", "author_email"), relation.link_and_email),
    Family("link and blog", ("author_url", "permalink"), relation.link_and_blog),
    Family("praise and link", ("text", "author_url"), relation.praise_and_link),
    Family("name and text", ("text", "author"), relation.name_and_text),
    Family("own link", ("text", "author_url"), links.own_link),
    Family("links", ("text",), links.links),
    Family("praise", ("text",), claims.praise),
    Family("offers", ("text",), claims.offers),
    Family("disguise", ("text",), claims.disguise),
    Family("behaviour", ("behaviour",), claims.behaviour),
    Family("shape", ("text",), content.shape),
    Family("page", ("text", "permalink"), content.page),
    Family("language", ("text", "blog_lang"), content.language),
)


_NEEDED: Final = frozenset(field for family in FAMILIES for field in family.needs)
# The first three, of words: weighed by number (`models.weighing`), and part by part as well.
WORDY: Final = 3


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """What was found in one Comment: its *wording*, and all *others* beside what the words make.

    *script* is what most of it is written in ("" when it has no letters).
    """

    others: list[Feature]
    wording: Wording
    script: str

    @property
    def features(self) -> list[Feature]:
        """All of them, in a fixed order; what the words make is worked out anew."""
        return [*content.wordy(self.wording), *self.others]


def by_family(comment: Comment) -> Iterator[tuple[int, Feature]]:
    """Every Feature of *comment* with the place of its family in FAMILIES."""
    prepared, known = view(comment), _known(comment)
    for place, family in enumerate(FAMILIES):
        if known.issuperset(family.needs):
            for feature in family.find(prepared):
                yield place, feature


def _known(comment: Comment) -> set[str]:
    """The fields that families need and *comment* has; asked once for all families."""
    return {field for field in _NEEDED if getattr(comment, field)}


def read(comment: Comment) -> Reading:
    """What there is to find in *comment* (heavy CPU, O(length), length capped)."""
    prepared, known = view(comment), _known(comment)
    others: list[Feature] = []
    for family in FAMILIES[WORDY:]:
        if known.issuperset(family.needs):
            others.extend(family.find(prepared))
    return Reading(others, prepared.wording, script_of(prepared.text))


def extract(comment: Comment) -> list[Feature]:
    """Every Feature of *comment*, in a fixed order (heavy CPU, O(length), length capped)."""
    return read(comment).features


def columns(key: str, runs: str = "") -> tuple[int, ...]:
    """The columns of a Feature's *key*: one, or one for each run of letters of the word *runs*."""
    if not runs:
        return (column(key),)
    begun = zlib.crc32(key.encode("utf-8", "replace"))
    return tuple([zlib.crc32(g.encode("utf-8", "replace"), begun) & MASK for g in grams(runs)])


def column(key: str) -> int:
    """The one column of a *key*: its CRC-32, folded to the width."""
    return zlib.crc32(key.encode("utf-8", "replace")) & MASK


# For training, which meets the same words over and over; a Classifier remembers what they weigh.
# Some 2 KB a word: a server must not have it.
_remembered: Final = lru_cache(maxsize=50_000)(columns)


def spread(
    features: Sequence[Feature],
) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.int32]]:
    """*features* as numbers: column, amount, and the place of the Feature it comes from."""
    places = [_remembered(f.key, f.runs) if f.runs else columns(f.key) for f in features]
    sizes = [len(found) for found in places]
    return (
        np.fromiter((column for found in places for column in found), np.int32, sum(sizes)),
        np.repeat(np.array([f.x for f in features], np.float64), sizes),
        np.repeat(np.arange(len(sizes), dtype=np.int32), sizes),
    )
