"""Append and read Decisions; nothing here changes or deletes one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from service.domain.decision import Act, Decision, Source
from service.errors import NotFound
from service.storage.records import plain
from service.storage.tables import decision, moderator, submission


class Decisions:
    """The Decisions of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def append(
        self,
        submission_id: int,
        act: Act,
        *,
        source: Source,
        now: dt.datetime,
        moderator_id: int | None = None,
        reporter: str = "",
        note: str = "",
        undoes: int | None = None,
    ) -> int:
        """Write one Decision; answers with its id."""
        decision_id: int = self._connection.execute(
            decision.insert()
            .values(
                submission_id=submission_id,
                act=act,
                source=source,
                decided_at=now,
                moderator_id=moderator_id,
                reporter=plain(reporter, 200),
                note=plain(note, 2000),
                undoes=undoes,
            )
            .returning(decision.c.id),
        ).scalar_one()
        return decision_id

    def list_of(self, submission_id: int) -> list[Decision]:
        """Every Decision about one Submission, oldest first."""
        rows = self._connection.execute(
            _query().where(decision.c.submission_id == submission_id).order_by(decision.c.id),
        ).all()
        return [_decision(row) for row in rows]

    def get(self, decision_id: int) -> Decision:
        """The Decision of this id. Raises NotFound."""
        row = self._connection.execute(
            _query().where(decision.c.id == decision_id),
        ).one_or_none()
        if row is None:
            raise NotFound("There is no such decision.")
        return _decision(row)

    def find_guid(self, submission_id: int) -> str:
        """The public id of the Submission that a Decision speaks of."""
        guid: str = self._connection.execute(
            sa.select(submission.c.guid).where(submission.c.id == submission_id),
        ).scalar_one()
        return guid

    def page(self, *, before: int | None = None, limit: int = 50) -> list[tuple[Decision, str]]:
        """The newest Decisions of moderators and Sites with the guids they speak of."""
        query = (
            _query()
            .add_columns(submission.c.guid)
            .join(submission, submission.c.id == decision.c.submission_id)
            .order_by(decision.c.id.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(decision.c.id < before)
        return [(_decision(row), row.guid) for row in self._connection.execute(query).all()]

    def page_of(
        self,
        site_ids: list[int],
        *,
        before: int | None = None,
        after: int | None = None,
        limit: int = 50,
    ) -> list[tuple[Decision, str]]:
        """Decisions about what these Sites sent, with their guids.

        Newest first, or oldest first when *after* is given.
        """
        query = (
            _query()
            .add_columns(submission.c.guid)
            .join(submission, submission.c.id == decision.c.submission_id)
            .where(submission.c.site_id.in_(site_ids))
            .limit(limit)
        )
        if after is not None:
            query = query.where(decision.c.id > after).order_by(decision.c.id)
        else:
            query = query.order_by(decision.c.id.desc())
        if before is not None:
            query = query.where(decision.c.id < before)
        return [(_decision(row), row.guid) for row in self._connection.execute(query).all()]

    def list_newest_by(self, moderator_id: int, *, limit: int = 40) -> list[Decision]:
        """A moderator's newest Decisions, newest first: what undo may take back."""
        rows = self._connection.execute(
            _query()
            .where(decision.c.moderator_id == moderator_id)
            .order_by(decision.c.id.desc())
            .limit(limit),
        ).all()
        return [_decision(row) for row in rows]

    def count_since(self, moment: dt.datetime) -> int:
        """How many Decisions moderators made since *moment*."""
        found: int = self._connection.execute(
            sa.select(sa.func.count())
            .select_from(decision)
            .where(decision.c.source == Source.MODERATOR, decision.c.decided_at >= moment),
        ).scalar_one()
        return found


def _query() -> sa.Select[Any]:
    return sa.select(decision, moderator.c.name.label("moderator")).outerjoin(
        moderator,
        moderator.c.id == decision.c.moderator_id,
    )


def _decision(row: Any) -> Decision:  # noqa: ANN401 - a SQLAlchemy Row
    return Decision(
        decision_id=row.id,
        submission_id=row.submission_id,
        act=row.act,
        source=row.source,
        decided_at=row.decided_at,
        moderator_id=row.moderator_id,
        moderator=row.moderator or "",
        reporter=row.reporter,
        note=row.note,
        undoes=row.undoes,
    )
