"""The moderators' lists: what waits, what the machine called spam, what it let pass."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from typing import Final

from service.domain.decision import Outcome
from service.domain.moderator import Action, Moderator, may, scope, sees
from service.domain.site import Site
from service.domain.submission import Submission
from service.errors import NotPermitted
from service.storage.store import Store
from service.storage.submissions import PageAsk


class Listing(enum.Enum):
    """The lists a moderator can look through. WAITING is the Queue."""

    WAITING = "waiting"
    SPAM = "spam"
    PASSED = "passed"
    REMOVED = "removed"


_OUTCOMES: Final = {
    Listing.WAITING: Outcome.UNSURE,
    Listing.SPAM: Outcome.SPAM,
    Listing.PASSED: Outcome.HAM,
    Listing.REMOVED: Outcome.REMOVED,
}
PAGE_ROWS: Final = 50


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPage:
    """One page of a list, newest first; *before* asks for the next one, None when this is the last.

    *counts* says how many stand in each list (counted to 10 000), *sites* holds every Site by id,
    *decided_today* how many decisions moderators made since midnight UTC, *oldest_at* when the
    longest waiting item came in (None when nothing waits).
    """

    items: tuple[Submission, ...]
    before: int | None
    counts: dict[Listing, int]
    sites: dict[int, Site]
    decided_today: int
    oldest_at: dt.datetime | None


def review(
    moderator: Moderator,
    listing: Listing,
    *,
    site_id: int | None = None,
    before: int | None = None,
    store: Store,
    now: dt.datetime,
) -> ReviewPage:
    """One page of *listing*, of one Site or of all (fast I/O). Raises NotPermitted."""
    if not may(moderator, Action.LOOK):
        raise NotPermitted
    site_ids = scope(moderator, site_id)
    ask = PageAsk(outcome=_OUTCOMES[listing], site_ids=site_ids, before=before, limit=PAGE_ROWS + 1)
    with store.read() as unit:
        found = unit.submissions.page(ask)
        counts = {
            one: unit.submissions.count(PageAsk(outcome=kind, site_ids=site_ids))
            for one, kind in _OUTCOMES.items()
        }
        oldest = unit.submissions.page(
            PageAsk(outcome=Outcome.UNSURE, site_ids=site_ids, after=0, limit=1),
        )
        sites = {
            site.site_id: site for site in unit.sites.list_all() if sees(moderator, site.site_id)
        }
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        decided_today = unit.decisions.count_since(midnight)
    items = tuple(found[:PAGE_ROWS])
    return ReviewPage(
        items=items,
        before=items[-1].submission_id if len(found) > PAGE_ROWS else None,
        counts=counts,
        sites=sites,
        decided_today=decided_today,
        oldest_at=oldest[0].received_at if oldest else None,
    )
