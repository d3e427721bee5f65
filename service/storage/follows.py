"""Campaigns that are followed: added, found while they last, ended."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from service.domain.bulk import ItemState
from service.domain.follow import Follow
from service.errors import NotFound
from service.storage.queue_tables import bulk, bulk_item, campaign_follow
from service.storage.tables import moderator


class Follows:
    """The followed campaigns of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, campaign_id: int, bulk_id: int, *, ends_at: dt.datetime) -> Follow:
        """Follow a campaign; what it decides is gathered in this bulk."""
        follow_id: int = self._connection.execute(
            campaign_follow.insert()
            .values(campaign_id=campaign_id, bulk_id=bulk_id, ends_at=ends_at)
            .returning(campaign_follow.c.id),
        ).scalar_one()
        return self.get(follow_id)

    def get(self, follow_id: int) -> Follow:
        """The one of this id, ended or not. Raises NotFound."""
        row = self._connection.execute(
            _query().where(campaign_follow.c.id == follow_id)
        ).one_or_none()
        if row is None:
            raise NotFound("There is no such campaign.")
        return _follow(row)

    def list_on(self, now: dt.datetime, *, campaign_id: int | None = None) -> list[Follow]:
        """Those that last still, newest first; of one campaign, or of all.

        Taking back what one decided ends it too.
        """
        undo = bulk.alias()
        query = _query().where(
            campaign_follow.c.ended_at.is_(None),
            campaign_follow.c.ends_at > now,
            ~sa.exists().where(undo.c.undoes == campaign_follow.c.bulk_id),
        )
        if campaign_id is not None:
            query = query.where(campaign_follow.c.campaign_id == campaign_id)
        rows = self._connection.execute(query.order_by(campaign_follow.c.id.desc())).all()
        return [_follow(row) for row in rows]

    def end(self, follow_id: int, now: dt.datetime) -> None:
        """It decides nothing more."""
        self._connection.execute(
            campaign_follow.update()
            .where(campaign_follow.c.id == follow_id, campaign_follow.c.ended_at.is_(None))
            .values(ended_at=now),
        )

    def catch(self, bulk_id: int, submission_id: int) -> None:
        """One more was decided by it."""
        self._connection.execute(
            bulk_item.insert().values(
                bulk_id=bulk_id,
                submission_id=submission_id,
                seen_version=0,
                state=ItemState.DONE,
                is_trusted=False,
                teaches=False,
            ),
        )
        more = {"total": bulk.c.total + 1, "done": bulk.c.done + 1}
        self._connection.execute(bulk.update().where(bulk.c.id == bulk_id).values(**more))


def _query() -> sa.Select[Any]:
    own = campaign_follow.c
    return (
        sa.select(
            own.id,
            own.campaign_id,
            own.bulk_id,
            bulk.c.guid,
            bulk.c.moderator_id,
            moderator.c.name,
            bulk.c.act,
            bulk.c.made_at,
            own.ends_at,
            bulk.c.done,
            bulk.c.reason,
        )
        .join(bulk, bulk.c.id == own.bulk_id)
        .join(moderator, moderator.c.id == bulk.c.moderator_id)
    )


def _follow(row: Any) -> Follow:  # noqa: ANN401 - a SQLAlchemy Row
    return Follow(
        follow_id=row.id,
        campaign_id=row.campaign_id,
        bulk_id=row.bulk_id,
        bulk_guid=row.guid,
        moderator_id=row.moderator_id,
        moderator=row.name,
        act=row.act,
        made_at=row.made_at,
        ends_at=row.ends_at,
        caught=row.done,
        reason=row.reason,
    )
