"""Groups of near-duplicates: found by keys, told to their members, listed while they wait."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, Final

import sqlalchemy as sa

from service.domain.decision import Outcome
from service.storage.queue_tables import campaign, campaign_band
from service.storage.tables import submission

# Fewer are no group.
LEAST_WAITING: Final = 2


@dataclasses.dataclass(frozen=True, slots=True)
class Campaign:
    """One group: its first text's signature, how many there are, when they came."""

    campaign_id: int
    signature: str
    first_id: int
    size: int
    first_at: dt.datetime
    last_at: dt.datetime


class Campaigns:
    """The campaigns of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def find_near(self, keys: Sequence[int], *, limit: int = 40) -> list[tuple[Campaign, set[int]]]:
        """Groups that share any of *keys*, with the keys they share."""
        band, own = campaign_band.c.band, campaign_band.c.campaign_id
        rows = self._connection.execute(
            sa.select(campaign, band)
            .join(campaign_band, own == campaign.c.id)
            .where(band.in_(keys))
            .order_by(campaign.c.id.desc())
            .limit(limit * 4),
        ).all()
        found: dict[int, tuple[Campaign, set[int]]] = {}
        for row in rows:
            found.setdefault(row.id, (_campaign(row), set()))[1].add(row.band)
        return list(found.values())[:limit]

    def add(self, signature: str, keys: Iterable[int], first_id: int, at: dt.datetime) -> None:
        """A new group of one."""
        campaign_id: int = self._connection.execute(
            campaign.insert()
            .values(signature=signature, first_id=first_id, size=1, first_at=at, last_at=at)
            .returning(campaign.c.id),
        ).scalar_one()
        rows = [{"band": key, "campaign_id": campaign_id} for key in set(keys)]
        self._connection.execute(campaign_band.insert(), rows)

    def join(self, group: Campaign, submission_id: int, at: dt.datetime) -> None:
        """One more member; the first one learns of its group with the second."""
        members = [submission_id] + ([group.first_id] if group.size == 1 else [])
        self._connection.execute(
            submission.update()
            .where(submission.c.id.in_(members))
            .values(campaign_id=group.campaign_id),
        )
        self._connection.execute(
            campaign.update()
            .where(campaign.c.id == group.campaign_id)
            .values(size=campaign.c.size + 1, last_at=sa.func.max(campaign.c.last_at, at))
            if self._connection.dialect.name == "sqlite"
            else campaign.update()
            .where(campaign.c.id == group.campaign_id)
            .values(size=campaign.c.size + 1, last_at=sa.func.greatest(campaign.c.last_at, at)),
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
