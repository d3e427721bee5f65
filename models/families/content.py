"""What was written: its words, shape, language, and whether it speaks of the page."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import unquote, urlsplit

from models.families.view import Feature, View
from models.families.wording import Wording, scale
from models.scripts import script_of
from models.text import WORD, fold_seen

_LATIN_LANGUAGES: Final = frozenset(
    "en de fr es it pt nl sv da no nb fi pl cs sk hu ro tr id vi".split()  # noqa: SIM905 - a list
)
# What a person reads of a word, alone and with its runs of letters, and of a pair.
ONE_WORD: Final = "word in the text"
TWO_WORDS: Final = "words in the text"
_SPACED: Final = re.compile(r"\s[,.!?]|[,.!?][A-Za-z]{3}")


def words(v: View) -> Iterator[Feature]:
    """Words, each once: repeating a good word makes nothing better."""
    yield from _words(v.wording)


def _words(wording: Wording) -> Iterator[Feature]:
    found = _as_it_stood(wording.bare, wording.stood)
    x = scale(len(found))
    for bare, word in found.items():
        yield Feature(f"w:{bare}", x, ONE_WORD, word, "text")


def pairs(v: View) -> Iterator[Feature]:
    """Pairs of neighbouring words, each once."""
    yield from _pairs(v.wording)


def _pairs(wording: Wording) -> Iterator[Feature]:
    stood = [f"{a} {b}" for a, b in zip(wording.stood, wording.stood[1:], strict=False)]
    found = _as_it_stood(wording.pairs, stood)
    x = scale(len(found))
    for bare, pair in found.items():
        yield Feature(f"w:{bare}", x, TWO_WORDS, pair, "text")


def pieces(v: View) -> Iterator[Feature]:
    """Runs of letters inside words: survive small misspellings."""
    yield from _pieces(v.wording)


def _pieces(wording: Wording) -> Iterator[Feature]:
    found = _as_it_stood(wording.bare, wording.stood)
    x = scale(sum(dict(zip(wording.bare, wording.sizes, strict=True)).values()))
    for bare, word in found.items():
        yield Feature("c:", x, ONE_WORD, word, "text", bare)


def _as_it_stood(bare: Sequence[str], stood: Sequence[str]) -> dict[str, str]:
    """Each once, with how it stood the first time."""
    found: dict[str, str] = {}
    for one, as_it in zip(bare, stood, strict=True):
        found.setdefault(one, as_it)
    return found


def wordy(wording: Wording) -> Iterator[Feature]:
    """What the three families of words find in *wording*: in a text, or in a part of one."""
    yield from _words(wording)
    yield from _pairs(wording)
    yield from _pieces(wording)


def shape(v: View) -> Iterator[Feature]:
    """Length, capitals, marks, signs: how it looks from afar."""
    text = v.seen.text.strip()
    if not text:
        return
    length = min(9, int(math.log2(len(v.words) + 1)))
    yield Feature(f"s:len{length}", 0.7, "length of the text")
    head = text[:4000]
    letters, capitals, digits = _kinds(head)
    if capitals / (letters or 1) > 0.3:
        yield Feature("s:upper", 1.0, "written in capitals")
    marks = sum(head.count(c) for c in "!?")
    if marks:
        yield Feature(f"s:marks{min(marks, 4)}", 0.5, "exclamation and question marks")
    if digits / len(head) > 0.08:
        yield Feature("s:digits", 1.0, "many digits")
    odd = 0 if head.isascii() else sum(ord(c) > 0x2190 and not c.isalpha() for c in head)
    if odd:
        yield Feature(f"s:emoji{min(odd, 3)}", 0.5, "pictures and signs")
    lines = text.count("\n")
    if lines:
        yield Feature(f"s:lines{min(4, int(math.log2(lines + 1)))}", 0.4, "broken into lines")
    if len(v.words) > 20:
        ratio = len(set(v.words)) / len(v.words)
        yield Feature("s:repeat", max(0.0, 0.8 - ratio) * 2, "repeats itself")
    if _SPACED.search(text):
        yield Feature("s:space", 0.4, "odd spaces around commas and stops")
    if text[0].islower():
        yield Feature("s:lower", 0.4, "begins with a small letter")


def _kinds(text: str) -> tuple[int, int, int]:
    """How many letters, capitals and digits *text* has."""
    if not text.isascii():
        kinds = (str.isalpha, str.isupper, str.isdigit)
        return tuple(sum(map(kind, text)) for kind in kinds)  # type: ignore[return-value]
    # Counting what a table leaves over is twenty times as fast.
    raw = text.encode()
    capitals = len(raw.translate(None, _NO_CAPITAL))
    return (
        capitals + len(raw.translate(None, _NO_SMALL)),
        capitals,
        len(raw.translate(None, _NO_DIGIT)),
    )


_ALL: Final = bytes(range(256))
_NO_CAPITAL: Final = _ALL.translate(None, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_NO_SMALL: Final = _ALL.translate(None, b"abcdefghijklmnopqrstuvwxyz")
_NO_DIGIT: Final = _ALL.translate(None, b"0123456789")


def page(v: View) -> Iterator[Feature]:
    """Whether it speaks of what the page is about: praise that fits any post does not."""
    about = _about(v.comment.permalink[:_MOST_ESCAPED])
    shared = sorted(about.intersection(v.words))
    if len(about) >= 2 and shared:
        name = "speaks of what the page is about"
        yield Feature("pg+", 1.0, name, ", ".join(shared[:3]))


_MOST_ADDRESS: Final = 500
# One character is at most four bytes, each three characters of an escape.
_MOST_ESCAPED: Final = _MOST_ADDRESS * 12


@lru_cache(maxsize=1_000)
def _about(permalink: str) -> frozenset[str]:
    """The long words in a page's address. Few pages get most of the comments."""
    folded = fold_seen(unquote(permalink)[:_MOST_ADDRESS])
    try:
        tail = urlsplit(folded).path or folded
    except ValueError:
        tail = folded
    spaced = tail.replace("-", " ").replace("_", " ")
    return frozenset(match[0] for match in WORD.finditer(spaced) if len(match[0]) > 4)


def language(v: View) -> Iterator[Feature]:
    """Whether it is in a script that the blog's readers can read."""
    script = script_of(v.text)
    spoken = {tag[:2].lower() for tag in v.comment.blog_lang}
    if script and script != "Latin" and spoken <= _LATIN_LANGUAGES:
        yield Feature("la:script", 1.0, "another script than the blog's language", script)
