"""What the classifier looks at: small named families over one Comment, and nothing else.

A family is a pure function that yields Features. A field that is not known yields none, so not
knowing weighs nothing by itself. Names are plain words: a moderator reads them as reasons.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

from models.comment import Comment
from models.families import author, claims, content, links, relation
from models.families.view import Family, Feature, view

# Raise with every change that can change a score: an artefact fitted before refuses to load.
FEATURES_VERSION: Final = 3
# 2^20 hashed columns: 4 MB of float32 weights in memory; a file holds only those that are not 0.
WIDTH: Final = 1 << 20
_MASK: Final = WIDTH - 1

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


def by_family(comment: Comment) -> Iterator[tuple[int, Feature]]:
    """Every Feature of *comment* with the place of its family in FAMILIES."""
    prepared = view(comment)
    for place, family in enumerate(FAMILIES):
        if all(getattr(comment, field) for field in family.needs):
            for feature in family.find(prepared):
                yield place, feature


def extract(comment: Comment) -> list[Feature]:
    """Every Feature of *comment*, in a fixed order (heavy CPU, O(length), length capped)."""
    return [feature for _, feature in by_family(comment)]


def column(key: str) -> int:
    """The column of a key: its CRC-32, folded to the width."""
    return zlib.crc32(key.encode("utf-8", "replace")) & _MASK
