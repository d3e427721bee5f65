"""View: which list a person looks at, narrowed and sorted how; what the address bar says of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from typing import Final

from models.verdict import Verdict
from service.domain.decision import Outcome


class Listing(enum.Enum):
    """The lists a moderator can look through. WAITING is the Queue, ANY is what search looks at."""

    WAITING = "waiting"
    SPAM = "spam"
    DISCARDED = "discarded"
    PASSED = "passed"
    REMOVED = "removed"
    ANY = "any"


class Sort(enum.Enum):
    """In which order. PRIORITY, SCORE and SITE are kept only for what waits.

    SITE is Site by Site, by their names, and by priority within each.
    """

    PRIORITY = "priority"
    NEWEST = "newest"
    OLDEST = "oldest"
    SCORE = "score"
    SITE = "site"


class Age(enum.Enum):
    """How long it has waited. LATE is over half a day."""

    ANY = ""
    FRESH = "fresh"
    LATE = "late"
    DAY = "day"
    WEEK = "week"


_FRESH: Final = dt.timedelta(hours=1)
_OLDER: Final = {
    Age.LATE: dt.timedelta(hours=12),
    Age.DAY: dt.timedelta(days=1),
    Age.WEEK: dt.timedelta(days=7),
}
OUTCOMES: Final = {
    Listing.WAITING: Outcome.UNSURE,
    Listing.SPAM: Outcome.SPAM,
    Listing.DISCARDED: Outcome.SPAM,
    Listing.PASSED: Outcome.HAM,
    Listing.REMOVED: Outcome.REMOVED,
    Listing.ANY: None,
}
SORTS: Final = {
    Listing.WAITING: (Sort.PRIORITY, Sort.OLDEST, Sort.NEWEST, Sort.SCORE, Sort.SITE),
    Listing.DISCARDED: (Sort.OLDEST, Sort.NEWEST),
}
_PLAIN: Final = (Sort.NEWEST, Sort.OLDEST)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One list, narrowed by whatever is given. *query* is what the search field says.

    *is_sent*: only what a colleague sent to who looks.
    """

    listing: Listing = Listing.WAITING
    sort: Sort = Sort.PRIORITY
    site_id: int | None = None
    reason: str = ""
    language: str = ""
    age: Age = Age.ANY
    campaign_id: int | None = None
    is_skipped: bool = False
    is_sent: bool = False
    query: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the list itself is asked for."""
        return self != View(listing=self.listing, sort=self.sort)

    @property
    def verdict(self) -> Verdict | None:
        """The Verdict that belongs to this list, if one does."""
        return Verdict.BLATANT if self.listing is Listing.DISCARDED else None


def sorts_of(listing: Listing) -> tuple[Sort, ...]:
    """The orders this list can be read in, its own first."""
    return SORTS.get(listing, _PLAIN)


def ages_of(age: Age, now: dt.datetime) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Received before, and received since, for what has this age."""
    if age is Age.FRESH:
        return None, now - _FRESH
    older = _OLDER.get(age)
    return (now - older if older else None), None


def listing_of(outcome: Outcome) -> Listing:
    """The list that a Submission with this Outcome stands in."""
    lists = (Listing.WAITING, Listing.SPAM, Listing.PASSED, Listing.REMOVED)
    return next(one for one in lists if OUTCOMES[one] is outcome)
