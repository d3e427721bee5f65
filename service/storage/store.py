"""Store: one transaction with everything in it; commit() or nothing happened."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa

from service.domain.hold import Hold
from service.domain.submission import Submission
from service.errors import StoreUnavailable
from service.storage.engine import WRITES, make_engine, translated
from service.storage.entries import Entries
from service.storage.gauges import Gauges, read_gauges
from service.storage.listbook import ListBook
from service.storage.unit import Unit
from service.storage.writer import GroupWriter

# As long as a lock of another program is waited for (engine.py): no thread waits for both twice.
_TURN_S: Final = 2.0


class Store:
    """The database. Safe to share between threads; nothing is opened before the first question."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._lists = ListBook(self._entries)
        # SQLite has one writer at a time; queueing here costs less than its busy waiting.
        self._turn = threading.RLock() if engine.dialect.name == "sqlite" else None
        self._writer: GroupWriter[tuple[Submission, Hold | None]] = GroupWriter(
            self._append_group, name="writer"
        )

    @classmethod
    def open(cls, url: str, *, pool_size: int = 20) -> Store:
        """The Store at *url*. Raises SettingsError for an address it can't read."""
        return cls(make_engine(url, pool_size=pool_size))

    @property
    def lists(self) -> ListBook:
        """What people's lists look for, by Site, kept in memory."""
        return self._lists

    @contextlib.contextmanager
    def _entries(self) -> Iterator[Entries]:
        with self.read() as unit:
            yield unit.entries

    @contextlib.contextmanager
    def read(self) -> Iterator[Unit]:
        """A transaction that only looks. Raises StoreUnavailable (fast I/O)."""
        with translated(), self.engine.connect() as connection, connection.begin():
            yield Unit(connection)

    @contextlib.contextmanager
    def begin(self) -> Iterator[Unit]:
        """A transaction that writes: rolls back unless `commit()` was called (fast I/O).

        Raises StoreUnavailable, and Conflict when a unique thing is there already.
        """
        with self._own_turn(), translated(), self.engine.connect() as connection:
            writing = connection.execution_options(**{WRITES: True})
            writing.begin()
            yield Unit(writing)

    @contextlib.contextmanager
    def _own_turn(self) -> Iterator[None]:
        if self._turn is None:
            yield
            return
        if not self._turn.acquire(timeout=_TURN_S):
            raise StoreUnavailable(detail="another thread has been writing for too long")
        try:
            yield
        finally:
            self._turn.release()

    def append(self, new: Submission, hold: Hold | None = None) -> None:
        """Store *new* for good: it is on disk when this returns (fast I/O, shared fsync).

        *hold*: its blog is told to hold it, and the clock of that starts. Raises StoreUnavailable.
        """
        self._writer.put((new, hold))

    def _append_group(self, group: list[tuple[Submission, Hold | None]]) -> None:
        with self.begin() as unit:
            unit.append([one for one, _ in group])
            for one, hold in group:
                if hold is not None:
                    unit.outbox.record_hold(one, hold)
            unit.commit()

    def ping(self) -> None:
        """Ask the database anything. Raises StoreUnavailable."""
        with self.read() as unit:
            unit.find_meta("ping")

    def gauges(self) -> Gauges:
        """What waits and what was answered lately (fast I/O). Raises StoreUnavailable."""
        with translated():
            return read_gauges(self.engine)

    def close(self) -> None:
        """Write what waits and let go of every connection."""
        self._writer.close()
        self.engine.dispose()
