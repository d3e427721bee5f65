"""Forget texts whose keeping time is over, and count what goes when.

What a text is, says its Outcome now: a comment that was found good after all is kept as good ones
are.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from models.comment import Label
from service.domain.decision import Outcome
from service.storage.history_tables import imported
from service.storage.records import write_text
from service.storage.search import Search
from service.storage.tables import submission

EVERY: Final = tuple(Outcome)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """How many texts of one kind go within each of the days asked about, those before included.

    *next_at* is when the oldest of them was, or will be, over; None when nothing goes.
    """

    counts: tuple[int, ...]
    next_at: dt.datetime | None


class Retention:
    """The keeping times of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def purge(
        self,
        site_id: int,
        *,
        before: dt.datetime,
        outcomes: Sequence[Outcome] = EVERY,
        most: int = 1000,
    ) -> int:
        """Blank text and traces of what this Site received *before*; counts and hashes stay.

        Answers with how many rows changed, *most* at a time: a transaction over a million rows
        would keep every check waiting. History brought in goes whole.
        """
        old = self._old(site_id, before, outcomes)
        # Who decides one of them at this moment may give it a longer time.
        some = sa.select(submission.c.id).where(*old).limit(most).with_for_update(skip_locked=True)
        ids = self._connection.execute(some).scalars().all()
        Search(self._connection).purge(sa.select(submission.c.id).where(submission.c.id.in_(ids)))
        blank = write_text({})
        self._connection.execute(
            submission.update()
            .where(submission.c.id.in_(ids))
            .values(comment=blank, request=blank, evidence=None, author_key=None),
        )
        brought = imported.delete().where(*_old_history(site_id, before, outcomes))
        return len(ids) + self._connection.execute(brought).rowcount

    def count_going(
        self,
        site_id: int,
        *,
        kept_days: int,
        outcomes: Sequence[Outcome],
        within_days: Sequence[int],
        now: dt.datetime,
    ) -> Going:
        """What goes within so many days from *now*, when texts are kept for *kept_days*.

        Cost: reads the Site's rows of before the last of these days (index by time).
        """
        term = dt.timedelta(days=kept_days)
        ends = [now + dt.timedelta(days=days) - term for days in within_days]
        asked = (
            (submission.c.received_at, self._old(site_id, max(ends), outcomes)),
            (imported.c.written_at, _old_history(site_id, max(ends), outcomes)),
        )
        counts, firsts = [0] * len(ends), []
        for at, where in asked:
            sums = [sa.func.sum(sa.case((at < end, 1), else_=0)) for end in ends]
            first, *found = self._connection.execute(
                sa.select(sa.func.min(at), *sums).where(*where)
            ).one()
            counts = [count + int(more or 0) for count, more in zip(counts, found, strict=True)]
            firsts += [first] if first else []
        return Going(counts=tuple(counts), next_at=min(firsts) + term if firsts else None)

    def _old(
        self, site_id: int, before: dt.datetime, outcomes: Sequence[Outcome]
    ) -> list[sa.ColumnElement[bool]]:
        return [
            submission.c.site_id == site_id,
            submission.c.received_at < before,
            submission.c.outcome.in_(outcomes),
            submission.c.comment != write_text({}),
        ]


def _old_history(
    site_id: int, before: dt.datetime, outcomes: Sequence[Outcome]
) -> list[sa.ColumnElement[bool]]:
    is_spam = imported.c.label.is_not_distinct_from(Label.SPAM.value)
    kinds = [is_spam] if Outcome.SPAM in outcomes else []
    kinds += [sa.not_(is_spam)] if set(outcomes) - {Outcome.SPAM} else []
    return [imported.c.site_id == site_id, imported.c.written_at < before, sa.or_(*kinds)]
