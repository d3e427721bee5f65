"""Whom this deployment forgot: a file of marks beside the secret, not in the database.

A backup that is brought back must not bring the person back; so the list outlives the database. A
line is on disk before the first comment is touched, and a second one says that all of it is done.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from models.synced import sync_folder

_log = logging.getLogger(__name__)
_NAME: Final = "erasures.jsonl"


class ErasureList:
    """The list in *data_dir*. Cost: a small file is read at each question."""

    def __init__(self, data_dir: Path) -> None:
        self._place = data_dir / _NAME

    def add(self, marks: Iterable[str], now: dt.datetime) -> None:
        """These are to be forgotten: on disk when this returns."""
        self._append({"person": mark, "at": now.isoformat()} for mark in sorted(marks))

    def set_done(self, marks: Iterable[str], now: dt.datetime) -> None:
        """Nothing of these is left, in no file of the database either."""
        self._append({"done": mark, "at": now.isoformat()} for mark in sorted(marks))

    def list_all(self) -> list[str]:
        """Every mark, those that were asked for first first."""
        return list(dict.fromkeys(line["person"] for line in self._read() if "person" in line))

    def list_open(self) -> list[str]:
        """The marks of those whose forgetting was begun and not finished."""
        found: dict[str, None] = {}
        for line in self._read():
            if "person" in line:
                found[line["person"]] = None
            else:
                found.pop(line["done"], None)
        return list(found)

    def find_last(self) -> str:
        """When somebody was forgotten last, as ISO 8601; "" when nobody ever was."""
        return max((line["at"] for line in self._read() if "person" in line), default="")

    def _append(self, lines: Iterable[dict[str, str]]) -> None:
        self._place.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(json.dumps(line) + "\n" for line in lines)
        is_new = not self._place.exists()
        descriptor = os.open(self._place, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            # What the power cut off must not spoil the line after it.
            end = file.seek(0, os.SEEK_END)
            is_torn = end > 0 and os.pread(descriptor, 1, end - 1) != b"\n"
            file.write(("\n" * is_torn + text).encode())
            file.flush()
            os.fsync(descriptor)
        if is_new:
            sync_folder(self._place.parent)

    def _read(self) -> list[dict[str, Any]]:
        if not self._place.exists():
            return []
        found = []
        lines = self._place.read_bytes().splitlines()
        for number, line in enumerate(lines, 1):
            read = _line(line)
            if read is not None:
                found.append(read)
            elif line.strip():
                # Half a line was never acknowledged: nobody was forgotten for it.
                _log.warning("%s, line %d cannot be read", _NAME, number)
        return found


def _line(text: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(text)
    except ValueError:
        return None
    is_whole = isinstance(row, dict) and "at" in row and ("person" in row or "done" in row)
    return row if is_whole else None
