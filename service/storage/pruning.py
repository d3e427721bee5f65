"""Drop the rows of what was forgotten long ago; what they counted for stays, by Site and day."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from service.domain.decision import Outcome
from service.storage.counts import Counts
from service.storage.desk_tables import entry_hit
from service.storage.records import write_text
from service.storage.tables import metadata, submission


@dataclasses.dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows went, and when the newest of them was received: the next search begins there.

    *until* is None when nothing was left to drop.
    """

    rows: int
    until: dt.datetime | None


def _mentions() -> list[sa.ColumnElement[bool]]:
    """That no other table speaks of a Submission by its id, whatever tables there are."""
    own = submission.c.id
    return [
        ~sa.exists().where(key.parent == own)
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.references(submission) and key.column is own
    ]


_UNMENTIONED: Final = _mentions()


class Pruning:
    """The dropping of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def purge(
        self,
        site_id: int,
        *,
        outcomes: Sequence[Outcome],
        since: dt.datetime | None = None,
        before: dt.datetime,
        most: int = 1000,
    ) -> Pruned:
        """Drop what this Site received *before* and forgot since; its counts are added up by day.

        What a person decided, noted or asked about stays, and so does what waits. *most* at a time,
        received from *since* on. Cost: an index by time, and a look at each row that stays.
        """
        own = submission.c
        newest = sa.select(sa.func.max(own.id)).scalar_subquery()
        chosen = (
            sa.select(own.id, own.received_at)
            .where(
                own.site_id == site_id,
                own.received_at < before,
                own.outcome.in_(outcomes),
                own.outcome != Outcome.UNSURE,
                own.version == 0,
                own.comment == write_text({}),
                # SQLite gives the number of the last row again when that is gone, and what was
                # indexed or counted up to it would pass over the next.
                own.id < newest,
                *([] if since is None else [own.received_at >= since]),
                *_UNMENTIONED,
            )
            .order_by(own.received_at)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        rows = self._connection.execute(chosen).all()
        if not rows:
            return Pruned(0, None)
        ids = [row.id for row in rows]
        Counts(self._connection).keep(ids)
        guids = sa.select(own.guid).where(own.id.in_(ids))
        self._connection.execute(entry_hit.delete().where(entry_hit.c.guid.in_(guids)))
        self._connection.execute(submission.delete().where(own.id.in_(ids)))
        return Pruned(len(ids), rows[-1].received_at)
