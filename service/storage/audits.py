"""The blind sample in the database: draw into it, and count what people said of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from models.verdict import Verdict
from service.domain.audit import AuditFigures
from service.domain.decision import Outcome
from service.domain.submission import Kind
from service.storage.tables import submission

_OWN = submission.c


class Audits:
    """The blind sample of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def draw(
        self, count: int, *, site_ids: tuple[int, ...] | None, since: dt.datetime, priority: float
    ) -> int:
        """Put *count* at the most of what the machine decided alone *since* into the queue.

        Drawn by lot among those nobody has decided on. Cost: a walk over what came since.
        """
        clauses = [
            _OWN.received_at >= since,
            _OWN.kind == Kind.CHECK,
            _OWN.verdict.in_((Verdict.HAM, Verdict.SPAM)),
            _OWN.version == 0,
            _OWN.is_test.is_(False),
            _OWN.is_audit.is_(False),
            _OWN.rule.is_(None),
            _OWN.outcome != Outcome.UNSURE,
        ]
        if site_ids is not None:
            clauses.append(_OWN.site_id.in_(site_ids))
        lots = sa.select(_OWN.id).where(*clauses).order_by(sa.func.random()).limit(count)
        drawn = self._connection.execute(lots).scalars().all()
        self._connection.execute(
            submission.update()
            .where(_OWN.id.in_(drawn), _OWN.version == 0)
            .values(is_audit=True, outcome=Outcome.UNSURE, priority=priority),
        )
        return len(drawn)

    def figures(self, site_ids: tuple[int, ...] | None) -> list[AuditFigures]:
        """Of each Site with a sample what people said of it, through the sample's own index."""
        ham, spam = _OWN.verdict == Verdict.HAM, _OWN.verdict == Verdict.SPAM
        waits = _OWN.outcome == Outcome.UNSURE
        became_spam, became_ham = _OWN.outcome == Outcome.SPAM, _OWN.outcome == Outcome.HAM
        query = (
            sa.select(
                _OWN.site_id,
                _count("ham", ham, sa.or_(became_spam, became_ham)),
                _count("missed_spam", ham, became_spam),
                _count("spam", spam, sa.or_(became_spam, became_ham)),
                _count("hidden_ham", spam, became_ham),
                _count("waiting", waits),
            )
            .where(sa.text("is_audit"))
            .group_by(_OWN.site_id)
            .order_by(_OWN.site_id)
        )
        if site_ids is not None:
            query = query.where(_OWN.site_id.in_(site_ids))
        rows = self._connection.execute(query).all()
        return [AuditFigures(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name for it


def _count(name: str, *clauses: sa.ColumnElement[bool]) -> sa.Label[Any]:
    return sa.func.sum(sa.case((sa.and_(*clauses), 1), else_=0)).label(name)
