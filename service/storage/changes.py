"""Append and read the log of changes; the database itself refuses to alter a line of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

from service.domain.change import Change, What
from service.domain.moderator import Moderator
from service.storage.desk_tables import change
from service.storage.records import plain

COMMAND_LINE: Final = "command line"
_ESCAPE: Final = "\\"


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
    ) -> None:
        """Write one line, in the transaction of what it tells of. *by* None: the command line."""
        said = {name: plain(str(value), 500) for name, value in (detail or {}).items()}
        self._connection.execute(
            change.insert().values(
                made_at=now,
                moderator_id=by.moderator_id if by else None,
                actor=by.name if by else COMMAND_LINE,
                what=what.value,
                subject=plain(subject, 200),
                site_id=site_id,
                detail=json.dumps(said),
            ),
        )

    def page(self, ask: ChangeAsk) -> list[Change]:
        """Lines of the log, newest first (fast I/O)."""
        query = change.select().order_by(change.c.id.desc()).limit(ask.limit)
        for given, clause in (
            (ask.before, change.c.id < ask.before),
            (ask.moderator_id, change.c.moderator_id == ask.moderator_id),
            (ask.what, change.c.what == (ask.what.value if ask.what else "")),
            (ask.subject or None, change.c.subject.ilike(_like(ask.subject), escape=_ESCAPE)),
            (ask.since, change.c.made_at >= ask.since),
            (ask.until, change.c.made_at < ask.until),
        ):
            if given is not None:
                query = query.where(clause)
        if ask.site_ids is not None:
            query = query.where(
                sa.or_(change.c.site_id.is_(None), change.c.site_id.in_(ask.site_ids)),
            )
        return [_change(row) for row in self._connection.execute(query).all()]


def _like(text: str) -> str:
    for letter in (_ESCAPE, "%", "_"):
        text = text.replace(letter, _ESCAPE + letter)
    return f"%{text}%"


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
