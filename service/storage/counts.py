"""Counts over stored Submissions, by Site and month: what statistics are made of."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import sqlalchemy as sa

from models.verdict import Verdict
from service.domain.decision import Outcome
from service.domain.submission import Kind
from service.storage.tables import submission

_SPAM = (Verdict.SPAM, Verdict.BLATANT)


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
        query = (
            sa.select(submission.c.site_id, self._month(), *_columns())
            .where(submission.c.site_id.in_(site_ids), submission.c.is_test.is_(False))
            .group_by(sa.text("1"), sa.text("2"))
            .order_by(sa.text("2"), sa.text("1"))
        )
        if since is not None:
            query = query.where(submission.c.received_at >= since)
        if until is not None:
            query = query.where(submission.c.received_at < until)
        rows = self._connection.execute(query).all()
        return [Tally(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name for it

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

    def _month(self) -> sa.Label[str]:
        moment = submission.c.received_at
        if self._connection.dialect.name == "sqlite":
            text = sa.func.strftime("%Y-%m", moment, type_=sa.String)
        else:
            text = sa.func.to_char(moment, "YYYY-MM", type_=sa.String)
        return text.label("month")


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
