"""Who must hear of a Decision, written down in the transaction of that Decision."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import sqlalchemy as sa

from service.domain.decision import Decision
from service.domain.event import EventKind, Receiver, write_event
from service.domain.hold import Hold
from service.domain.site import UnsureMeans, read_policy
from service.domain.submission import Kind, Submission
from service.storage.events import Events, NewEvent
from service.storage.records import read_submission
from service.storage.tables import site, submission
from service.storage.webhooks import Webhooks

# A check and the rechecks of one comment stand close together; more are other comments.
_MOST_SAME = 20


class Outbox:
    """What one transaction lets out."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._events = Events(connection)

    def record(self, kind: EventKind, decided: Submission, decision: Decision) -> None:
        """Events about *decision*, which left *decided*, for all who hear of this Site (fast I/O).

        A report is not told to the blog it came from: its own moderator has acted there already.
        A blog hears by its key, which is kept only where the Policy holds (domain/sealing.py).
        """
        row = self._connection.execute(site.select().where(site.c.id == decided.site_id)).one()
        body = write_event(kind, decided, decision, row.blog)
        site_ids = tuple(one for one in (row.id, row.parent_id) if one is not None)
        new = [
            NewEvent(
                kind=kind,
                receiver=Receiver.WEBHOOK,
                guid=decided.guid,
                lane=f"w{one.webhook_id}:{decided.guid}",
                body={"webhook": one.webhook_id, "say": body},
                due_at=decision.decided_at,
            )
            for one in Webhooks(self._connection).list_of(site_ids)
        ]
        holds = read_policy(json.loads(row.policy)).unsure is UnsureMeans.HOLD
        asked = self._asked(decided) if holds and kind is not EventKind.REPORT else None
        if asked is not None:
            new.append(_callback(kind, asked, decided.guid, decision.decided_at))
        self._events.append(new, now=decision.decided_at)

    def record_hold(self, held: Submission, hold: Hold) -> None:
        """The clock of a comment that its blog was told to hold; in the transaction of its row."""
        new = _callback(EventKind.HOLD, held, held.guid, hold.due_at(0))
        new.body["recheck_after_s"] = hold.recheck_after_s
        new.body["held_at"] = hold.held_at.isoformat()
        self._events.append([new], now=held.received_at)

    def _asked(self, decided: Submission) -> Submission | None:
        """The check by whose guid the blog knows this comment.

        A recheck gets a guid too, but the plugin keeps the one of the first check (check_db_comment
        in class.akismet.php), and only that one named a callback.
        """
        if decided.arrival.callback:
            return decided
        same = sa.select(submission.c.content_hash).where(submission.c.guid == decided.guid)
        rows = self._connection.execute(
            submission.select()
            .where(
                submission.c.site_id == decided.site_id,
                submission.c.content_hash == same.scalar_subquery(),
                submission.c.kind == Kind.CHECK,
            )
            .order_by(submission.c.id.desc())
            .limit(_MOST_SAME),
        ).all()
        checks = (read_submission(row) for row in rows)
        return next((check for check in checks if check.arrival.callback), None)


def _callback(kind: EventKind, asked: Submission, about: str, due_at: dt.datetime) -> NewEvent:
    where: dict[str, Any] = {
        "callback": asked.arrival.callback,
        "guid": asked.guid,
        "key": asked.arrival.key_id,
    }
    return NewEvent(
        kind=kind,
        receiver=Receiver.AKISMET,
        guid=about,
        lane=f"a:{asked.guid}",
        body=where,
        due_at=due_at,
    )
