"""Unit: one transaction with every collection of the storage hanging on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cached_property
from typing import Final

import sqlalchemy as sa

from service.domain.accuracy import Accuracy
from service.domain.decision import Decision
from service.domain.submission import Submission
from service.storage.accuracy import read_accuracy
from service.storage.audits import Audits
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
from service.storage.engine import translated
from service.storage.entries import Entries
from service.storage.erasing import Erasing
from service.storage.events import Events
from service.storage.follows import Follows
from service.storage.idempotency import Idempotency
from service.storage.imports import Imports
from service.storage.lists import ListAsk, Lists
from service.storage.moderators import Moderators
from service.storage.outbox import Outbox
from service.storage.overview import Name, Overview, look_around
from service.storage.pruning import Pruning
from service.storage.rechecks import Rechecks
from service.storage.retention import Retention
from service.storage.saved_views import SavedViews
from service.storage.search import Search
from service.storage.settle import Case, settle_many, settle_one
from service.storage.sites import Sites
from service.storage.submissions import Submissions
from service.storage.tables import meta
from service.storage.unscored import Unscored
from service.storage.webhooks import Webhooks

# Keys and Sites are written by the first, sealed keys by the second; see `find_key`.
_OF_CALLERS: Final = frozenset({"sites", "webhooks"})


class Unit:
    """One transaction: the collections hang on it, `commit()` makes it so."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    @property
    def may_change_callers(self) -> bool:
        """Whether a key, a Site or a Policy may be another after this (free)."""
        return not _OF_CALLERS.isdisjoint(vars(self))

    def alone(self, what: str) -> None:
        """Let no other transaction that says the same *what* begin before this one ends.

        For what two callers would both find missing and both make. SQLite has one writer anyway.
        """
        if self._connection.dialect.name == "postgresql":
            lock = sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(what, 0))
            self._connection.execute(sa.select(lock))

    def try_alone(self, what: str) -> bool:
        """Whether no other process is at *what*; until this transaction ends none will be.

        For work that one process does for all. Always so on SQLite, which one process serves.
        """
        if self._connection.dialect.name != "postgresql":
            return True
        number = sa.func.hashtextextended(f"at work: {what}", 0)
        lock = sa.select(sa.func.pg_try_advisory_xact_lock(number))
        return bool(self._connection.execute(lock).scalar_one())

    @cached_property
    def audits(self) -> Audits:
        """The blind sample."""
        return Audits(self._connection)

    @cached_property
    def erasing(self) -> Erasing:
        """Forgetting one person."""
        return Erasing(self._connection)

    @cached_property
    def retention(self) -> Retention:
        """Keeping times."""
        return Retention(self._connection)

    @cached_property
    def pruning(self) -> Pruning:
        """Rows that go."""
        return Pruning(self._connection)

    @cached_property
    def sites(self) -> Sites:
        """Sites and Keys."""
        return Sites(self._connection)

    @cached_property
    def submissions(self) -> Submissions:
        """Submissions."""
        return Submissions(self._connection)

    @cached_property
    def unscored(self) -> Unscored:
        """Submissions that wait without a Score."""
        return Unscored(self._connection)

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

    @cached_property
    def lists(self) -> Lists:
        """Lists of Submissions, by what holds and in any order."""
        return Lists(self._connection)

    def look_around(
        self,
        asks: Mapping[Name, tuple[ListAsk, int]],
        *,
        waiting: ListAsk,
        decided_since: dt.datetime,
        seen_since: dt.datetime,
    ) -> Overview[Name]:
        """What stands around a page of a list; see storage/overview.py."""
        return look_around(
            self._connection,
            self.lists,
            asks,
            waiting=waiting,
            decided_since=decided_since,
            seen_since=seen_since,
        )

    def read_accuracy(self, moderator_id: int) -> Accuracy:
        """What became of one person's Decisions; see storage/accuracy.py."""
        return read_accuracy(self._connection, moderator_id)

    @cached_property
    def authors(self) -> Authors:
        """How moderators decided about authors."""
        return Authors(self._connection)

    @cached_property
    def claims(self) -> Claims:
        """Claims, handovers, remarks and skips."""
        return Claims(self._connection)

    @cached_property
    def rechecks(self) -> Rechecks:
        """What was said when somebody asked again."""
        return Rechecks(self._connection)

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
    def follows(self) -> Follows:
        """Campaigns that are followed."""
        return Follows(self._connection)

    @cached_property
    def search(self) -> Search:
        """Words to find Submissions by."""
        return Search(self._connection)

    @cached_property
    def saved_views(self) -> SavedViews:
        """Names for addresses of ours."""
        return SavedViews(self._connection)

    def append(self, new: list[Submission]) -> None:
        """Write new Submissions, and which entries of the lists spoke of them."""
        self.submissions.append(new)
        hits = [
            (hit, one.guid, one.received_at)
            for one in new
            for hit in (one.scoring.hits if one.scoring else ())
        ]
        self.entries.append_hits(hits)

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
