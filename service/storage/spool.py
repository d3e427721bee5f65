"""What could not be stored yet, in files beside the database, until it can be.

One file for each process, one checked line for each comment: `crc32 {"row": …, "hold": …}`, and
for each report of a blog: that has an `act`. A line is on disk before its blog is answered. Files
are drained oldest first, by whichever process gets hold of them; one whose process has died is
free, one being written is locked.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import itertools
import logging
import os
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from models.synced import replace_synced, sync_folder
from service.domain.decision import Act
from service.domain.hold import Hold
from service.domain.submission import Submission
from service.errors import Conflict, StoreUnavailable
from service.storage.records import read_kept, write_kept
from service.storage.writer import GroupWriter

_log = logging.getLogger(__name__)
# Some hundred thousand comments; whoever is gone for longer is answered "not now".
MOST_BYTES: Final = 256 * 1024 * 1024
_WAIT_S: Final = 1.0
_GROUP: Final = 100
_ENDING: Final = ".spool"
# What no database took although it was there: kept for a person to look at.
REFUSED: Final = "refused.jsonl"


class Kept(NamedTuple):
    """A new comment with its Hold; or, with an *act*, what its Site reports of a comment."""

    new: Submission
    hold: Hold | None = None
    act: Act | None = None


@dataclasses.dataclass(slots=True)
class _File:
    """The file this process writes: its descriptor and how long it is."""

    descriptor: int
    size: int


def spool_of(data_dir: Path) -> Path:
    """The folder of the spool of a deployment."""
    return data_dir / "spool"


class Spool:
    """The spool in *folder*. Safe to share between threads; no file is made before the first."""

    def __init__(self, folder: Path, *, most_bytes: int = MOST_BYTES) -> None:
        self.folder = folder
        self._most_bytes = most_bytes
        self._file: _File | None = None
        self._turn = threading.Lock()
        self._writer: GroupWriter[bytes] = GroupWriter(self._write, name="spool", wait_s=_WAIT_S)

    def put(self, new: Submission, hold: Hold | None, act: Act | None = None) -> None:
        """Keep *new*: on disk when this returns (shared fsync). Raises StoreUnavailable."""
        self._writer.put(_line(Kept(new, hold, act)))

    @property
    def waiting_bytes(self) -> int:
        """How much waits in all files, those of other processes too (one look at the folder)."""
        found = 0
        for place in self._places():
            with contextlib.suppress(FileNotFoundError):
                found += place.stat().st_size
        return found

    @property
    def refused_bytes(self) -> int:
        """How much lies there that no database took, for a person to look at (free)."""
        try:
            return (self.folder / REFUSED).stat().st_size
        except FileNotFoundError:
            return 0

    def drain(
        self,
        store: Callable[[list[Kept]], None],
        mend: Callable[[Submission], Submission] = lambda new: new,
    ) -> int:
        """Hand what waits to *store*, oldest first; answers with how many comments that were.

        *mend* makes of what an earlier version kept what this one keeps.

        A file goes only when *store* has taken all of it, so a process that dies in between loses
        nothing; *store* leaves out what it has already. What it says Conflict to is put aside.
        Raises StoreUnavailable when *store* does: the rest waits on.
        """
        self._let_go()
        count = 0
        for place in self._places():
            with _locked(place) as is_ours:
                if is_ours:
                    count += self._drain_one(place, store, mend)
                    place.unlink()
        return count

    def purge_refused(self, is_gone: Callable[[Submission], bool]) -> int:
        """Drop from what no database took whatever *is_gone* says; answers with how many lines.

        Lines that cannot be read go as well: nobody can say whose they are.
        """
        place = self.folder / REFUSED
        if not place.exists():
            return 0
        lines = place.read_bytes().splitlines(keepends=True)
        kept = [line for line in lines if (one := _read(line)) and not is_gone(one[0])]
        if len(kept) < len(lines):
            replace_synced(place, b"".join(kept), mode=0o600)
        return len(lines) - len(kept)

    def close(self) -> None:
        """Write what waits and let go of the file: another process may drain it."""
        self._writer.close()
        self._let_go()

    def _places(self) -> list[Path]:
        return sorted(self.folder.glob(f"*{_ENDING}"))

    def _let_go(self) -> None:
        with self._turn:
            if self._file is not None:
                os.close(self._file.descriptor)
                self._file = None

    def _write(self, lines: list[bytes]) -> None:
        with self._turn:
            try:
                file = self._file = self._file or self._begin()
                joined = b"".join(lines)
                if file.size + len(joined) > self._most_bytes:
                    raise StoreUnavailable(detail="the spool is full")
                _write_all(file, joined)
            except OSError as error:
                raise StoreUnavailable(detail=f"spool: {error.strerror}") from None

    def _begin(self) -> _File:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Names sort by time, also after the clock was set back within one process.
        place = self.folder / f"{time.time_ns():020d}-{os.getpid()}-{next(_COUNT):06d}{_ENDING}"
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        sync_folder(self.folder)
        return _File(descriptor, 0)

    def _drain_one(
        self,
        place: Path,
        store: Callable[[list[Kept]], None],
        mend: Callable[[Submission], Submission],
    ) -> int:
        count = 0
        for found in _groups(place):
            group = [one._replace(new=mend(one.new)) for one in found]
            try:
                store(group)
            except Conflict:
                for one in group:
                    self._store_alone(one, store)
            count += len(group)
        return count

    def _store_alone(self, one: Kept, store: Callable[[list[Kept]], None]) -> None:
        try:
            store([one])
        except Conflict as error:
            told, where = error.detail or error, {"guid": one.new.guid, "site": one.new.site_id}
            _log.error("a comment from the spool was refused: %s", told, extra=where)
            place = self.folder / REFUSED
            descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "ab") as file:
                file.write(_line(one))
                file.flush()
                os.fsync(file.fileno())


_COUNT: Final = itertools.count()


def _line(kept: Kept) -> bytes:
    text = write_kept(*kept).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _write_all(file: _File, new: bytes) -> None:
    """Append *new* and see it on disk, or leave the file as it was."""
    try:
        view = memoryview(new)
        while view:
            view = view[os.write(file.descriptor, view) :]
        os.fdatasync(file.descriptor)
    except OSError:
        os.ftruncate(file.descriptor, file.size)
        raise
    file.size += len(new)


@contextlib.contextmanager
def _locked(place: Path) -> Iterator[bool]:
    """Whether nobody else writes or drains *place*; then it is ours until the end."""
    try:
        descriptor = os.open(place, os.O_RDONLY)
    except FileNotFoundError:
        yield False
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Somebody may have drained it between the look and the lock.
        yield place.exists()
    except BlockingIOError:
        yield False
    finally:
        os.close(descriptor)


def _groups(place: Path) -> Iterator[list[Kept]]:
    group: list[Kept] = []
    with place.open("rb") as file:
        for number, line in enumerate(file, 1):
            found = _read(line)
            if found is None:
                # Half a line at the end was never acknowledged; the power went.
                _log.warning("%s, line %d cannot be read", place.name, number)
                continue
            group.append(found)
            if len(group) == _GROUP:
                yield group
                group = []
    if group:
        yield group


def _read(line: bytes) -> Kept | None:
    sum_, _, text = line.rstrip(b"\n").partition(b" ")
    try:
        if int(sum_, 16) != zlib.crc32(text):
            return None
        return Kept(*read_kept(text.decode()))
    except (ValueError, KeyError, TypeError):
        return None
