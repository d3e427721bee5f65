"""The outbox: write Events with what they follow from, claim what is due, note how it went."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from service.domain.event import PAUSED, Event, EventKind, EventState, Receiver, new_event_id
from service.errors import NotFound
from service.storage.records import plain, write_text
from service.storage.tables import event, submission

# Any number of our own: whoever claims on PostgreSQL holds it, so claims happen one by one.
_CLAIM_LOCK: Final = 0x63686166


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An Event to be written: *body* and *lane* as in Event."""

    kind: EventKind
    receiver: Receiver
    guid: str
    lane: str
    body: dict[str, Any]
    due_at: dt.datetime


def _of(site_ids: tuple[int, ...] | None) -> list[sa.ColumnElement[bool]]:
    if site_ids is None:
        return []
    theirs = sa.select(submission.c.guid).where(submission.c.site_id.in_(site_ids))
    return [event.c.guid.in_(theirs)]


class Events:
    """The Events of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def append(self, new: Sequence[NewEvent], *, now: dt.datetime) -> None:
        """Write Events; they are sent if, and only if, this transaction commits."""
        if not new:
            return
        rows = [
            {
                "event_id": new_event_id(),
                "kind": one.kind,
                "receiver": one.receiver,
                "guid": one.guid,
                "lane": one.lane,
                "body": write_text(one.body),
                "created_at": now,
                "due_at": one.due_at,
                "state": EventState.WAITING,
                "attempts": 0,
                "stage": 0,
                "may_publish": False,
                "trouble": "",
            }
            for one in new
        ]
        self._connection.execute(event.insert(), rows)

    def claim(self, owner: str, *, until: dt.datetime, now: dt.datetime, limit: int) -> list[Event]:
        """Events that are due, at most one of each lane, ours until *until* (fast I/O).

        A claim that ran out, because its process died, is anybody's again. A lane goes on only
        when nobody is sending in it and nothing before waits; a HOLD gives way to every decision.
        """
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_CLAIM_LOCK)))
        numbers = [
            row.id
            for row in self._connection.execute(
                sa.select(event.c.id)
                .where(
                    event.c.state == EventState.WAITING,
                    event.c.due_at <= now,
                    ~sa.exists().where(*_stands_before(now)),
                )
                .order_by(event.c.due_at, event.c.id)
                .limit(limit),
            )
        ]
        if not numbers:
            return []
        self._connection.execute(
            event.update()
            .where(event.c.id.in_(numbers))
            .values(claimed_by=owner, claimed_until=until),
        )
        rows = self._connection.execute(
            event.select().where(event.c.id.in_(numbers)).order_by(event.c.id),
        ).all()
        return [_event(row) for row in rows]

    def find_hold(self, lane: str) -> Event | None:
        """The HOLD of a lane: what says since when its comment waits."""
        row = self._connection.execute(
            event.select().where(event.c.lane == lane, event.c.kind == EventKind.HOLD).limit(1),
        ).one_or_none()
        return None if row is None else _event(row)

    def may_be_published(self, lane: str) -> bool:
        """Whether any attempt in this lane may have put the comment on its blog's page."""
        found = self._connection.execute(
            sa.select(event.c.id).where(event.c.lane == lane, event.c.may_publish).limit(1),
        ).first()
        return found is not None

    def set_may_publish(self, number: int) -> None:
        """Note, before it is sent, that this Event may publish its comment."""
        self._connection.execute(
            event.update().where(event.c.id == number).values(may_publish=True),
        )

    def set_sent(self, number: int, owner: str, now: dt.datetime) -> bool:
        """It arrived. False when the claim was no longer ours."""
        return self._set(number, owner, state=EventState.SENT, sent_at=now, trouble="")

    def set_stage(self, number: int, owner: str, *, stage: int, due_at: dt.datetime) -> bool:
        """A HOLD has done one stage and waits for its next."""
        return self._set(number, owner, stage=stage, due_at=due_at, attempts=0, trouble="")

    def set_failed(
        self, number: int, owner: str, *, attempts: int, trouble: str, due_at: dt.datetime | None
    ) -> bool:
        """It did not arrive: again at *due_at*, or never when that is None."""
        values: dict[str, Any] = {"attempts": attempts, "trouble": plain(trouble, 500)}
        values |= {"due_at": due_at} if due_at else {"state": EventState.DEAD}
        return self._set(number, owner, **values)

    def _set(self, number: int, owner: str, **values: Any) -> bool:  # noqa: ANN401 - column values
        changed = self._connection.execute(
            event.update()
            .where(event.c.id == number, event.c.claimed_by == owner)
            .values(claimed_by=None, claimed_until=None, **values),
        )
        return changed.rowcount == 1

    def page(
        self,
        *,
        state: EventState | None = None,
        before: int | None = None,
        limit: int = 50,
        site_ids: tuple[int, ...] | None = None,
    ) -> list[Event]:
        """Events, newest first, HOLDs left out unless they are dead; of these Sites, or of all."""
        query = event.select().order_by(event.c.id.desc()).limit(limit).where(*_of(site_ids))
        if state is not None:
            query = query.where(event.c.state == state)
        if state is not EventState.DEAD:
            query = query.where(event.c.kind != EventKind.HOLD)
        if before is not None:
            query = query.where(event.c.id < before)
        return [_event(row) for row in self._connection.execute(query).all()]

    def list_about(self, guid: str) -> list[Event]:
        """What was or will be told of one Submission, oldest first; no clock that still runs."""
        runs = sa.and_(event.c.kind == EventKind.HOLD, event.c.state == EventState.WAITING)
        query = event.select().where(event.c.guid == guid, sa.not_(runs)).order_by(event.c.id)
        return [_event(row) for row in self._connection.execute(query).all()]

    def resend(
        self,
        numbers: Sequence[int] | None,
        now: dt.datetime,
        *,
        site_ids: tuple[int, ...] | None = None,
    ) -> int:
        """Send these dead Events again, or all of them; answers with how many. Raises NotFound."""
        query = event.update().where(event.c.state == EventState.DEAD, *_of(site_ids))
        if numbers is not None:
            query = query.where(event.c.id.in_(numbers))
        changed = self._connection.execute(
            query.values(state=EventState.WAITING, attempts=0, created_at=now, due_at=now),
        ).rowcount
        if numbers is not None and changed != len(set(numbers)):
            raise NotFound("There is no such event, or it was not given up.")
        return changed

    def resend_paused(self, webhook_id: int, now: dt.datetime) -> int:
        """Send what was put aside while this Webhook was paused; answers with how many."""
        changed = self._connection.execute(
            event.update()
            .where(
                event.c.state == EventState.DEAD,
                event.c.trouble == PAUSED,
                event.c.lane.startswith(f"w{webhook_id}:"),
            )
            .values(state=EventState.WAITING, attempts=0, trouble="", created_at=now, due_at=now),
        )
        return changed.rowcount

    def purge(self, *, before: dt.datetime) -> int:
        """Forget what was sent or given up and is older than *before*; answers with how many.

        Not while anything in its lane still waits: what that may say depends on what was said.
        """
        other = event.alias("other")
        waits = sa.exists().where(other.c.lane == event.c.lane, other.c.state == EventState.WAITING)
        changed = self._connection.execute(
            event.delete().where(
                event.c.state != EventState.WAITING, event.c.created_at < before, ~waits
            ),
        )
        return changed.rowcount


def _stands_before(now: dt.datetime) -> list[sa.ColumnElement[bool]]:
    other = event.alias("other")
    is_sending = sa.and_(other.c.claimed_until.is_not(None), other.c.claimed_until > now)
    waits_before = sa.and_(
        other.c.id != event.c.id,
        other.c.kind != EventKind.HOLD,
        sa.or_(event.c.kind == EventKind.HOLD, other.c.id < event.c.id),
    )
    return [
        other.c.lane == event.c.lane,
        other.c.state == EventState.WAITING,
        sa.or_(is_sending, waits_before),
    ]


def _event(row: Any) -> Event:  # noqa: ANN401 - a SQLAlchemy Row
    return Event(
        number=row.id,
        event_id=row.event_id,
        kind=row.kind,
        receiver=row.receiver,
        guid=row.guid,
        lane=row.lane,
        body=json.loads(row.body),
        created_at=row.created_at,
        due_at=row.due_at,
        state=row.state,
        attempts=row.attempts,
        stage=row.stage,
        trouble=row.trouble,
        sent_at=row.sent_at,
    )
