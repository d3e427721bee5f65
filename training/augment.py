"""What spammers do to get past filters: nine disguises of a text, and padding with good words."""

from __future__ import annotations

import dataclasses
import html
import random
from collections.abc import Callable
from typing import Final

from models.comment import Comment

_LOOK_ALIKES: Final = str.maketrans("aceopxyi", "асеорхуі")
_LEET: Final = str.maketrans("aeios", "43105")
# Words that good comments are made of; none of them speaks of an offer.
GOOD_WORDS: Final = (
    "actually agree although answer author because before believe between chapter compile "
    "correct curious detail differ disagree edge error example exactly experience explain "
    "function however idea issue language library maybe method mistake paragraph perhaps "
    "point probably problem question reason remember second sentence simply solution someone "
    "something sometimes suppose thanks therefore though tried understand version weather "
    "whether without wonder wrong yesterday"
).split()
# What training pads with: other words than the ones a model is tested with.
_FILLER: Final = (
    "about after again all also always another any around away back been better book both but "
    "called came change city come could days did does done down each end even every family far "
    "few first found friend gave give goes going got had half hand happened hard have heard help "
    "here home hope hours house into just keep kind knew last late least left less let life list "
    "little long look lot made many may mean might more morning most much must name need never "
    "new next night nothing now off often old once only open other our over own page part past "
    "people place put quite read right room said same saw say school see seems set she should "
    "show side since small some soon still story such sure take talk tell than that them then "
    "there these they thing think this those three time told took turn two under until use used "
    "very want was water way week well went were what when where which while who why will with "
    "words work world would write year years yet you young"
).split()
# An honest writer slips and counts in digits, too; nobody honest writes in disguise.
_HONEST: Final = ("digits for letters", "doubled letters")
_PADDED: Final = 0.2
_ZERO_WIDTH: Final = "\u200b"


def _styled(text: str) -> str:
    return "".join(
        chr(0x1D400 + ord(c) - 65)
        if "A" <= c <= "Z"
        else chr(0x1D41A + ord(c) - 97)
        if "a" <= c <= "z"
        else c
        for c in text
    )


def _full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _combining(text: str) -> str:
    return "".join(c + "\u0301" if c.isalpha() else c for c in text)


def _entities(text: str) -> str:
    return "".join(f"&#{ord(c)};" if c.isalnum() else html.escape(c) for c in text)


def _misspelt(text: str) -> str:
    return " ".join(w[:2] + w[1:] if len(w) > 4 else w for w in text.split(" "))


# By name; what a reader sees stays readable in each.
TRANSFORMS: Final[dict[str, Callable[[str], str]]] = {
    "look-alike letters": lambda text: text.translate(_LOOK_ALIKES),
    "zero-width characters": lambda text: "".join(c + _ZERO_WIDTH for c in text),
    "full-width letters": _full_width,
    "entities": _entities,
    "mathematical letters": _styled,
    "combining marks": _combining,
    "digits for letters": lambda text: text.translate(_LEET),
    "doubled letters": _misspelt,
    "capitals": str.upper,
}


def pad(text: str, *, words: int = 40, seed: int = 0) -> str:
    """*text* between *words* good words, half before and half after."""
    draw = random.Random(f"{seed}:{text}")  # noqa: S311 - a draw, not a secret
    picked = [draw.choice(GOOD_WORDS) for _ in range(words)]
    half = words // 2
    return f"{' '.join(picked[:half])} {text} {' '.join(picked[half:])}"


def changed(comment: Comment, place: int, *, is_spam: bool, seed: int = 0) -> Comment:
    """*comment* with its text disguised or padded, the same for the same *seed* and *place*.

    Of spam any disguise, of good comments only what honest writers do as well; either padded with
    filler, so that padding says nothing.
    """
    draw = random.Random(f"{seed}:{place}")  # noqa: S311 - a draw, not a secret
    if draw.random() < _PADDED:
        words = [draw.choice(_FILLER) for _ in range(draw.randint(20, 60))]
        half = draw.randint(0, len(words))
        text = f"{' '.join(words[:half])} {comment.text} {' '.join(words[half:])}"
    else:
        text = TRANSFORMS[draw.choice(list(TRANSFORMS) if is_spam else _HONEST)](comment.text)
    return dataclasses.replace(comment, text=text)
