"""Counts over Submissions, by Site and month: what statistics are made of.

What is stored is counted when somebody asks; of rows that were dropped a count by day is kept.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any, Final

import sqlalchemy as sa

from models.verdict import Verdict
from service.domain.decision import Outcome
from service.domain.submission import Kind
from service.storage.engine import insert_into
from service.storage.history_tables import day_count
from service.storage.tables import submission

_SPAM = (Verdict.SPAM, Verdict.BLATANT)
# How each engine spells them.
_MONTH: Final = ("%Y-%m", "YYYY-MM")
_DAY: Final = ("%Y-%m-%d", "YYYY-MM-DD")
_NAMES: Final = ("api_calls", "spam", "ham", "missed_spam", "false_positives")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of one Site in one month ("YYYY-MM"). spam + ham = api_calls.

    An UNSURE Verdict counts by what it became, as ham while it waits: the blog has not lost it.
    """

    site_id: int
    month: str
    api_calls: int
    spam: int
    ham: int
    missed_spam: int
    false_positives: int


class Counts:
    """The counting questions of one transaction. Test calls never count."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def by_month(
        self,
        site_ids: list[int],
        *,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
    ) -> list[Tally]:
        """One Tally for each Site and month that has any, oldest month first."""
        both = sa.union_all(
            self._stored(site_ids, since, until), self._dropped(site_ids, since, until)
        ).subquery()
        own = both.c
        query = (
            sa.select(own.site_id, own.month, *(_total(own[name]) for name in _NAMES))
            .group_by(own.site_id, own.month)
            .order_by(own.month, own.site_id)
        )
        rows = self._connection.execute(query).all()
        return [Tally(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name for it

    def keep(self, submission_ids: list[int]) -> None:
        """Add what these count for to their days: they will be dropped."""
        counted = self._connection.execute(
            sa.select(submission.c.site_id, self._moment(_DAY).label("day"), *_columns())
            .where(submission.c.id.in_(submission_ids), submission.c.is_test.is_(False))
            .group_by(sa.text("1"), sa.text("2"))
        ).all()
        for row in counted:
            new = insert_into(day_count, self._connection).values(**row._mapping)  # noqa: SLF001 - as above
            added = {name: day_count.c[name] + new.excluded[name] for name in _NAMES}
            own = [day_count.c.site_id, day_count.c.day]
            self._connection.execute(new.on_conflict_do_update(index_elements=own, set_=added))

    def calls(self, site_ids: list[int], *, since: dt.datetime) -> int:
        """How many checks these Sites asked for since *since*."""
        found: int = self._connection.execute(
            sa.select(sa.func.count())
            .select_from(submission)
            .where(
                submission.c.site_id.in_(site_ids),
                submission.c.received_at >= since,
                submission.c.kind == Kind.CHECK,
                submission.c.is_test.is_(False),
            ),
        ).scalar_one()
        return found

    def _stored(
        self, site_ids: list[int], since: dt.datetime | None, until: dt.datetime | None
    ) -> sa.Select[Any]:
        query = (
            sa.select(submission.c.site_id, self._moment(_MONTH).label("month"), *_columns())
            .where(submission.c.site_id.in_(site_ids), submission.c.is_test.is_(False))
            .group_by(sa.text("1"), sa.text("2"))
        )
        if since is not None:
            query = query.where(submission.c.received_at >= since)
        if until is not None:
            query = query.where(submission.c.received_at < until)
        return query

    def _dropped(
        self, site_ids: list[int], since: dt.datetime | None, until: dt.datetime | None
    ) -> sa.Select[Any]:
        own = day_count.c
        month = sa.func.substr(own.day, 1, len("2026-11"), type_=sa.String).label("month")
        counts = [own[name] for name in _NAMES]
        query = sa.select(own.site_id, month, *counts).where(own.site_id.in_(site_ids))
        if since is not None:
            query = query.where(own.day >= f"{since:%Y-%m-%d}")
        if until is not None:
            query = query.where(own.day < f"{until:%Y-%m-%d}")
        return query

    def _moment(self, shape: tuple[str, str]) -> sa.Function[str]:
        """When a Submission was received, in UTC, in one of the shapes below."""
        received_at, (on_sqlite, on_postgresql) = submission.c.received_at, shape
        if self._connection.dialect.name == "postgresql":
            at = sa.func.timezone("UTC", received_at)
            return sa.func.to_char(at, on_postgresql, type_=sa.String)
        return sa.func.strftime(on_sqlite, received_at, type_=sa.String)


def _total(column: sa.ColumnElement[Any]) -> sa.Label[int]:
    # PostgreSQL's sum of such a column is a number of any size, which comes as a Decimal.
    return sa.cast(sa.func.sum(column), sa.BigInteger).label(column.key)


def _count(name: str, clause: sa.ColumnElement[bool]) -> sa.Label[Any]:
    return sa.func.coalesce(sa.func.sum(sa.case((clause, 1), else_=0)), 0).label(name)


def _columns() -> list[sa.Label[Any]]:
    verdict, result = submission.c.verdict, submission.c.outcome
    is_check = submission.c.kind == Kind.CHECK
    became_spam = result.in_((Outcome.SPAM, Outcome.REMOVED))
    is_spam = sa.or_(verdict.in_(_SPAM), sa.and_(verdict == Verdict.UNSURE, became_spam))
    # A report of a comment we never saw is a mistake of ours all the same: the Site says so.
    not_seen = submission.c.kind == Kind.REPORT
    missed = sa.and_(result == Outcome.SPAM, sa.or_(verdict == Verdict.HAM, not_seen))
    wronged = sa.and_(result == Outcome.HAM, sa.or_(verdict.in_(_SPAM), not_seen))
    return [
        _count("api_calls", is_check),
        _count("spam", sa.and_(is_check, is_spam)),
        _count("ham", sa.and_(is_check, sa.not_(is_spam))),
        _count("missed_spam", missed),
        _count("false_positives", wronged),
    ]
