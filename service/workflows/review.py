"""The moderators' lists: what waits, what the machine called spam, what it let pass."""

from __future__ import annotations

import dataclasses
import datetime as dt
import statistics
from typing import Final

from service.domain.author import Standing, author_key
from service.domain.claim import Claim
from service.domain.decision import Decision
from service.domain.moderator import Action, Moderator, require, scope, sees
from service.domain.site import Site
from service.domain.submission import Submission
from service.domain.view import OUTCOMES, Listing, Sort, View
from service.storage.asking import Hints, ask_for
from service.storage.lists import Cursor, ListAsk, cursor_of
from service.storage.overview import Overview
from service.storage.saved_views import SavedView
from service.storage.store import Store
from service.storage.unit import Unit

__all__ = ["Listing", "ReviewPage", "review"]

PAGE_ROWS: Final = 50
MOST_COUNTED: Final = 10_000
# The lists beside the one that is looked at: nobody needs to know how many there are exactly.
MOST_BESIDE: Final = 1_000
_HERE: Final = dt.timedelta(minutes=2)
_PUT_OFF, _SENT, _MATCHING = "put off", "sent", "matching"
_BESIDE: Final = (Listing.WAITING, Listing.SPAM, Listing.DISCARDED, Listing.REMOVED)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPage:
    """One page of a list; *after* asks for the next one, None when this is the last.

    *counts* says how many stand in each list (counted to `MOST_COUNTED`, or `MOST_BESIDE` for those
    beside), *matching* how many match the View. *sites* holds every Site of the person by id,
    *decided_today* the Decisions since midnight UTC, *half_within* how long half of those comments
    waited at most (None when something waits, or nothing was decided), *oldest_at* when the
    longest waiting came in, *newest_id* the newest waiting: what comes later is news. *claims* and
    *skipped* (how many the person put off) and *sent* (how many a colleague sent to them) belong to
    what waits; *rechecked* are the ids of what somebody had checked again; *standings* are by (site
    id, author key). *taken_back* are the undos of others of what this person decided last, with the
    guids.
    """

    items: tuple[Submission, ...]
    after: Cursor | None
    counts: dict[Listing, int]
    matching: int
    sites: dict[int, Site]
    decided_today: int
    half_within: dt.timedelta | None
    here: int
    oldest_at: dt.datetime | None
    newest_id: int
    claims: dict[int, Claim]
    skipped: int
    sent: int
    rechecked: frozenset[int]
    standings: dict[tuple[int, str], Standing]
    sizes: dict[int, int]
    saved: tuple[SavedView, ...]
    hints: Hints
    taken_back: tuple[tuple[Decision, str], ...]


def review(
    moderator: Moderator,
    view: View,
    *,
    after: Cursor | None = None,
    store: Store,
    now: dt.datetime,
) -> ReviewPage:
    """One page of what *view* shows (fast I/O). Raises NotPermitted, NotFound."""
    require(moderator, Action.LOOK)
    with store.read() as unit:
        every = [site for site in unit.sites.list_all() if sees(moderator, site.site_id)]
        find = unit.moderators.find
        ask, hints = ask_for(view, moderator, sites=every, find_moderator=find, now=now)
        found = unit.lists.page(dataclasses.replace(ask, after=after, limit=PAGE_ROWS + 1))
        items = found[:PAGE_ROWS]
        ids = [one.submission_id for one in items]
        keys = {_key(one) for one in items} - {None}
        groups = [one.campaign_id for one in items if one.campaign_id is not None]
        is_queue = view.listing is Listing.WAITING
        around = _around(unit, moderator, view, ask=ask, now=now)
        put_off = around.counts.get(_PUT_OFF, 0)
        matching = around.counts.get(_MATCHING)
        if matching is None:
            matching = _told_already(view, around.counts, put_off)
        if matching is None:
            matching = unit.lists.count(ask, most=MOST_COUNTED)
        return ReviewPage(
            items=tuple(items),
            after=cursor_of(items[-1], view.sort) if len(found) > PAGE_ROWS else None,
            counts={one: around.counts[one] for one in _BESIDE},
            matching=matching,
            sites={site.site_id: site for site in every},
            decided_today=around.decided,
            half_within=_half_within(unit, now) if is_queue and not items else None,
            here=around.here,
            oldest_at=around.oldest_at,
            newest_id=around.newest_id,
            claims=unit.claims.list_of(ids, now) if ids else {},
            skipped=put_off,
            sent=around.counts.get(_SENT, 0),
            rechecked=unit.rechecks.ids(ids) if ids else frozenset(),
            standings=unit.authors.standings(key for key in keys if key),
            sizes=unit.campaigns.sizes(groups),
            saved=tuple(unit.saved_views.list_for(moderator.moderator_id)),
            hints=hints,
            taken_back=_taken_back(unit, moderator) if is_queue else (),
        )


def _midnight(now: dt.datetime) -> dt.datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _half_within(unit: Unit, now: dt.datetime) -> dt.timedelta | None:
    waits = unit.decisions.list_waits(_midnight(now))
    return statistics.median_high(waits) if waits else None


def _taken_back(unit: Unit, moderator: Moderator) -> tuple[tuple[Decision, str], ...]:
    return tuple(unit.decisions.list_taken_back(moderator.moderator_id))


def _around(
    unit: Unit, moderator: Moderator, view: View, *, ask: ListAsk, now: dt.datetime
) -> Overview[Listing | str]:
    """The counts of the lists, and of what matches where no list's count can say it."""
    asks: dict[Listing | str, tuple[ListAsk, int]] = {
        one: (
            ListAsk(
                outcome=OUTCOMES[one],
                verdict=View(listing=one).verdict,
                is_decided=False if one is Listing.DISCARDED else None,
                site_ids=scope(moderator),
            ),
            MOST_COUNTED if one is Listing.WAITING else MOST_BESIDE,
        )
        for one in _BESIDE
    }
    waiting, _most = asks[Listing.WAITING]
    if view.listing is Listing.WAITING:
        own = moderator.moderator_id
        skipped = dataclasses.replace(ask, not_skipped_by=None, skipped_by=own, sort=Sort.NEWEST)
        asks[_PUT_OFF] = (skipped, MOST_BESIDE)
        asks[_SENT] = (dataclasses.replace(waiting, sent_to=(own, now)), MOST_BESIDE)
    if view.is_narrowed or view.listing not in _BESIDE:
        asks[_MATCHING] = (ask, MOST_COUNTED)
    return unit.look_around(
        asks, waiting=waiting, decided_since=_midnight(now), seen_since=now - _HERE
    )


def _told_already(view: View, counts: dict[Listing | str, int], put_off: int) -> int | None:
    """How many match a View that is not narrowed; None when the count of its list can't say.

    A count that ended at its most says so too, if *matching* ends there as well and none of it was
    put off: ten thousand that wait are not counted twice (8 ms of a million on PostgreSQL).
    """
    is_queue = view.listing is Listing.WAITING
    most = MOST_COUNTED if is_queue else MOST_BESIDE
    count = counts.get(view.listing, most)
    if count >= most and (put_off or not is_queue):
        return None
    return count - put_off


def _key(one: Submission) -> tuple[int, str] | None:
    key = author_key(one.arrival.comment)
    return (one.site_id, key) if key else None
