"""What waits, and what was answered lately: the figures an operator watches."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import Any, Final

import sqlalchemy as sa

from service.domain.chore import EVERY
from service.domain.drift import Drift
from service.domain.event import EventState
from service.storage.desk_tables import chore, mail
from service.storage.tables import WAITING, UTCTime, event, meta, submission

_LATELY: Final = 1000
# What workflows/measure_drift.py keeps.
DRIFT: Final = "drift"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Gauges:
    """Counts of one moment, and since when the oldest of each waits (None: nothing does)."""

    waiting: int
    waiting_since: dt.datetime | None
    events: int
    events_since: dt.datetime | None
    events_dead: int
    mail: int
    lately: dict[tuple[str, str], int]
    """Among the newest thousand Submissions: how many by Verdict and model id ("" for a rule)."""
    drift: Drift | None = None
    """How far the newest scores are from the model's first ones; None: too few to say."""
    chores: dict[str, dt.datetime] = dataclasses.field(default_factory=dict)
    """When each was last done well, or first begun; none before a server did begin it."""


def read_gauges(engine: sa.Engine) -> Gauges:
    """The figures of now (fast I/O: indexes and the newest thousand rows).

    Raises what the engine raises; `Store.gauges` makes it ours.
    """
    with engine.connect() as connection:
        waiting, waiting_since = _counted(connection, submission.c.received_at, sa.text(WAITING))
        events, events_since = _counted(
            connection, event.c.due_at, event.c.state == EventState.WAITING
        )
        dead, _ = _counted(connection, event.c.due_at, event.c.state == EventState.DEAD)
        unsent, _ = _counted(connection, mail.c.made_at, mail.c.sent_at.is_(None))
        return Gauges(
            waiting=waiting,
            waiting_since=waiting_since,
            events=events,
            events_since=events_since,
            events_dead=dead,
            mail=unsent,
            lately=_lately(connection),
            drift=_drift(connection),
            chores=_chores(connection),
        )


def _counted(
    connection: sa.Connection, since: sa.Column[Any], which: sa.ColumnElement[bool] | sa.TextClause
) -> tuple[int, dt.datetime | None]:
    oldest = sa.type_coerce(sa.func.min(since), UTCTime)
    count, first = connection.execute(sa.select(sa.func.count(), oldest).where(which)).one()
    return int(count), first


def _lately(connection: sa.Connection) -> dict[tuple[str, str], int]:
    newest = (
        sa.select(submission.c.verdict, submission.c.model_id)
        .order_by(submission.c.id.desc())
        .limit(_LATELY)
        .subquery()
    )
    groups = (newest.c.verdict, newest.c.model_id)
    found = connection.execute(sa.select(*groups, sa.func.count()).group_by(*groups))
    return {
        (verdict.value.lower() if verdict else "none", model or ""): int(count)
        for verdict, model, count in found
    }


def _chores(connection: sa.Connection) -> dict[str, dt.datetime]:
    last = sa.type_coerce(sa.func.coalesce(chore.c.done_at, chore.c.due_at), UTCTime)
    asked = sa.select(chore.c.name, last).where(chore.c.name.in_(EVERY))
    return dict(map(tuple, connection.execute(asked)))


def _drift(connection: sa.Connection) -> Drift | None:
    asked = sa.select(meta.c.value).where(meta.c.name == DRIFT)
    kept = json.loads(connection.execute(asked).scalar_one_or_none() or "{}")
    index = kept.get("index")
    return None if index is None else Drift(kept["model_id"], index)
