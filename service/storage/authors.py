"""How moderators decided about authors: counters, moved with each Decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from service.domain.author import Standing
from service.domain.decision import Act
from service.storage.queue_tables import author


class Authors:
    """The authors of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def standings(self, keys: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Standing]:
        """The Standing of each (site id, author key) that has one (fast I/O)."""
        wanted = list(set(keys))
        if not wanted:
            return {}
        rows = self._connection.execute(
            author.select().where(sa.tuple_(author.c.site_id, author.c.author_key).in_(wanted)),
        ).all()
        return {
            (row.site_id, row.author_key): Standing(approved=row.approved, spam=row.spam)
            for row in rows
        }

    def move(self, changes: Mapping[tuple[int, str, Act], int]) -> None:
        """Add each number to its counter; who stands at nothing again is forgotten."""
        sums: dict[tuple[int, str], dict[Act, int]] = {}
        for (site_id, key, act), by in changes.items():
            if by:
                sums.setdefault((site_id, key), {})[act] = by
        # In one order everywhere, so that two transactions never wait for each other.
        for site_id, key in sorted(sums):
            self._add(site_id, key, sums[site_id, key])

    def _add(self, site_id: int, key: str, by: dict[Act, int]) -> None:
        approved, spam = by.get(Act.APPROVE, 0), by.get(Act.SPAM, 0)
        own = sa.and_(author.c.site_id == site_id, author.c.author_key == key)
        changed = self._connection.execute(
            author.update()
            .where(own)
            .values(approved=author.c.approved + approved, spam=author.c.spam + spam),
        )
        if changed.rowcount == 0:
            self._connection.execute(
                author.insert().values(
                    site_id=site_id, author_key=key, approved=max(0, approved), spam=max(0, spam)
                ),
            )
        nothing = sa.and_(own, author.c.approved <= 0, author.c.spam <= 0)
        self._connection.execute(author.delete().where(nothing))
