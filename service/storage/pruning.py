"""Drop the rows of what was forgotten long ago; what they counted for stays, by Site and day."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import TypeAlias

import sqlalchemy as sa

from service.domain.decision import Outcome
from service.storage.counts import Counts
from service.storage.desk_tables import entry_hit
from service.storage.records import write_text
from service.storage.tables import metadata, submission

# When a Submission was received, and its id: where a search goes on.
Place: TypeAlias = tuple[dt.datetime, int]


@dataclasses.dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows went, and the last that was looked at: None when there were no more."""

    rows: int
    last: Place | None


def _unmentioned() -> list[sa.ColumnElement[bool]]:
    """That no other table speaks of a Submission by its id, whatever tables there are.

    Asked when it is needed: by then every module has named its own.
    """
    own = submission.c.id
    return [
        ~sa.exists().where(key.parent == own)
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.references(submission) and key.column is own
    ]


class Pruning:
    """The dropping of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def purge(
        self,
        site_id: int,
        *,
        outcomes: Sequence[Outcome],
        after: Place | None = None,
        before: dt.datetime,
        most: int = 1000,
    ) -> Pruned:
        """Drop what this Site received *before* and forgot since; its counts are added up by day.

        What a person decided, noted or asked about stays, and so does what waits. Looks at the next
        *most* rows *after* a Place (fast I/O, by an index).
        """
        seen = self._next(site_id, after, before, most)
        ids = self._droppable([own_id for _, own_id in seen], outcomes)
        if ids:
            Counts(self._connection).keep(ids)
            guids = sa.select(submission.c.guid).where(submission.c.id.in_(ids))
            # Found by time: a hit has that of its comment, and no index by its guid.
            own = entry_hit.c
            hits = own.guid.in_(guids), own.hit_at.between(seen[0][0], seen[-1][0])
            self._connection.execute(entry_hit.delete().where(*hits))
            self._connection.execute(submission.delete().where(submission.c.id.in_(ids)))
        return Pruned(len(ids), seen[-1] if len(seen) == most else None)

    def _next(
        self, site_id: int, after: Place | None, before: dt.datetime, most: int
    ) -> list[Place]:
        """The next rows by time, whatever they are.

        By themselves: of what else is asked of them an engine may know so little that it would
        rather read and sort all (PostgreSQL, right after many texts were forgotten).
        """
        own = submission.c
        query = sa.select(own.received_at, own.id).where(
            own.site_id == site_id, own.received_at < before
        )
        if after is not None:
            at, own_id = after
            is_later = sa.or_(own.received_at > at, own.id > own_id)
            query = query.where(own.received_at >= at, is_later)
        rows = self._connection.execute(query.order_by(own.received_at, own.id).limit(most))
        return [(row.received_at, row.id) for row in rows]

    def _droppable(self, ids: list[int], outcomes: Sequence[Outcome]) -> list[int]:
        """Those of *ids* that may go, held until the commit: who decides one now comes too late."""
        own = submission.c
        newest = sa.select(sa.func.max(own.id)).scalar_subquery()
        chosen = (
            sa.select(own.id)
            .where(
                own.id.in_(ids),
                own.outcome.in_(outcomes),
                own.outcome != Outcome.UNSURE,
                own.version == 0,
                own.comment == write_text({}),
                # SQLite gives the number of the last row again when that is gone, and what was
                # indexed or counted up to it would pass over the next.
                own.id < newest,
                *_unmentioned(),
            )
            .with_for_update(skip_locked=True)
        )
        return list(self._connection.execute(chosen).scalars())
