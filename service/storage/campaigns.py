"""Groups of near-duplicates: found by keys, told to their members, listed while they wait."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, Final

import sqlalchemy as sa

from service.domain.decision import Outcome
from service.domain.groups import Campaign, Group
from service.storage.queue_tables import campaign, campaign_band
from service.storage.tables import UTCTime, submission

# Fewer are no group.
LEAST_WAITING: Final = 2


class Campaigns:
    """The campaigns of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def list_near(self, keys: Iterable[int], *, limit: int) -> list[tuple[Campaign, int]]:
        """The newest *limit* groups for each of *keys*, with that key; oldest first."""
        wanted = sorted(set(keys))
        if not wanted:
            return []
        own = campaign_band.c
        newest = sa.func.row_number().over(partition_by=own.band, order_by=own.campaign_id.desc())
        ranked = (
            sa.select(own.band, own.campaign_id, newest.label("place"))
            .where(own.band.in_(wanted))
            .subquery()
        )
        rows = self._connection.execute(
            sa.select(campaign, ranked.c.band)
            .join(ranked, ranked.c.campaign_id == campaign.c.id)
            .where(ranked.c.place <= limit)
            .order_by(campaign.c.id),
        ).all()
        return [(_campaign(row), row.band) for row in rows]

    def add(self, groups: Sequence[Group]) -> None:
        """New groups, each with the members it has by now (three statements)."""
        if not groups:
            return
        made = self._connection.execute(
            campaign.insert().returning(campaign.c.id, sort_by_parameter_order=True),
            [
                {
                    "signature": one.signature,
                    "first_id": one.first_id,
                    "size": one.size,
                    "first_at": one.first_at,
                    "last_at": one.last_at,
                }
                for one in groups
            ],
        )
        ids = made.scalars().all()
        self._connection.execute(
            campaign_band.insert(),
            [
                {"band": key, "campaign_id": campaign_id}
                for campaign_id, one in zip(ids, groups, strict=True)
                for key in sorted(one.keys)
            ],
        )
        self._tell(
            (campaign_id, member)
            for campaign_id, one in zip(ids, groups, strict=True)
            for member in one.told
        )

    def join(self, groups: Sequence[Group]) -> None:
        """What joined groups that were there before (two statements)."""
        if not groups:
            return
        later = sa.func.max if self._connection.dialect.name == "sqlite" else sa.func.greatest
        joined = sa.bindparam("joined", type_=sa.Integer)
        at = sa.bindparam("at", type_=UTCTime)
        self._connection.execute(
            campaign.update()
            .where(campaign.c.id == sa.bindparam("own_id"))
            .values(size=campaign.c.size + joined, last_at=later(campaign.c.last_at, at)),
            [
                {"own_id": one.campaign_id, "joined": len(one.joined), "at": one.last_at}
                for one in groups
            ],
        )
        self._tell((one.campaign_id, member) for one in groups for member in one.told)

    def _tell(self, members: Iterable[tuple[int, int]]) -> None:
        """Let these Submissions know their group: pairs of its id and theirs."""
        rows = [{"own_id": own_id, "group_id": group_id} for group_id, own_id in members]
        if rows:
            self._connection.execute(
                submission.update()
                .where(submission.c.id == sa.bindparam("own_id"))
                .values(campaign_id=sa.bindparam("group_id")),
                rows,
            )

    def sizes(self, campaign_ids: Iterable[int]) -> dict[int, int]:
        """How many members each of these groups has ever had."""
        wanted = list(set(campaign_ids))
        if not wanted:
            return {}
        query = sa.select(campaign.c.id, campaign.c.size).where(campaign.c.id.in_(wanted))
        return {row.id: row.size for row in self._connection.execute(query)}

    def count_decided(self, campaign_id: int) -> tuple[int, int]:
        """How many of this group people decided, and how many of those they approved."""
        own = submission.c
        decided, good = self._connection.execute(
            sa.select(
                sa.func.count(),
                sa.func.coalesce(sa.func.sum(sa.case((own.outcome == Outcome.HAM, 1), else_=0)), 0),
            ).where(own.campaign_id == campaign_id, own.decided_at.is_not(None)),
        ).one()
        return int(decided), int(good)

    def find(self, campaign_id: int) -> Campaign | None:
        """The group of this id, or None."""
        query = campaign.select().where(campaign.c.id == campaign_id)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _campaign(row)

    def list_waiting(
        self, *, site_ids: tuple[int, ...] | None = None, limit: int = 50
    ) -> list[tuple[int, int]]:
        """Groups with several members waiting, largest first: id and how many wait."""
        own = submission.c
        count = sa.func.count()
        query = (
            sa.select(own.campaign_id, count)
            .where(
                own.outcome == sa.literal_column(f"'{Outcome.UNSURE.value}'"),
                own.campaign_id.is_not(None),
            )
            .group_by(own.campaign_id)
            .having(count >= LEAST_WAITING)
            .order_by(count.desc(), own.campaign_id.desc())
            .limit(limit)
        )
        if site_ids is not None:
            query = query.where(own.site_id.in_(site_ids))
        return [(row[0], row[1]) for row in self._connection.execute(query)]

    def purge(self, *, single_before: dt.datetime, any_before: dt.datetime) -> None:
        """Stop looking for the like of what has been alone, or silent, for long (fast I/O)."""
        single = sa.and_(campaign.c.size == 1, campaign.c.last_at < single_before)
        self._connection.execute(
            campaign_band.delete().where(
                campaign_band.c.campaign_id.in_(
                    sa.select(campaign.c.id).where(
                        sa.or_(single, campaign.c.last_at < any_before),
                    ),
                ),
            ),
        )
        self._connection.execute(campaign.delete().where(single))


def _campaign(row: Any) -> Campaign:  # noqa: ANN401 - a SQLAlchemy Row
    return Campaign(row.id, row.signature, row.first_id, row.size, row.first_at, row.last_at)
