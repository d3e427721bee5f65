"""Cells of CSV that no spreadsheet takes for a formula, and that can be read back exactly."""

from __future__ import annotations

from typing import Final

_TRIGGERS: Final = frozenset("=+-@\t\r\n\0'|%")


def write_cell(text: str) -> str:
    """*text*, with an apostrophe before anything a spreadsheet might run, and before another."""
    text = text.encode("utf-8", "replace").decode()
    return f"'{text}" if text[:1] in _TRIGGERS and text else text


def read_cell(text: str) -> str:
    """What `write_cell` was given."""
    return text.removeprefix("'")
