"""Saved views: names for addresses of ours, one's own and those shared with all."""

from __future__ import annotations

import dataclasses
import datetime as dt

import sqlalchemy as sa

from service.storage.queue_tables import saved_view
from service.storage.records import plain
from service.storage.tables import moderator


@dataclasses.dataclass(frozen=True, slots=True)
class SavedView:
    """A name for a place; *is_own* says who may take it away."""

    view_id: int
    name: str
    place: str
    is_shared: bool
    moderator_id: int
    moderator: str


class SavedViews:
    """The saved views of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(
        self, moderator_id: int, name: str, place: str, *, is_shared: bool, now: dt.datetime
    ) -> None:
        """Keep a view."""
        self._connection.execute(
            saved_view.insert().values(
                moderator_id=moderator_id,
                name=plain(name, 80),
                place=plain(place, 500),
                is_shared=is_shared,
                made_at=now,
            ),
        )

    def list_for(self, moderator_id: int) -> list[SavedView]:
        """One's own views and the shared ones, by name."""
        rows = self._connection.execute(
            sa.select(saved_view, moderator.c.name.label("owner"))
            .join(moderator, moderator.c.id == saved_view.c.moderator_id)
            .where(sa.or_(saved_view.c.moderator_id == moderator_id, saved_view.c.is_shared))
            .order_by(saved_view.c.name, saved_view.c.id)
            .limit(50),
        ).all()
        return [
            SavedView(row.id, row.name, row.place, row.is_shared, row.moderator_id, row.owner)
            for row in rows
        ]

    def purge(self, view_id: int, moderator_id: int) -> None:
        """Forget one of one's own views; forgetting twice is no error."""
        own = (saved_view.c.id == view_id, saved_view.c.moderator_id == moderator_id)
        self._connection.execute(saved_view.delete().where(*own))
