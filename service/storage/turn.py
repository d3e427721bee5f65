"""Whose turn it is to write to a SQLite file: one thread of one process at a time.

SQLite lets another process begin to write while the first still moves its log into the file, after
its commit; before 3.51.3 that can, very rarely, spoil the file (SECURITY.md, 31). So each process
of ours holds a lock of its own beside the file until both are done. It is advisory: a program that
is not ours does not ask for it. The system lets go of it when its holder is killed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from service.errors import StoreUnavailable
from service.storage.engine import BUSY_TIMEOUT_MS

# Longer than another thread's turn takes, its waiting for another process included.
_TURN_S: Final = 2.0
# As long as for SQLite's own lock, which a process of ours then finds free.
_OTHERS_S: Final = BUSY_TIMEOUT_MS / 1000
_LOOK_EVERY_S: Final = 0.002
_ENDINGS: Final = (".next", ".lock")


class Turn:
    """The turns of one process at one SQLite file. A thread that has one may take it again."""

    def __init__(self, engine: sa.Engine) -> None:
        self._threads = threading.RLock()
        self._depth = 0
        self._lock = FileLock(engine)

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """Nobody else of ours writes meanwhile (fast I/O). Raises StoreUnavailable."""
        if not self._threads.acquire(timeout=_TURN_S):
            raise StoreUnavailable(detail="another thread has been writing for too long")
        self._depth += 1
        try:
            if self._depth == 1:
                self._lock.acquire()
            yield
        finally:
            self._depth -= 1
            if not self._depth:
                self._lock.release()
            self._threads.release()


@contextlib.contextmanager
def alone(engine: sa.Engine, wait_s: float = _OTHERS_S) -> Iterator[None]:
    """No other process of ours writes to *engine*'s file meanwhile, for who has no Store.

    Raises StoreUnavailable after *wait_s* (fast I/O).
    """
    lock = FileLock(engine)
    lock.acquire(wait_s)
    try:
        yield
    finally:
        lock.release()


class FileLock:
    """The lock beside *engine*'s file, for one thread; PostgreSQL and memory have none.

    There are two: whoever waits for the lock itself holds the other, so that who has just let go
    of it cannot take it again before.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._database = _file_of(engine)
        self._opened: list[int] = []

    def acquire(self, wait_s: float = _OTHERS_S) -> None:
        """Wait for it (free, while nobody has it). Raises StoreUnavailable after *wait_s*."""
        if self._database is None:
            return
        for ending in _ENDINGS[len(self._opened) :]:
            self._opened.append(_open(self._database, ending))
            weakref.finalize(self, os.close, self._opened[-1])
        following, lock = self._opened
        until = time.monotonic() + wait_s
        _wait_for(following, until)
        try:
            _wait_for(lock, until)
        finally:
            fcntl.flock(following, fcntl.LOCK_UN)

    def release(self) -> None:
        """Let the next one have it; harmless when it is not ours."""
        for lock in self._opened[1:]:
            fcntl.flock(lock, fcntl.LOCK_UN)


def _file_of(engine: sa.Engine) -> Path | None:
    name = engine.url.database
    if engine.dialect.name != "sqlite" or name in {None, "", ":memory:"}:
        return None
    # By whatever name it is opened: SQLite follows links, too.
    return Path(str(name)).resolve()


def _open(database: Path, ending: str) -> int:
    """A file of its own: to close the database's would let go of SQLite's locks on it."""
    place = database.with_name(database.name + ending)
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreUnavailable(detail=f"{place}: {error.strerror}") from None
    if not os.geteuid():
        # As SQLite does with its log: a command of root's must not keep the server out.
        with contextlib.suppress(OSError):
            owner = database.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def _wait_for(lock: int, until: float) -> None:
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                told = "another process has been writing for too long"
                raise StoreUnavailable(detail=told) from None
            time.sleep(_LOOK_EVERY_S)
