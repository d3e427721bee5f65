"""Who must hear of a Decision, written down in the transaction of that Decision."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json
from typing import Any

import sqlalchemy as sa

from service.domain.decision import Decision
from service.domain.event import EventKind, Receiver, Webhook, write_event
from service.domain.hold import Hold
from service.domain.site import UnsureMeans, read_policy
from service.domain.submission import Kind, Submission
from service.storage.events import Events, NewEvent
from service.storage.records import read_submission
from service.storage.tables import site, submission
from service.storage.webhooks import Webhooks

# A check and the rechecks of one comment stand close together; more are other comments.
_MOST_SAME = 20


@dataclasses.dataclass(frozen=True, slots=True)
class _Hearing:
    """Who hears of one Site: its *webhooks*, and its blog, where it waits for an answer."""

    blog: str
    webhooks: list[Webhook]
    blog_waits: bool


class Outbox:
    """What one transaction lets out: `add` collects, `write` keeps it."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._events = Events(connection)
        self._hearings: dict[int, _Hearing] = {}
        self._asked: dict[tuple[int, str], Submission | None] = {}
        self._new: list[NewEvent] = []

    def is_heard(self, site_id: int) -> bool:
        """Whether anybody hears what is decided about this Site (fast I/O, once for each Site)."""
        hearing = self._hearing(site_id)
        return hearing.blog_waits or bool(hearing.webhooks)

    def add(
        self, kind: EventKind, decided: Submission, decision: Decision, *, to_blog: bool = True
    ) -> None:
        """Events about *decision*, which left *decided*, for all who hear of this Site (fast I/O).

        A report is not told to the blog it came from: its own moderator has acted there already.
        What is not *to_blog* webhooks alone hear of, in words that say so.
        A blog hears by its key, which is kept only where the Policy holds (domain/sealing.py).
        """
        hearing = self._hearing(decided.site_id)
        body = write_event(kind, decided, decision, hearing.blog, has_acted=not to_blog)
        self._new += [
            NewEvent(
                kind=kind,
                receiver=Receiver.WEBHOOK,
                guid=decided.guid,
                lane=f"w{one.webhook_id}:{decided.guid}",
                body={"webhook": one.webhook_id, "say": body},
                due_at=decision.decided_at,
            )
            for one in hearing.webhooks
        ]
        if hearing.blog_waits and to_blog and kind is not EventKind.REPORT:
            asked = self._asked_by(decided)
            if asked is not None:
                self._new.append(_callback(kind, asked, decided.guid, decision.decided_at))

    def write(self) -> None:
        """Keep what was added; it is sent if, and only if, this transaction commits."""
        for at, new in itertools.groupby(self._new, key=lambda one: one.due_at):
            self._events.append(list(new), now=at)
        self._new = []

    def record_hold(self, held: Submission, hold: Hold) -> None:
        """The clock of a comment that its blog was told to hold; in the transaction of its row."""
        new = _callback(EventKind.HOLD, held, held.guid, hold.due_at(0))
        new.body["recheck_after_s"] = hold.recheck_after_s
        new.body["held_at"] = hold.held_at.isoformat()
        self._events.append([new], now=held.received_at)

    def _hearing(self, site_id: int) -> _Hearing:
        if site_id not in self._hearings:
            row = self._connection.execute(site.select().where(site.c.id == site_id)).one()
            site_ids = tuple(one for one in (row.id, row.parent_id) if one is not None)
            self._hearings[site_id] = _Hearing(
                blog=row.blog,
                webhooks=Webhooks(self._connection).list_of(site_ids),
                blog_waits=read_policy(json.loads(row.policy)).unsure is UnsureMeans.HOLD,
            )
        return self._hearings[site_id]

    def _asked_by(self, decided: Submission) -> Submission | None:
        """The check by whose guid the blog knows this comment.

        A recheck gets a guid too, but the plugin keeps the one of the first check (check_db_comment
        in class.akismet.php), and only that one named a callback.
        """
        if decided.arrival.callback:
            return decided
        # As kept: the text itself may be forgotten by now.
        kept = sa.select(submission.c.content_hash).where(submission.c.guid == decided.guid)
        same = (decided.site_id, self._connection.execute(kept).scalar_one())
        if same not in self._asked:
            rows = self._connection.execute(
                submission.select()
                .where(
                    submission.c.site_id == decided.site_id,
                    submission.c.content_hash == same[1],
                    submission.c.kind == Kind.CHECK,
                )
                .order_by(submission.c.id.desc())
                .limit(_MOST_SAME),
            ).all()
            checks = (read_submission(row) for row in rows)
            self._asked[same] = next((check for check in checks if check.arrival.callback), None)
        return self._asked[same]


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
