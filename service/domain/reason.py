"""Codes for reasons: what a program can compare, made from the words a person reads."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_NOT_WORD: Final = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=2000)
def clue_code(name: str) -> str:
    """The code of a Clue: `word in the text` -> `word-in-the-text`. ASCII, at most 60 characters.

    Clue names are our own words, never a commenter's, so a code is fit for a header.
    """
    return _NOT_WORD.sub("-", name.lower().replace("'", "")).strip("-")[:60] or "clue"


def rule_code(name: str) -> str:
    """The code of a Rule: `honeypot` -> `rule.honeypot`."""
    return f"rule.{name}"
