"""Store: one transaction with everything in it; commit() or nothing happened.

The one place where SQLAlchemy's errors become ours.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from functools import cached_property
from typing import Final

import sqlalchemy as sa

from service.domain.decision import Decision
from service.domain.submission import Submission
from service.errors import Conflict, StoreUnavailable
from service.storage.authors import Authors
from service.storage.bulk_looks import BulkLooks
from service.storage.bulks import Bulks
from service.storage.campaigns import Campaigns
from service.storage.changes import Changes
from service.storage.chores import Chores
from service.storage.claims import Claims
from service.storage.counts import Counts
from service.storage.decisions import Decisions
from service.storage.doors import Doors
from service.storage.engine import WRITES, make_engine
from service.storage.entries import Entries
from service.storage.listbook import ListBook
from service.storage.lists import Lists
from service.storage.moderators import Moderators
from service.storage.saved_views import SavedViews
from service.storage.search import Search
from service.storage.settle import Case, settle_many, settle_one
from service.storage.sites import Sites
from service.storage.submissions import Submissions
from service.storage.tables import meta
from service.storage.writer import GroupWriter

# As long as a lock of another program is waited for (engine.py): no thread waits for both twice.
_TURN_S: Final = 2.0


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
    def doors(self) -> Doors:
        """Second factors, recovery codes, identities, invitations."""
        return Doors(self._connection)

    @cached_property
    def changes(self) -> Changes:
        """The log of changes."""
        return Changes(self._connection)

    @cached_property
    def entries(self) -> Entries:
        """The entries of the lists."""
        return Entries(self._connection)

    @cached_property
    def chores(self) -> Chores:
        """What is due, and mail that waits."""
        return Chores(self._connection)

    @cached_property
    def counts(self) -> Counts:
        """Statistics."""
        return Counts(self._connection)

    @cached_property
    def lists(self) -> Lists:
        """Lists of Submissions, by what holds and in any order."""
        return Lists(self._connection)

    @cached_property
    def authors(self) -> Authors:
        """How moderators decided about authors."""
        return Authors(self._connection)

    @cached_property
    def claims(self) -> Claims:
        """Claims, remarks and skips."""
        return Claims(self._connection)

    @cached_property
    def bulks(self) -> Bulks:
        """Many at once."""
        return Bulks(self._connection)

    @cached_property
    def bulk_looks(self) -> BulkLooks:
        """What snapshots of bulks hold."""
        return BulkLooks(self._connection)

    @cached_property
    def campaigns(self) -> Campaigns:
        """Groups of near-duplicates."""
        return Campaigns(self._connection)

    @cached_property
    def search(self) -> Search:
        """Words to find Submissions by."""
        return Search(self._connection)

    @cached_property
    def saved_views(self) -> SavedViews:
        """Names for addresses of ours."""
        return SavedViews(self._connection)

    def settle(self, seen: Submission, before: list[Decision], after: list[Decision]) -> Submission:
        """Write what follows from the Decisions of one Submission; see storage/settle.py."""
        return settle_one(self._connection, seen, before, after)

    def settle_many(self, cases: list[Case]) -> None:
        """The same for many at once."""
        settle_many(self._connection, cases)

    def find_meta(self, name: str) -> str | None:
        """A fact about this deployment that the database keeps."""
        found: str | None = self._connection.execute(
            sa.select(meta.c.value).where(meta.c.name == name),
        ).scalar_one_or_none()
        return found

    def lock_meta(self, name: str, default: str) -> str:
        """A kept fact, *default* when there is none yet, held until the commit."""
        query = sa.select(meta.c.value).where(meta.c.name == name).with_for_update()
        found: str | None = self._connection.execute(query).scalar_one_or_none()
        if found is None:
            self._connection.execute(meta.insert().values(name=name, value=default))
        return found or default

    def set_meta(self, name: str, value: str) -> None:
        """Keep a fact about this deployment."""
        own = meta.update().where(meta.c.name == name)
        if self._connection.execute(own.values(value=value)).rowcount == 0:
            self._connection.execute(meta.insert().values(name=name, value=value))

    def commit(self) -> None:
        """Make it so: durable when this returns. Raises StoreUnavailable, Conflict."""
        with translated():
            try:
                self._connection.commit()
            except sa.exc.SQLAlchemyError:
                # SQLAlchemy rolls nothing back after a COMMIT that failed: given back to the pool
                # like this, the connection would keep SQLite's write lock for ever.
                self._connection.invalidate()
                raise


class Store:
    """The database. Safe to share between threads; nothing is opened before the first question."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._lists = ListBook(self._entries)
        # SQLite has one writer at a time; queueing here costs less than its busy waiting.
        self._turn = threading.RLock() if engine.dialect.name == "sqlite" else None
        self._writer: GroupWriter[Submission] = GroupWriter(self._append_group, name="writer")

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

    def append(self, new: Submission) -> None:
        """Store *new* for good: it is on disk when this returns (fast I/O, shared fsync).

        Raises StoreUnavailable.
        """
        self._writer.put(new)

    def _append_group(self, group: list[Submission]) -> None:
        with self.begin() as unit:
            unit.submissions.append(group)
            hits = [
                (hit, one.guid, one.received_at)
                for one in group
                for hit in (one.scoring.hits if one.scoring else ())
            ]
            unit.entries.append_hits(hits)
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
        # One line, whatever a driver has to say: it goes into a log or after a sentence.
        told = " ".join(str(cause).split())[:200]
        raise StoreUnavailable(detail=f"{type(cause).__name__}: {told}") from error
