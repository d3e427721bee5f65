"""Append and read Decisions; nothing here changes or deletes one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from service.domain.decision import Act, Decision, Source
from service.errors import NotFound
from service.storage.queue_tables import campaign_follow
from service.storage.records import plain
from service.storage.tables import decision, moderator, submission

_MOST_COUNTED: Final = 10_000


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
        reason: str = "",
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
                reason=plain(reason, 60),
            )
            .returning(decision.c.id),
        ).scalar_one()
        return decision_id

    def append_many(self, rows: list[dict[str, Any]]) -> None:
        """Write the Decisions of one piece of a bulk."""
        self._connection.execute(decision.insert(), rows)

    def list_of_many(self, submission_ids: Sequence[int]) -> dict[int, list[Decision]]:
        """Every Decision about these Submissions, oldest first, by Submission."""
        found: dict[int, list[Decision]] = {one: [] for one in submission_ids}
        rows = self._connection.execute(
            _query().where(decision.c.submission_id.in_(submission_ids)).order_by(decision.c.id),
        )
        for row in rows:
            found[row.submission_id].append(_decision(row))
        return found

    def list_of(self, submission_id: int) -> list[Decision]:
        """Every Decision about one Submission, oldest first."""
        rows = self._connection.execute(
            _query().where(decision.c.submission_id == submission_id).order_by(decision.c.id),
        ).all()
        return [_decision(row) for row in rows]

    def list_of_site(self, site_id: int, *, limit: int) -> dict[int, list[Decision]]:
        """Every Decision about the Submissions of this Site decided last, by Submission."""
        newest = (
            sa.select(submission.c.id)
            .where(submission.c.site_id == site_id, submission.c.decided_at.is_not(None))
            .order_by(submission.c.decided_at.desc(), submission.c.id.desc())
            .limit(limit)
            .subquery()
        )
        rows = self._connection.execute(
            _query().join(newest, newest.c.id == decision.c.submission_id).order_by(decision.c.id),
        ).all()
        found: dict[int, list[Decision]] = {}
        for row in rows:
            found.setdefault(row.submission_id, []).append(_decision(row))
        return found

    def list_sites_after(self, decision_id: int, *, limit: int) -> list[tuple[int, int]]:
        """The newest *limit* Decisions after this id as (decision id, Site id), oldest first."""
        rows = self._connection.execute(
            sa.select(decision.c.id, submission.c.site_id)
            .join(submission, submission.c.id == decision.c.submission_id)
            .where(decision.c.id > decision_id)
            .order_by(decision.c.id.desc())
            .limit(limit),
        ).all()
        return [(row.id, row.site_id) for row in reversed(rows)]

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

    def page(
        self,
        *,
        before: int | None = None,
        by: int | None = None,
        site_ids: tuple[int, ...] | None = None,
        limit: int = 50,
    ) -> list[tuple[Decision, str]]:
        """The newest Decisions of moderators and Sites with the guids they speak of.

        Those of a bulk are left out: it stands there as one.
        """
        query = (
            _query()
            .add_columns(submission.c.guid)
            .join(submission, submission.c.id == decision.c.submission_id)
            .where(decision.c.bulk_id.is_(None))
            .order_by(decision.c.id.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(decision.c.id < before)
        if by is not None:
            query = query.where(decision.c.moderator_id == by)
        if site_ids is not None:
            query = query.where(submission.c.site_id.in_(site_ids))
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

    def list_taken_back(self, moderator_id: int, *, among: int = 50) -> list[tuple[Decision, str]]:
        """What others took back of a person's newest Decisions, with the guids, newest first.

        Looks at the newest *among* of them, so that it costs the same whoever asks.
        """
        own = (
            sa.select(decision.c.id)
            .where(decision.c.moderator_id == moderator_id)
            .order_by(decision.c.id.desc())
            .limit(among)
        ).subquery()
        rows = self._connection.execute(
            _query()
            .add_columns(submission.c.guid)
            .join(own, own.c.id == decision.c.undoes)
            .join(submission, submission.c.id == decision.c.submission_id)
            .where(decision.c.undoes.is_not(None), decision.c.moderator_id != moderator_id)
            .order_by(decision.c.id.desc()),
        ).all()
        return [(_decision(row), row.guid) for row in rows]

    def find_newest_by(self, moderator_id: int) -> Decision | None:
        """A moderator's newest Decision that still stands: what undo takes back.

        Not what was decided since by a campaign that is followed: that was no press of a key.
        """
        later = decision.alias()
        followed = sa.select(campaign_follow.c.bulk_id)
        row = self._connection.execute(
            _query()
            .where(
                decision.c.moderator_id == moderator_id,
                decision.c.act != Act.UNDO,
                sa.not_(sa.exists().where(later.c.undoes == decision.c.id)),
                sa.or_(decision.c.bulk_id.is_(None), decision.c.bulk_id.not_in(followed)),
            )
            .order_by(decision.c.id.desc())
            .limit(1),
        ).one_or_none()
        return None if row is None else _decision(row)

    def count_by_people(self, *, most: int) -> int:
        """How many moderators' Decisions there are, undos left out, counted to *most*."""
        some = (
            sa.select(decision.c.id)
            .where(decision.c.source == Source.MODERATOR, decision.c.act != Act.UNDO)
            .limit(most)
            .subquery()
        )
        found: int = self._connection.execute(
            sa.select(sa.func.count()).select_from(some)
        ).scalar_one()
        return found

    def undone(self, decision_ids: Sequence[int]) -> set[int]:
        """Which of these were taken back."""
        query = sa.select(decision.c.undoes).where(decision.c.undoes.in_(decision_ids))
        return set(self._connection.execute(query).scalars())

    def list_waits(self, moment: dt.datetime, *, most: int = 1000) -> list[dt.timedelta]:
        """How long each comment had waited that moderators decided since *moment*, newest first.

        Looks at the newest *most* Decisions, undos left out (fast I/O).
        """
        rows = self._connection.execute(
            sa.select(decision.c.decided_at, submission.c.received_at)
            .join(submission, submission.c.id == decision.c.submission_id)
            .where(
                decision.c.decided_at >= moment,
                decision.c.source == Source.MODERATOR,
                decision.c.act != Act.UNDO,
            )
            .order_by(decision.c.id.desc())
            .limit(most),
        ).all()
        return [row.decided_at - row.received_at for row in rows]


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
        reason=row.reason,
        teaches=row.teaches,
        bulk_id=row.bulk_id,
    )
