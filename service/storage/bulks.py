"""Bulks: their snapshot, their pieces, their figures."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from models.verdict import Verdict
from service.domain.author import TRUSTED_FROM
from service.domain.bulk import MOST_ITEMS, MOST_LABELS, PIECE, Bulk, BulkState, ItemState
from service.domain.decision import Act
from service.errors import NotFound
from service.storage.queue_tables import author, bulk, bulk_item
from service.storage.records import plain
from service.storage.tables import decision, moderator, submission


@dataclasses.dataclass(frozen=True, slots=True)
class PieceItem:
    """One Submission of a piece: what the snapshot saw, and what stands now."""

    submission_id: int
    site_id: int
    author_key: str | None
    verdict: Verdict | None
    seen_version: int
    version: int
    teaches: bool
    undoes: int | None


_ITEM: Final = bulk_item.c
# What people typed, and how long its column is.
_TEXTS: Final = (("note", 2000), ("reason", 60))


class Bulks:
    """The bulks of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(
        self,
        guid: str,
        moderator_id: int,
        act: Act,
        *,
        asked: str,
        now: dt.datetime,
        undoes: int | None = None,
    ) -> int:
        """A new bulk that is only shown yet; answers with its id."""
        bulk_id: int = self._connection.execute(
            bulk.insert()
            .values(
                guid=guid,
                moderator_id=moderator_id,
                act=act,
                state=BulkState.SHOWN,
                asked=plain(asked, 500),
                note="",
                reason="",
                total=0,
                done=0,
                passed_over=0,
                made_at=now,
                undoes=undoes,
            )
            .returning(bulk.c.id),
        ).scalar_one()
        return bulk_id

    def freeze(self, bulk_id: int, ids: sa.Select[Any], *, leaves_trusted_out: bool) -> int:
        """Take the Submissions that *ids* finds into the snapshot; answers with how many.

        Of one group of near-duplicates only the first few will teach.
        """
        approved = sa.func.coalesce(author.c.approved, 0)
        is_trusted = sa.and_(
            approved >= TRUSTED_FROM, sa.func.coalesce(author.c.spam, 0) == sa.literal(0)
        )
        waits, left_out = sa.literal(ItemState.WAITS.value), sa.literal(ItemState.LEFT_OUT.value)
        group = sa.func.coalesce(
            sa.cast(submission.c.campaign_id, sa.String), submission.c.content_hash
        )
        place = sa.func.row_number().over(partition_by=group, order_by=submission.c.id)
        is_author = sa.and_(
            author.c.site_id == submission.c.site_id,
            author.c.author_key == submission.c.author_key,
        )
        chosen = ids.limit(MOST_ITEMS).subquery()
        found = (
            sa.select(
                sa.literal(bulk_id),
                submission.c.id,
                submission.c.version,
                sa.case((is_trusted, left_out), else_=waits) if leaves_trusted_out else waits,
                is_trusted,
                place <= MOST_LABELS,
            )
            .join(chosen, chosen.c.id == submission.c.id)
            .outerjoin(author, is_author)
        )
        columns = ["bulk_id", "submission_id", "seen_version", "state", "is_trusted", "teaches"]
        self._connection.execute(bulk_item.insert().from_select(columns, found))
        self._teach_no_more_than_before(bulk_id)
        return self.count(bulk_id)

    def freeze_undo(self, bulk_id: int, undone_id: int) -> int:
        """Take every Decision of another bulk that still stands into this one's snapshot."""
        later = decision.alias()
        is_undone = sa.exists().where(later.c.undoes == decision.c.id)
        found = (
            sa.select(
                sa.literal(bulk_id),
                decision.c.submission_id,
                submission.c.version,
                sa.literal(ItemState.WAITS.value),
                sa.false(),
                sa.false(),
                decision.c.id,
            )
            .join(submission, submission.c.id == decision.c.submission_id)
            .where(decision.c.bulk_id == undone_id, sa.not_(is_undone))
        )
        columns = ["bulk_id", "submission_id", "seen_version", "state", "is_trusted", "teaches"]
        self._connection.execute(bulk_item.insert().from_select([*columns, "undoes"], found))
        return self.count(bulk_id)

    def _teach_no_more_than_before(self, bulk_id: int) -> None:
        """Groups that taught in earlier bulks already have only what is left of their share."""
        own = sa.select(bulk_item.c.submission_id).where(_ITEM.bulk_id == bulk_id, _ITEM.teaches)
        groups = (
            sa.select(submission.c.campaign_id)
            .where(submission.c.id.in_(own), submission.c.campaign_id.is_not(None))
            .distinct()
        )
        taught = (
            sa.select(submission.c.campaign_id, sa.func.count().label("times"))
            .join(decision, decision.c.submission_id == submission.c.id)
            .where(
                submission.c.campaign_id.in_(groups),
                decision.c.bulk_id.is_not(None),
                decision.c.teaches,
                decision.c.act != Act.UNDO,
            )
            .group_by(submission.c.campaign_id)
        )
        for campaign_id, times in self._connection.execute(taught).all():
            kept = (
                sa.select(submission.c.id)
                .where(submission.c.id.in_(own), submission.c.campaign_id == campaign_id)
                .order_by(submission.c.id)
                .offset(max(0, MOST_LABELS - times))
            )
            silent = bulk_item.update().where(
                _ITEM.bulk_id == bulk_id, _ITEM.submission_id.in_(kept)
            )
            self._connection.execute(silent.values(teaches=False))

    def find(self, guid: str, *, lock: bool = False) -> Bulk:
        """The bulk of this *guid*. Raises NotFound. *lock* keeps it ours until the commit."""
        return self._one(bulk.c.guid == guid, lock=lock)

    def get(self, bulk_id: int, *, lock: bool = False) -> Bulk:
        """The bulk of this id. Raises NotFound."""
        return self._one(bulk.c.id == bulk_id, lock=lock)

    def _one(self, own: sa.ColumnElement[bool], *, lock: bool) -> Bulk:
        query = _query().where(own)
        row = self._connection.execute(
            query.with_for_update(of=bulk) if lock else query
        ).one_or_none()
        if row is None:
            raise NotFound("There is no such bulk.")
        return _bulk(row)

    def find_undo(self, bulk_id: int) -> Bulk | None:
        """The bulk that took this one back, or None."""
        query = _query().where(bulk.c.undoes == bulk_id).order_by(bulk.c.id.desc()).limit(1)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _bulk(row)

    def list_running(self) -> list[int]:
        """The ids of bulks that have pieces left, oldest first."""
        running = sa.select(bulk.c.id).where(bulk.c.state == BulkState.RUNNING)
        return list(self._connection.execute(running.order_by(bulk.c.id)).scalars())

    def page(self, *, before: int | None = None, limit: int = 50) -> list[tuple[Bulk, int]]:
        """Bulks that decided something, newest first, with the id of their newest Decision."""
        newest = sa.select(sa.func.max(decision.c.id)).where(decision.c.bulk_id == bulk.c.id)
        last = newest.correlate(bulk).scalar_subquery().label("last_id")
        query = _query().add_columns(last).where(bulk.c.done > 0)
        found = self._connection.execute(query.order_by(bulk.c.id.desc()).limit(limit)).all()
        pairs = [(_bulk(row), row.last_id) for row in found]
        return [pair for pair in pairs if before is None or pair[1] < before]

    def set(self, bulk_id: int, **values: Any) -> None:  # noqa: ANN401 - columns of the table
        """Change where a bulk stands."""
        values |= {name: plain(values[name], most) for name, most in _TEXTS if name in values}
        self._connection.execute(bulk.update().where(bulk.c.id == bulk_id).values(**values))

    def count(self, bulk_id: int, state: ItemState | None = None) -> int:
        """How many Submissions stand in it, or in one *state* of it."""
        query = sa.select(sa.func.count()).select_from(bulk_item).where(_ITEM.bulk_id == bulk_id)
        query = query if state is None else query.where(_ITEM.state == state)
        found: int = self._connection.execute(query).scalar_one()
        return found

    def take_in(self, bulk_id: int, guids: Sequence[str]) -> None:
        """Let these, left out as trusted, be done after all."""
        ids = sa.select(submission.c.id).where(submission.c.guid.in_(guids))
        own = (_ITEM.bulk_id == bulk_id, _ITEM.submission_id.in_(ids))
        self._connection.execute(
            bulk_item.update().where(*own).values(state=ItemState.WAITS),
        )

    def next_piece(self, bulk_id: int) -> list[PieceItem]:
        """The next Submissions to be done, held until the commit."""
        own = submission.c
        rows = self._connection.execute(
            sa.select(
                own.id,
                own.site_id,
                own.author_key,
                sa.case((own.is_audit, None), else_=own.verdict),
                _ITEM.seen_version,
                own.version,
                _ITEM.teaches,
                _ITEM.undoes,
            )
            .join(submission, own.id == _ITEM.submission_id)
            .where(_ITEM.bulk_id == bulk_id, _ITEM.state == ItemState.WAITS)
            .order_by(_ITEM.submission_id)
            .limit(PIECE)
            .with_for_update(),
        ).all()
        return [PieceItem(*row) for row in rows]

    def set_items(self, bulk_id: int, submission_ids: Sequence[int], state: ItemState) -> None:
        """Record what became of these."""
        own = (_ITEM.bulk_id == bulk_id, _ITEM.submission_id.in_(submission_ids))
        self._connection.execute(bulk_item.update().where(*own).values(state=state))

    def purge_shown(self, before: dt.datetime) -> None:
        """Forget snapshots that were looked at and never started."""
        old = sa.and_(bulk.c.state == BulkState.SHOWN, bulk.c.made_at < before)
        ids = sa.select(bulk.c.id).where(old)
        self._connection.execute(bulk_item.delete().where(_ITEM.bulk_id.in_(ids)))
        self._connection.execute(bulk.delete().where(old))


def _query() -> sa.Select[Any]:
    return sa.select(bulk, moderator.c.name).join(moderator, moderator.c.id == bulk.c.moderator_id)


def _bulk(row: Any) -> Bulk:  # noqa: ANN401 - a SQLAlchemy Row
    return Bulk(
        bulk_id=row.id,
        guid=row.guid,
        moderator_id=row.moderator_id,
        moderator=row.name,
        act=row.act,
        state=row.state,
        asked=row.asked,
        note=row.note,
        reason=row.reason,
        total=row.total,
        done=row.done,
        passed_over=row.passed_over,
        made_at=row.made_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        undoes=row.undoes,
    )
