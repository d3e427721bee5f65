"""What became of one person's Decisions, counted in two questions whatever there is."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from models.verdict import Verdict
from service.domain.accuracy import MOST_LOOKED_AT, MOST_MADE, Accuracy
from service.domain.decision import Act, Source
from service.storage.tables import decision, submission


def read_accuracy(connection: sa.Connection, moderator_id: int) -> Accuracy:
    """The Accuracy of this person (fast I/O: at most `MOST_MADE` rows of one index are read)."""
    own = (
        sa.select(decision.c.id, decision.c.submission_id, decision.c.act, decision.c.bulk_id)
        .where(decision.c.moderator_id == moderator_id)
        .order_by(decision.c.id.desc())
        .limit(MOST_MADE)
        .subquery()
    )
    counted = sa.select(sa.func.count()).select_from(own).where(own.c.act != Act.UNDO)
    made = connection.execute(counted).scalar_one()
    row = connection.execute(_figures(_newest(own), moderator_id)).one()
    return Accuracy(made=made, **{name: int(value or 0) for name, value in row._mapping.items()})  # noqa: SLF001 - SQLAlchemy's public name for it


def _newest(own: sa.Subquery) -> sa.Subquery:
    """The newest that were made one by one: a bulk of thousands is one answer, not thousands."""
    return (
        sa.select(own.c.id, own.c.submission_id, own.c.act)
        .where(own.c.act != Act.UNDO, own.c.bulk_id.is_(None))
        .order_by(own.c.id.desc())
        .limit(MOST_LOOKED_AT)
        .subquery()
    )


def _figures(own: sa.Subquery, moderator_id: int) -> sa.Select[Any]:
    later, undo = decision.alias(), decision.alias()
    is_other = later.c.moderator_id != moderator_id
    is_taken = sa.exists().where(later.c.undoes == own.c.id, later.c.undoes.is_not(None), is_other)
    is_otherwise = sa.exists().where(
        later.c.submission_id == own.c.submission_id,
        later.c.id > own.c.id,
        later.c.source == Source.MODERATOR,
        later.c.act != Act.UNDO,
        later.c.act != own.c.act,
        is_other,
    )
    stands = ~sa.exists().where(undo.c.undoes == own.c.id, undo.c.undoes.is_not(None))
    of = submission.c
    is_ham = sa.and_(of.verdict == Verdict.HAM, own.c.act == Act.APPROVE)
    is_spam = sa.and_(of.verdict == Verdict.SPAM, own.c.act == Act.SPAM)
    is_sample = sa.and_(of.is_audit, own.c.act.in_((Act.APPROVE, Act.SPAM)), stands)
    each = (
        sa.select(
            is_taken.label("taken_back"),
            is_otherwise.label("otherwise"),
            is_sample.label("sampled"),
            sa.and_(is_sample, sa.or_(is_ham, is_spam)).label("agreed"),
        )
        .select_from(own.join(submission, of.id == own.c.submission_id))
        .subquery()
    )
    overruled = sa.or_(each.c.taken_back, each.c.otherwise)
    return sa.select(
        sa.func.count().label("looked_at"),
        _sum(overruled).label("overruled"),
        *(_sum(each.c[name]).label(name) for name in ("taken_back", "otherwise")),
        *(_sum(each.c[name]).label(name) for name in ("sampled", "agreed")),
    ).select_from(each)


def _sum(clause: sa.ColumnElement[bool]) -> sa.Function[Any]:
    return sa.func.sum(sa.case((clause, 1), else_=0))
