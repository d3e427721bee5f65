"""A file's bytes, unpacked, within bounds: memory stays flat whatever the file holds."""

from __future__ import annotations

import dataclasses
import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from service.errors import BadFile

CHUNK: Final = 256 * 1024
# A bomb unpacks a thousandfold; text of people does not reach forty.
_MOST_RATIO: Final = 200
_FREE: Final = 16 * 1024 * 1024
MOST_LINE: Final = 4 * 1024 * 1024


@dataclasses.dataclass(slots=True)
class Notes:
    """What a reader had to leave out or could not know: reason -> how many."""

    skipped: dict[str, int] = dataclasses.field(default_factory=dict)
    said: list[str] = dataclasses.field(default_factory=list)

    def skip(self, reason: str) -> None:
        """Count one that was left out."""
        self.skipped[reason] = self.skipped.get(reason, 0) + 1

    def say(self, sentence: str) -> None:
        """Something to tell at the end, once."""
        if sentence not in self.said:
            self.said.append(sentence)


@dataclasses.dataclass(slots=True)
class Source:
    """One file. *moved* is told how many bytes of it have been read so far."""

    place: Path
    notes: Notes
    moved: Callable[[int], None] = lambda _done: None

    def chunks(self) -> Iterator[bytes]:
        """The bytes, unpacked when it is gzip. Raises BadFile."""
        try:
            with self.place.open("rb") as raw:
                is_packed = raw.read(2) == b"\x1f\x8b"
                raw.seek(0)
                file = gzip.GzipFile(fileobj=raw) if is_packed else raw
                total = 0
                while chunk := file.read(CHUNK):
                    total += len(chunk)
                    if is_packed and total > _FREE + _MOST_RATIO * raw.tell():
                        raise BadFile("The file unpacks to far more than any export: refused.")
                    self.moved(raw.tell())
                    yield chunk
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise BadFile("The gzip file is cut off or damaged.") from None
        except OSError as error:
            raise BadFile(f"The file cannot be read: {error.strerror or 'error'}.") from None

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Numbered lines, without their end. One that is longer than any comment is refused."""
        rest, number = b"", 0
        for chunk in self.chunks():
            parts = (rest + chunk).split(b"\n")
            rest = parts.pop()
            if len(rest) > MOST_LINE:
                raise BadFile(f"Line {number + 1} is longer than 4 MiB.")
            for part in parts:
                number += 1
                yield number, part.rstrip(b"\r")
        if rest:
            yield number + 1, rest

    def first_byte(self) -> bytes:
        """The first byte that is no space and no byte order mark; b"" for an empty file."""
        for chunk in self.chunks():
            head = chunk.removeprefix(b"\xef\xbb\xbf").lstrip()
            if head:
                return head[:1]
        return b""


class ByteReader:
    """The chunks of a Source as a file to read from, for parsers that ask for one."""

    def __init__(self, source: Source) -> None:
        self._chunks = source.chunks()
        self._rest = b""
        self._is_start = True

    def read(self, size: int = -1) -> bytes:
        """At most *size* bytes; b"" at the end."""
        if not self._rest:
            self._rest = next(self._chunks, b"")
            if self._is_start:
                self._rest = self._rest.removeprefix(b"\xef\xbb\xbf")
                self._is_start = False
        if size < 0:
            return self._rest + b"".join(self._chunks)
        found, self._rest = self._rest[:size], self._rest[size:]
        return found
