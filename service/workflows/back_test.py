"""What one new line of the lists would have caught, before it catches anything."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
from typing import Final

from service.domain.decision import Outcome
from service.domain.draft import EntryDraft, read_draft
from service.domain.entry import Effect, Entry, EntryStatus
from service.domain.matcher import Matcher
from service.domain.moderator import Moderator, scope, sees
from service.domain.site import Site
from service.domain.submission import Submission
from service.storage.store import Store

DAYS: Final = 90
# About a second of work; a larger past is looked at from its newest end, and the page says so.
MOST_LOOKED_AT: Final = 20_000
_SAMPLES: Final = 5


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BackTest:
    """What *entry* would have matched among *looked_at* comments of the last `DAYS` days.

    *counts* by Outcome, *by_people* those of them that a person decided. *against* are samples
    where it would have gone against a person, else of what it matched.
    """

    entry: Entry
    looked_at: int
    is_cut: bool
    counts: dict[Outcome, int]
    by_people: dict[Outcome, int]
    samples: tuple[Submission, ...]
    sites: dict[int, Site]

    @property
    def matched(self) -> int:
        """How many it would have matched."""
        return sum(self.counts.values())


_AGREES: Final = {
    Effect.ALLOW: Outcome.HAM,
    Effect.HOLD: Outcome.SPAM,
    Effect.SPAM: Outcome.SPAM,
}


def back_test(
    moderator: Moderator, draft: EntryDraft, *, store: Store, now: dt.datetime
) -> BackTest:
    """Ask *draft* about the past of its Sites (slow I/O, about a second at most).

    Raises InvalidField, NotPermitted, NotFound as adding it would.
    """
    entry = read_draft(moderator, draft, now=now)
    # Asked as if it were on, whatever it is to become.
    matcher = Matcher([dataclasses.replace(entry, status=EntryStatus.LIVE, expires_at=None)])
    counts: collections.Counter[Outcome] = collections.Counter()
    by_people: collections.Counter[Outcome] = collections.Counter()
    against: list[Submission] = []
    others: list[Submission] = []
    looked_at = 0
    with store.read() as unit:
        every = unit.sites.list_all()
        site_ids = scope(moderator, draft.site_id)
        if draft.site_id is not None:
            children = [one.site_id for one in every if one.parent_id == draft.site_id]
            site_ids = (draft.site_id, *children)
        since = now - dt.timedelta(days=DAYS)
        for one in unit.entries.each_recent(site_ids, since=since, limit=MOST_LOOKED_AT):
            looked_at += 1
            if not matcher.hits(one.arrival.comment, now):
                continue
            counts[one.outcome] += 1
            by_people[one.outcome] += one.decided_at is not None
            is_against = one.decided_at is not None and one.outcome is not _AGREES[entry.effect]
            kept = against if is_against else others
            if len(kept) < _SAMPLES:
                kept.append(one)
    return BackTest(
        entry=entry,
        looked_at=looked_at,
        is_cut=looked_at == MOST_LOOKED_AT,
        counts=dict(counts),
        by_people=dict(by_people),
        samples=tuple((against + others)[:_SAMPLES]),
        sites={site.site_id: site for site in every if sees(moderator, site.site_id)},
    )
