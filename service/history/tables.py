"""Rows of a JSON list, of JSON lines or of CSV, whichever the file is, one after another."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any, Final

import ijson

from service.errors import BadFile
from service.history.source import ByteReader, Source

_MOST_CELL: Final = 4 * 1024 * 1024


def rows_of(source: Source) -> Iterator[dict[str, Any]]:
    """Every row as a table of names and values. Raises BadFile with the line where it breaks."""
    first = source.first_byte()
    if first == b"[":
        yield from items_of(source, "item")
    elif first == b"{":
        yield from json_lines(source)
    elif first:
        yield from _csv(source)
    else:
        raise BadFile("The file is empty.")


def items_of(source: Source, path: str) -> Iterator[dict[str, Any]]:
    """The objects at *path* of one JSON document, in flat memory."""
    try:
        for row in ijson.items(ByteReader(source), path, use_float=True):
            if isinstance(row, dict):
                yield row
            else:
                source.notes.skip("not an object")
    except (ijson.JSONError, ValueError, RecursionError) as error:
        raise BadFile(f"The file is not whole JSON ({str(error).splitlines()[0][:80]}).") from None


def json_lines(source: Source, *, skip_first: bool = False) -> Iterator[dict[str, Any]]:
    """The object on each line. Raises BadFile with the number of the first bad one."""
    for number, line in source.lines():
        if not line.strip() or (skip_first and number == 1):
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise BadFile(f"Line {number} is not JSON.") from None
        if isinstance(row, dict):
            yield row
        else:
            source.notes.skip("not an object")


def _csv(source: Source) -> Iterator[dict[str, Any]]:
    csv.field_size_limit(_MOST_CELL)
    lines = io.TextIOWrapper(
        io.BufferedReader(_Raw(source)), encoding="utf-8-sig", errors="strict", newline=""
    )
    reader = csv.DictReader(lines, strict=True)
    try:
        for row in reader:
            if None in row or None in row.values():
                raise BadFile(f"Line {reader.line_num} has another number of cells than the first.")
            yield dict(row)
    except csv.Error as error:
        raise BadFile(f"Line {reader.line_num}: {error}.") from None
    except UnicodeDecodeError:
        raise BadFile(f"After line {reader.line_num} the file is not UTF-8.") from None


class _Raw(io.RawIOBase):
    """A Source as the raw side of a text file."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._reader = ByteReader(source)

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - a writable buffer
        """Fill *buffer*; 0 at the end."""
        found = self._reader.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)
