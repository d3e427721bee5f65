"""What stands around a page of a list, asked in one question.

Each number alone is a fraction of a millisecond, but a question of its own costs a round trip to
PostgreSQL and a plan: ten of them were a third of the queue's page.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any, Final, Generic, TypeVar

import sqlalchemy as sa

from service.domain.decision import Source
from service.storage.lists import ListAsk, Lists
from service.storage.tables import decision, session, submission

Name = TypeVar("Name")
_MOST_DECIDED: Final = 10_000


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Overview(Generic[Name]):
    """*counts* by the names they were asked by; the rest as `look_around` says."""

    counts: dict[Name, int]
    decided: int
    here: int
    oldest_at: dt.datetime | None
    newest_id: int


def look_around(
    connection: sa.Connection,
    lists: Lists,
    asks: Mapping[Name, tuple[ListAsk, int]],
    *,
    waiting: ListAsk,
    decided_since: dt.datetime,
    seen_since: dt.datetime,
) -> Overview[Name]:
    """How many match each of *asks*, counted to the number beside it, and what else a page tells.

    That is how many Decisions moderators made since *decided_since* (to 10 000), how many people
    gave a sign of life since *seen_since*, and of *waiting* when the oldest came in (None when
    there is none) and which is the newest (0). Fast I/O, one question.
    """
    numbers = [lists.count_query(ask, most=most) for ask, most in asks.values()]
    ends = lists.ids(waiting)
    row = connection.execute(
        sa.select(
            *(number.scalar_subquery() for number in numbers),
            _decided(decided_since).scalar_subquery().label("decided"),
            _here(seen_since).scalar_subquery().label("here"),
            ends.with_only_columns(submission.c.received_at)
            .order_by(submission.c.id)
            .limit(1)
            .scalar_subquery()
            .label("oldest_at"),
            ends.order_by(submission.c.id.desc()).limit(1).scalar_subquery().label("newest_id"),
        )
    ).one()
    return Overview(
        counts=dict(zip(asks, row, strict=False)),
        decided=row.decided,
        here=row.here,
        oldest_at=row.oldest_at,
        newest_id=row.newest_id or 0,
    )


def _decided(since: dt.datetime) -> sa.Select[Any]:
    own = decision.c
    some = (
        sa.select(own.id)
        .where(own.decided_at >= since, own.source == Source.MODERATOR)
        .limit(_MOST_DECIDED)
        .subquery()
    )
    return sa.select(sa.func.count()).select_from(some)


def _here(since: dt.datetime) -> sa.Select[Any]:
    people = sa.func.count(sa.distinct(session.c.moderator_id))
    return sa.select(people).where(session.c.seen_at > since)
