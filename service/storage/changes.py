"""Append and read the log of changes; the database itself refuses to alter a line of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import operator
from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

from service.domain.change import Change, What
from service.domain.decision import Act
from service.domain.moderator import Moderator
from service.storage.desk_tables import change
from service.storage.records import plain
from service.storage.tables import decision, moderator, submission

COMMAND_LINE: Final = "command line"
CLOCK: Final = "chores"
_ESCAPE: Final = "\\"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One Decision as the log tells it; *by* the name of who, *is_site* a blog's report."""

    decision_id: int
    decided_at: dt.datetime
    act: Act
    note: str
    reason: str
    by: str
    is_site: bool
    guid: str
    site_id: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAsk:
    """Which lines of the log, newest first; everything left out is not asked about.

    *site_ids* leaves out what belongs to other Sites; lines of no Site are always in.
    """

    before: int | None = None
    moderator_id: int | None = None
    what: What | None = None
    subject: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    site_ids: tuple[int, ...] | None = None
    limit: int = 50


class Changes:
    """The log of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def append(
        self,
        what: What,
        subject: str,
        *,
        by: Moderator | None,
        now: dt.datetime,
        site_id: int | None = None,
        detail: Mapping[str, object] | None = None,
        actor: str = COMMAND_LINE,
    ) -> None:
        """Write one line, in the transaction of what it tells of. *by* None: the *actor*."""
        said = {name: plain(str(value), 500) for name, value in (detail or {}).items()}
        self._connection.execute(
            change.insert().values(
                made_at=now,
                moderator_id=by.moderator_id if by else None,
                actor=by.name if by else actor,
                what=what.value,
                subject=plain(subject, 200),
                site_id=site_id,
                detail=json.dumps(said),
            ),
        )

    def page(self, ask: ChangeAsk) -> list[Change]:
        """Lines of the log, newest first (fast I/O)."""
        query = change.select().order_by(change.c.id.desc()).limit(ask.limit)
        if ask.subject:
            query = query.where(change.c.subject.ilike(_like(ask.subject), escape=_ESCAPE))
        for column, compare, value in (
            (change.c.id, operator.lt, ask.before),
            (change.c.moderator_id, operator.eq, ask.moderator_id),
            (change.c.what, operator.eq, ask.what and ask.what.value),
            (change.c.made_at, operator.ge, ask.since),
            (change.c.made_at, operator.lt, ask.until),
        ):
            if value is not None:
                query = query.where(compare(column, value))
        if ask.site_ids is not None:
            query = query.where(
                sa.or_(change.c.site_id.is_(None), change.c.site_id.in_(ask.site_ids)),
            )
        return [_change(row) for row in self._connection.execute(query).all()]

    def page_decisions(
        self,
        *,
        before: int | None = None,
        moderator_id: int | None = None,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
        site_ids: tuple[int, ...] | None = None,
        limit: int = 50,
    ) -> list[Decided]:
        """Decisions of moderators and Sites as the log tells them, newest first (fast I/O)."""
        query = (
            sa.select(
                decision.c.id,
                decision.c.decided_at,
                decision.c.act,
                decision.c.note,
                decision.c.reason,
                decision.c.reporter,
                moderator.c.name,
                submission.c.guid,
                submission.c.site_id,
            )
            .join(submission, submission.c.id == decision.c.submission_id)
            .outerjoin(moderator, moderator.c.id == decision.c.moderator_id)
            .order_by(decision.c.id.desc())
            .limit(limit)
        )
        for column, compare, value in (
            (decision.c.id, operator.lt, before),
            (decision.c.moderator_id, operator.eq, moderator_id),
            (decision.c.decided_at, operator.ge, since),
            (decision.c.decided_at, operator.lt, until),
        ):
            if value is not None:
                query = query.where(compare(column, value))
        if site_ids is not None:
            query = query.where(submission.c.site_id.in_(site_ids))
        return [_decided(row) for row in self._connection.execute(query).all()]


def _like(text: str) -> str:
    for letter in (_ESCAPE, "%", "_"):
        text = text.replace(letter, _ESCAPE + letter)
    return f"%{text}%"


def _decided(row: Any) -> Decided:  # noqa: ANN401 - a SQLAlchemy Row
    return Decided(
        decision_id=row.id,
        decided_at=row.decided_at,
        act=row.act,
        note=row.note,
        reason=row.reason,
        by=row.name or row.reporter,
        is_site=row.name is None,
        guid=row.guid,
        site_id=row.site_id,
    )


def _change(row: Any) -> Change:  # noqa: ANN401 - a SQLAlchemy Row
    return Change(
        change_id=row.id,
        made_at=row.made_at,
        moderator_id=row.moderator_id,
        actor=row.actor,
        what=What(row.what),
        subject=row.subject,
        site_id=row.site_id,
        detail=json.loads(row.detail),
    )
