"""Claim what is due, and mail that waits: each row is one process's at a time."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import sqlalchemy as sa

from service.errors import Conflict
from service.storage.desk_tables import chore, mail
from service.storage.records import plain


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail to one Moderator, kept until it is sent."""

    mail_id: int
    moderator_id: int
    kind: str
    subject: str
    body: str
    made_at: dt.datetime
    sent_at: dt.datetime | None
    tries: int
    fault: str


class Chores:
    """The chores and the mail of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def ensure(self, name: str, *, due_at: dt.datetime) -> None:
        """Let there be this chore, due at *due_at* if it is new. Raises Conflict in a race."""
        known = sa.select(chore.c.name).where(chore.c.name == name)
        if self._connection.execute(known).one_or_none() is not None:
            return
        row = {"name": name, "due_at": due_at, "claimed_by": "", "fault": ""}
        try:
            self._connection.execute(chore.insert().values(**row))
        except sa.exc.IntegrityError:
            raise Conflict(detail="another process was first") from None

    def claim(self, name: str, *, by: str, now: dt.datetime, lease: dt.timedelta) -> bool:
        """Whether *by* may do this chore now: it is due, and nobody else is at it.

        A chore never heard of is due at once. The claim ends by itself after *lease*, in case its
        holder died.
        """
        is_free = sa.or_(chore.c.claimed_until.is_(None), chore.c.claimed_until <= now)
        claimed = self._connection.execute(
            chore.update()
            .where(chore.c.name == name, chore.c.due_at <= now, is_free)
            .values(claimed_by=by, claimed_until=now + lease),
        )
        if claimed.rowcount:
            return True
        known = self._connection.execute(
            sa.select(chore.c.name).where(chore.c.name == name),
        ).one_or_none()
        if known is not None:
            return False
        row = {"name": name, "due_at": now, "claimed_by": by, "claimed_until": now + lease}
        try:
            self._connection.execute(chore.insert().values(fault="", **row))
        except sa.exc.IntegrityError:
            raise Conflict(detail="another process was first") from None
        return True

    def finish(self, name: str, *, by: str, due_at: dt.datetime, now: dt.datetime) -> None:
        """It is done, and due again at *due_at*; only its holder may say so."""
        self._connection.execute(
            chore.update()
            .where(chore.c.name == name, chore.c.claimed_by == by)
            .values(due_at=due_at, claimed_until=None, done_at=now, fault=""),
        )

    def fail(self, name: str, *, by: str, due_at: dt.datetime, fault: str) -> None:
        """It went wrong and is tried again at *due_at*."""
        self._connection.execute(
            chore.update()
            .where(chore.c.name == name, chore.c.claimed_by == by)
            .values(due_at=due_at, claimed_until=None, fault=plain(fault, 200)),
        )

    def add_mail(
        self, moderator_id: int, *, kind: str, subject: str, body: str, now: dt.datetime
    ) -> int:
        """A mail to be sent; answers with its id."""
        mail_id: int = self._connection.execute(
            mail.insert()
            .values(
                moderator_id=moderator_id,
                kind=kind,
                subject=plain(subject, 200),
                body=plain(body, 100_000),
                made_at=now,
                next_at=now,
                claimed_by="",
                tries=0,
                fault="",
            )
            .returning(mail.c.id),
        ).scalar_one()
        return mail_id

    def find_newest_mail(self, moderator_id: int, kind: str) -> Mail | None:
        """The last mail of this kind that a Moderator was written, sent or not."""
        row = self._connection.execute(
            mail.select()
            .where(mail.c.moderator_id == moderator_id, mail.c.kind == kind)
            .order_by(mail.c.id.desc())
            .limit(1),
        ).one_or_none()
        return None if row is None else _mail(row)

    def claim_mail(self, *, by: str, now: dt.datetime, lease: dt.timedelta) -> Mail | None:
        """One mail whose time has come, for *by* alone until *lease* is over; None when none waits.

        The row is locked while it is chosen: two processes never choose the same.
        """
        due = (
            sa.select(mail.c.id)
            .where(mail.c.next_at <= now, mail.c.sent_at.is_(None))
            .order_by(mail.c.next_at, mail.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        mail_id = self._connection.execute(due).scalar_one_or_none()
        if mail_id is None:
            return None
        row = self._connection.execute(
            mail.update()
            .where(mail.c.id == mail_id)
            .values(next_at=now + lease, claimed_by=by, tries=mail.c.tries + 1)
            .returning(*mail.c),
        ).one()
        return _mail(row)

    def set_mail_sent(self, mail_id: int, *, by: str, now: dt.datetime) -> None:
        """It is out; the text is not kept."""
        self._connection.execute(
            mail.update()
            .where(mail.c.id == mail_id, mail.c.claimed_by == by)
            .values(sent_at=now, next_at=None, body="", fault=""),
        )

    def set_mail_failed(
        self, mail_id: int, *, by: str, next_at: dt.datetime | None, fault: str
    ) -> None:
        """It did not go out; tried again at *next_at*, or never when that is None."""
        self._connection.execute(
            mail.update()
            .where(mail.c.id == mail_id, mail.c.claimed_by == by)
            .values(next_at=next_at, fault=plain(fault, 200)),
        )


def _mail(row: Any) -> Mail:  # noqa: ANN401 - a SQLAlchemy Row
    return Mail(
        mail_id=row.id,
        moderator_id=row.moderator_id,
        kind=row.kind,
        subject=row.subject,
        body=row.body,
        made_at=row.made_at,
        sent_at=row.sent_at,
        tries=row.tries,
        fault=row.fault,
    )
