"""Store: one transaction with everything in it; commit() or nothing happened.

The one place where SQLAlchemy's errors become ours.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from functools import cached_property

import sqlalchemy as sa

from service.domain.hold import Hold
from service.domain.submission import Submission
from service.errors import Conflict, StoreUnavailable
from service.storage.counts import Counts
from service.storage.decisions import Decisions
from service.storage.engine import WRITES, make_engine
from service.storage.events import Events
from service.storage.idempotency import Idempotency
from service.storage.imports import Imports
from service.storage.moderators import Moderators
from service.storage.outbox import Outbox
from service.storage.sites import Sites
from service.storage.submissions import Submissions
from service.storage.tables import meta
from service.storage.webhooks import Webhooks
from service.storage.writer import GroupWriter


class Unit:
    """One transaction: the collections hang on it, `commit()` makes it so."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    @cached_property
    def sites(self) -> Sites:
        """Sites and Keys."""
        return Sites(self._connection)

    @cached_property
    def submissions(self) -> Submissions:
        """Submissions."""
        return Submissions(self._connection)

    @cached_property
    def decisions(self) -> Decisions:
        """Decisions."""
        return Decisions(self._connection)

    @cached_property
    def moderators(self) -> Moderators:
        """Moderators and their sessions."""
        return Moderators(self._connection)

    @cached_property
    def events(self) -> Events:
        """What waits to be sent."""
        return Events(self._connection)

    @cached_property
    def outbox(self) -> Outbox:
        """Where Events are written together with what they follow from."""
        return Outbox(self._connection)

    @cached_property
    def webhooks(self) -> Webhooks:
        """Who hears, and the secrets for that."""
        return Webhooks(self._connection)

    @cached_property
    def idempotency(self) -> Idempotency:
        """Calls that count once."""
        return Idempotency(self._connection)

    @cached_property
    def imports(self) -> Imports:
        """History brought in."""
        return Imports(self._connection)

    @cached_property
    def counts(self) -> Counts:
        """Statistics."""
        return Counts(self._connection)

    def find_meta(self, name: str) -> str | None:
        """A fact about this deployment that the database keeps."""
        found: str | None = self._connection.execute(
            sa.select(meta.c.value).where(meta.c.name == name),
        ).scalar_one_or_none()
        return found

    def set_meta(self, name: str, value: str) -> None:
        """Keep a fact about this deployment."""
        self._connection.execute(meta.delete().where(meta.c.name == name))
        self._connection.execute(meta.insert().values(name=name, value=value))

    def commit(self) -> None:
        """Make it so: durable when this returns."""
        with translated():
            self._connection.commit()


class Store:
    """The database. Safe to share between threads; nothing is opened before the first question."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        # SQLite has one writer at a time; queueing here costs less than its busy waiting.
        self._turn = threading.RLock() if engine.dialect.name == "sqlite" else None
        self._writer: GroupWriter[tuple[Submission, Hold | None]] = GroupWriter(
            self._append_group, name="writer"
        )

    @classmethod
    def open(cls, url: str, *, pool_size: int = 20) -> Store:
        """The Store at *url*. Raises SettingsError for an address it can't read."""
        return cls(make_engine(url, pool_size=pool_size))

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
        turn = self._turn or contextlib.nullcontext()
        with turn, translated(), self.engine.connect() as connection:
            writing = connection.execution_options(**{WRITES: True})
            writing.begin()
            yield Unit(writing)

    def append(self, new: Submission, hold: Hold | None = None) -> None:
        """Store *new* for good: it is on disk when this returns (fast I/O, shared fsync).

        *hold*: its blog is told to hold it, and the clock of that starts. Raises StoreUnavailable.
        """
        self._writer.put((new, hold))

    def _append_group(self, group: list[tuple[Submission, Hold | None]]) -> None:
        with self.begin() as unit:
            unit.submissions.append([new for new, _ in group])
            for new, hold in group:
                if hold is not None:
                    unit.outbox.record_hold(new, hold)
            unit.commit()

    def ping(self) -> None:
        """Ask the database anything. Raises StoreUnavailable."""
        with self.read() as unit:
            unit.find_meta("ping")

    def close(self) -> None:
        """Write what waits and let go of every connection."""
        self._writer.close()
        self.engine.dispose()


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """SQLAlchemy's errors as ours; the statement and its values stay out of the message."""
    try:
        yield
    except sa.exc.IntegrityError as error:
        raise Conflict(detail=type(error.orig).__name__) from None
    except sa.exc.SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        raise StoreUnavailable(detail=f"{type(cause).__name__}: {str(cause)[:200]}") from error
