"""What a bulk's snapshot holds, for the eyes of whoever is about to start it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any, Final

import sqlalchemy as sa

from models.verdict import Verdict
from service.domain.bulk import ItemState
from service.domain.decision import Source
from service.domain.submission import Submission
from service.storage.queue_tables import bulk_item
from service.storage.records import read_submission
from service.storage.tables import decision, submission

_ITEM: Final = bulk_item.c


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a snapshot holds: counts by state of the machine and by Site, ages, trusted ones."""

    by_verdict: dict[Verdict | None, int]
    by_site: dict[int, int]
    oldest_at: dt.datetime | None
    newest_at: dt.datetime | None
    trusted: int


class BulkLooks:
    """The looks at bulks of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def figures(self, bulk_id: int) -> Figures:
        """What the snapshot holds, counted."""
        joined = submission.join(bulk_item, _ITEM.submission_id == submission.c.id)
        own = _ITEM.bulk_id == bulk_id
        count = sa.func.count()
        by_verdict = sa.select(submission.c.verdict, count).select_from(joined).where(own)
        by_site = sa.select(submission.c.site_id, count).select_from(joined).where(own)
        received = submission.c.received_at
        ages = sa.select(sa.func.min(received), sa.func.max(received)).select_from(joined)
        oldest, newest = self._connection.execute(ages.where(own)).one()
        trusted = sa.select(count).select_from(bulk_item).where(own, _ITEM.is_trusted)
        verdicts = self._connection.execute(by_verdict.group_by(submission.c.verdict)).all()
        sites = self._connection.execute(by_site.group_by(submission.c.site_id)).all()
        return Figures(
            by_verdict={row[0]: row[1] for row in verdicts},
            by_site={row[0]: row[1] for row in sites},
            oldest_at=oldest,
            newest_at=newest,
            trusted=self._connection.execute(trusted).scalar_one(),
        )

    def has_of(self, bulk_id: int, site_ids: list[int]) -> bool:
        """Whether anything that it would decide is of one of these Sites (stops at the first)."""
        first = (
            sa.select(_ITEM.submission_id)
            .join(submission, _ITEM.submission_id == submission.c.id)
            .where(
                _ITEM.bulk_id == bulk_id,
                _ITEM.state == ItemState.WAITS,
                submission.c.site_id.in_(site_ids),
            )
            .limit(1)
        )
        return self._connection.execute(first).scalar_one_or_none() is not None

    def samples(self, bulk_id: int, *, limit: int = 3) -> list[Submission]:
        """The ones the machine was least sure of, trusted authors aside."""
        distance = sa.func.abs(sa.func.coalesce(submission.c.score, 0.5) - 0.5)
        own = (_ITEM.bulk_id == bulk_id, _ITEM.state == ItemState.WAITS)
        return self._members(own, distance, limit)

    def trusted(self, bulk_id: int, *, limit: int = 50) -> list[Submission]:
        """Those left out because moderators trust their authors."""
        own = (_ITEM.bulk_id == bulk_id, _ITEM.is_trusted)
        return self._members(own, submission.c.id.desc(), limit)

    def changed(self, bulk_id: int, *, limit: int = 50) -> list[Submission]:
        """Those passed over because somebody decided after the snapshot."""
        own = (_ITEM.bulk_id == bulk_id, _ITEM.state == ItemState.CHANGED)
        return self._members(own, submission.c.id.desc(), limit)

    def count_acted(self, bulk_id: int) -> int:
        """Of an undo: about how many the Site had a word since the Decision taken back.

        As `domain.decision.said_since` has it.
        """
        back, said, later = (decision.alias(name) for name in ("back", "said", "later"))
        is_undone = sa.exists().where(later.c.undoes == said.c.id, later.c.id < back.c.id)
        same = said.c.submission_id == back.c.submission_id
        between = sa.and_(said.c.id > back.c.undoes, said.c.id < back.c.id)
        found: int = self._connection.execute(
            sa.select(sa.func.count(sa.distinct(back.c.submission_id)))
            .select_from(back.join(said, same))
            .where(back.c.bulk_id == bulk_id, said.c.source == Source.SITE, between, ~is_undone),
        ).scalar_one()
        return found

    def _members(
        self,
        own: tuple[sa.ColumnElement[bool], ...],
        order: Any,  # noqa: ANN401 - a clause
        limit: int,
    ) -> list[Submission]:
        rows = self._connection.execute(
            sa.select(submission)
            .join(bulk_item, _ITEM.submission_id == submission.c.id)
            .where(*own)
            .order_by(order, submission.c.id)
            .limit(limit),
        ).all()
        return [read_submission(row) for row in rows]
