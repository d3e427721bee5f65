"""How moderators decided about authors: counters, moved with each Decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from service.domain.author import Standing
from service.domain.decision import Act
from service.storage.engine import insert_into
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
        sums: dict[tuple[int, str], Counter[Act]] = {}
        for (site_id, key, act), by in changes.items():
            if by:
                sums.setdefault((site_id, key), Counter())[act] = by
        if not sums:
            return
        own = insert_into(author, self._connection)
        added = own.on_conflict_do_update(
            index_elements=[author.c.site_id, author.c.author_key],
            set_={
                "approved": author.c.approved + own.excluded.approved,
                "spam": author.c.spam + own.excluded.spam,
            },
        )
        # In one order everywhere, so that two transactions never wait for each other.
        rows = [
            {
                "site_id": site_id,
                "author_key": key,
                "approved": sums[site_id, key][Act.APPROVE],
                "spam": sums[site_id, key][Act.SPAM],
            }
            for site_id, key in sorted(sums)
        ]
        self._connection.execute(added, rows)
        if not any(by < 0 for own_sums in sums.values() for by in own_sums.values()):
            return
        self._connection.execute(
            author.delete().where(
                sa.tuple_(author.c.site_id, author.c.author_key).in_(list(sums)),
                author.c.approved <= 0,
                author.c.spam <= 0,
            ),
        )
