"""What the classifier looks at: small named families over one Comment, and nothing else.

A family is a pure function that yields Features. A field that is not known yields none, so not
knowing weighs nothing by itself. Names are plain words: a moderator reads them as reasons.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Final

from models.comment import Comment
from models.families import author, content, links
from models.families.view import Feature, View, view

# Raise with every change that can change a score: an artefact fitted before refuses to load.
FEATURES_VERSION: Final = 1
# 2^18 hashed columns: 1 MB of float32 weights.
WIDTH: Final = 1 << 18
_MASK: Final = WIDTH - 1

FAMILIES: Final[tuple[Callable[[View], Iterator[Feature]], ...]] = (
    content.words,
    content.pieces,
    author.author_words,
    author.author_shape,
    author.author_address,
    author.email,
    author.agent,
    links.links,
    content.claims,
    content.shape,
    content.page,
    content.language,
)


def extract(comment: Comment) -> list[Feature]:
    """Every Feature of *comment*, in a fixed order (heavy CPU, O(length), length capped)."""
    prepared = view(comment)
    return [feature for family in FAMILIES for feature in family(prepared)]


def column(key: str) -> int:
    """The column of a key: its CRC-32, folded to the width."""
    return zlib.crc32(key.encode("utf-8", "replace")) & _MASK
