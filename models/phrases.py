"""A pattern of words that is looked for in texts of any length, by the engine that suits each.

RE2 is linear whatever somebody wrote. But a look costs it two microseconds and a find twenty, and
each time it gives the interpreter away, so that between busy threads a score takes twice as long.
`re` reads the same pattern in short texts.
"""

from __future__ import annotations

import re
from typing import Any, Final

import re2

# Where `re` begins to take longer than RE2, and its worst cases are still harmless.
SHORT: Final = 400
_SPACE: Final = r"\t\n\f\r "
# What RE2 calls a letter, and `re` has no name for.
_NO_LETTER: Final = (r"[^\p{L}]", r"(?u:[\W\d_])")


class Phrases:
    """Any of some pieces, in either case. Words, digits and spaces are those of ASCII.

    *pattern* is how RE2 reads it, *short* what `re` looks for in texts of at most `SHORT`
    characters. Pieces must not look behind or ahead.
    """

    def __init__(self, *pieces: str) -> None:
        source = "|".join(pieces)
        self.pattern: Final = f"(?i){source}"
        self._linear = re2.compile(self.pattern)
        self.short: Final = re.compile(_by_first_letter(source), re.ASCII)

    def search(self, text: str) -> Any:  # noqa: ANN401 - re2 has no types
        """The first match in *text*, or None."""
        return self._suited(text).search(text)

    def findall(self, text: str) -> list[str]:
        """Every match in *text*, in order, none into another."""
        found: list[str] = self._suited(text).findall(text)
        return found

    def _suited(self, text: str) -> Any:  # noqa: ANN401 - re2 has no types
        # Folded text has no capitals, and not to care about them takes `re` three times as long.
        return self.short if len(text) <= SHORT and text.lower() == text else self._linear


def _by_first_letter(source: str) -> str:
    """*source* for `re`; when all its pieces begin with letters, each letter is looked at once.

    Pieces that begin with different letters never stand at the same place, and those of one letter
    keep their order, so the same piece is found.
    """
    groups: dict[str, list[str]] = {}
    for piece in _pieces(source):
        groups.setdefault(piece[0], []).append(_for_re(piece[1:]))
        if not piece[0].isalnum() or piece[1:2] in {"?", "*", "{"}:
            return _for_re(source)
    return "|".join([f"{letter}(?:{'|'.join(rest)})" for letter, rest in groups.items()])


def _pieces(source: str) -> list[str]:
    """*source* cut at each `|` that stands in no bracket."""
    found, depth = [""], 0
    for sign in source:
        depth += (sign in "([") - (sign in ")]")
        if sign == "|" and not depth:
            found.append("")
        else:
            found[-1] += sign
    return found


def _for_re(source: str) -> str:
    """*source* as `re` must read it to find what RE2 does."""
    written = source.replace(*_NO_LETTER).replace("|$)", r"|\Z)")
    # A space is no vertical tab; inside of a class it stands without brackets of its own.
    inside = re.sub(r"\[[^\]]*\]", lambda one: one[0].replace(r"\s", _SPACE), written)
    return inside.replace(r"\s", f"[{_SPACE}]")
