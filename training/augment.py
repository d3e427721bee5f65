"""What spammers do to get past filters: nine disguises of a text, and padding with good words."""

from __future__ import annotations

import html
import random
from collections.abc import Callable
from typing import Final

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
