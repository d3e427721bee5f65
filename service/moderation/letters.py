"""Letters that hide, reorder or disguise: spelled out for people, folded for finding evidence."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from models.text import WORD, fold_seen

# Kept as they are: line breaks and tabs; joiners where scripts and emoji need them (see `runs`).
_PLAIN: Final = frozenset("\n\t\r\u200c\u200d")
_JOINERS: Final = frozenset("\u200c\u200d")
# Letters by their category, but drawn as nothing.
_BLANKS: Final = frozenset("\u2028\u2029\u115f\u1160\u2800\u3164\uffa0")
_ODD_IN_ASCII: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@lru_cache(maxsize=4096)
def odd_mark(letter: str) -> str:
    """A visible name for a character that hides or reorders others, or "" for all others."""
    if letter in _PLAIN:
        return ""
    if letter == "\0":
        return "\N{SYMBOL FOR NULL}"
    if letter in _BLANKS or unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn"}:
        return f"⟦U+{ord(letter):04X}⟧"
    return ""


def odd_name(letter: str) -> str:
    """What Unicode calls *letter*, in small letters."""
    return unicodedata.name(letter, "a control character").lower()


def runs(text: str) -> Iterator[tuple[int, int, str, str]]:
    """*text* in runs of (start, end, shown, odd): *odd* is "" or the character that is named.

    Many of one odd character in a row become one mark with their number, so that a wall of them
    cannot bury a page.
    """
    if text.isascii() and not _ODD_IN_ASCII.search(text):
        if text:
            yield 0, len(text), text, ""
        return
    start = 0
    for odd, group in itertools.groupby(range(len(text)), key=lambda at: _odd_at(text, at)):
        end = start + sum(1 for _ in group)
        yield start, end, _spelled(odd, end - start) if odd else text[start:end], odd
        start = end


def _odd_at(text: str, at: int) -> str:
    letter = text[at]
    if letter in _JOINERS:
        # Between Latin letters a joiner joins nothing: it only splits a word that filters know.
        beside = text[max(0, at - 1) : at] + text[at + 1 : at + 2]
        return letter if beside.isascii() else ""
    return letter if odd_mark(letter) else ""


def _spelled(odd: str, times: int) -> str:
    mark = odd_mark(odd) or f"⟦U+{ord(odd):04X}⟧"
    if times == 1:
        return mark
    count = f"\N{MULTIPLICATION SIGN}{times}"
    return f"{mark[:-1]}{count}⟧" if mark.endswith("⟧") else f"{mark}{count}"


def visible(text: str) -> str:
    """*text* with every invisible or reordering character spelled out."""
    if text.isascii() and not _ODD_IN_ASCII.search(text):
        return text
    return "".join(shown for _start, _end, shown, _odd in runs(text))


def folded(text: str) -> tuple[str, Sequence[int]]:
    """*text* as the model reads words, and the place in *text* that each of its letters is from.

    Styled letters, accents, invisible characters and look-alikes inside Latin words fold away, so
    a word in disguise is found where it stands.
    """
    if text.isascii():
        return text.lower(), range(len(text))
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        plain = _folded_letter(letter)
        letters.append(plain)
        places += [place] * len(plain)
    return WORD.sub(_one_spelling, "".join(letters)), places


@lru_cache(maxsize=4096)
def _folded_letter(letter: str) -> str:
    if letter.isascii():
        return letter.lower()
    if letter in _JOINERS or odd_mark(letter):
        return ""
    parts = unicodedata.normalize("NFKD", letter)
    kept = "".join(part for part in parts if unicodedata.category(part) not in {"Mn", "Me", "Cf"})
    return unicodedata.normalize("NFC", kept).casefold()


def _one_spelling(match: re.Match[str]) -> str:
    word = match[0]
    plain = fold_seen(word)
    # Only letter for letter: the places must stay true.
    return plain if len(plain) == len(word) else word
