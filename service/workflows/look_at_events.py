"""What blogs and webhooks were told, and what was given up: for the pages."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Final

from service.domain.event import Event, EventState, Webhook
from service.domain.moderator import Action, Moderator, require, scope, sees
from service.domain.site import Site
from service.storage.store import Store

PAGE: Final = 50


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EventsSeen:
    """A page of Events, newest first; *before* is where the next one begins, None at the end.

    *webhooks* and *sites* are those of whoever looks.
    """

    events: tuple[Event, ...]
    webhooks: tuple[Webhook, ...]
    sites: tuple[Site, ...]
    before: int | None


def look_at_events(
    person: Moderator, *, state: EventState | None, before: int | None, store: Store
) -> EventsSeen:
    """One page of Events and Webhooks, of the Sites of *person* (fast I/O). Raises NotPermitted."""
    require(person, Action.SEE_KEYS)
    theirs = scope(person)
    with store.read() as unit:
        found = unit.events.page(state=state, before=before, limit=PAGE + 1, site_ids=theirs)
        hearing = [
            one for one in unit.webhooks.list_all() if theirs is None or one.site_id in theirs
        ]
        sites = [one for one in unit.sites.list_all() if sees(person, one.site_id)]
    return EventsSeen(
        events=tuple(found[:PAGE]),
        webhooks=tuple(hearing),
        sites=tuple(sites),
        before=found[PAGE - 1].number if len(found) > PAGE else None,
    )


def send_again(person: Moderator, number: int | None, *, store: Store, now: dt.datetime) -> int:
    """Send one given-up Event again, or all when None; answers with how many.

    Raises NotPermitted, NotFound.
    """
    require(person, Action.EDIT_KEYS)
    numbers = None if number is None else [number]
    with store.begin() as unit:
        again = unit.events.resend(numbers, now, site_ids=scope(person))
        unit.commit()
    return again
