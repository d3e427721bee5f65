"""In which script a text is written. Total over any text, O(n), n capped."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

_SCRIPTS: Final = (
    ("Latin", "LATIN"),
    ("Cyrillic", "CYRILLIC"),
    ("Chinese", "CJK"),
    ("Japanese", "HIRAGANA"),
    ("Japanese", "KATAKANA"),
    ("Korean", "HANGUL"),
    ("Arabic", "ARABIC"),
    ("Greek", "GREEK"),
    ("Hebrew", "HEBREW"),
    ("Thai", "THAI"),
    ("Devanagari", "DEVANAGARI"),
    ("Bengali", "BENGALI"),
    ("Tamil", "TAMIL"),
)


def script_of(text: str) -> str:
    """The script most letters of *text* (already folded) are in; "" when it has no letters."""
    if text.isascii():
        return "Latin" if any(map(str.isalpha, text)) else ""
    counts: dict[str, int] = {}
    for letter in text[:2000]:
        if letter.isalpha():
            name = "Latin" if letter.isascii() else _script_of_letter(letter)
            counts[name] = counts.get(name, 0) + 1
    if "Japanese" in counts:
        # Kanji are CJK by name; a text with kana among them is Japanese.
        counts["Japanese"] += counts.pop("Chinese", 0)
    return max(counts, key=lambda name: counts[name]) if counts else ""


@lru_cache(maxsize=5_000)
def _script_of_letter(letter: str) -> str:
    name = unicodedata.name(letter, "")
    return next((script for script, start in _SCRIPTS if name.startswith(start)), "another")
