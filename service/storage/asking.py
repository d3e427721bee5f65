"""A person's View as a question to the store: names become ids, other people's Sites drop out."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Final

from service.domain import tokens
from service.domain.moderator import Moderator, scope
from service.domain.query import Query, Term, read_query
from service.domain.site import Site
from service.domain.view import OUTCOMES, Listing, Sort, View, ages_of
from service.storage.lists import ListAsk

_NO_SITE: Final = "No site of yours has this in its name or address."
_NOBODY: Final = "There is no moderator of this name."

Hints = tuple[tuple[str, str], ...]


def ask_for(
    view: View,
    moderator: Moderator,
    *,
    sites: Sequence[Site],
    find_moderator: Callable[[str], tuple[Moderator, str] | None],
    now: dt.datetime,
) -> tuple[ListAsk, Hints]:
    """The question for *view*, with hints for what in it could not be read.

    Raises NotFound for a Site that is not *moderator*'s.
    """
    query = read_query(view.query)
    hints = list(query.hints)
    site_ids = scope(moderator, view.site_id)
    if query.site:
        word = query.site.casefold()
        named = {s.site_id for s in sites if word in f"{s.name}\n{s.blog}".casefold()}
        site_ids = tuple(sorted(named if site_ids is None else named & set(site_ids)))
        hints += [] if named else [(f"site:{query.site}", _NO_SITE)]
    decided_by = None
    if query.by:
        found = find_moderator(query.by.strip().lower())
        decided_by = found[0].moderator_id if found else -1
        hints += [] if found else [(f"by:{query.by}", _NOBODY)]
    before, after = ages_of(view.age, now)
    ask = ListAsk(
        outcome=query.outcome or OUTCOMES[view.listing],
        verdict=query.verdict or view.verdict,
        is_decided=False if view.listing is Listing.DISCARDED else query.is_decided,
        site_ids=site_ids,
        terms=_terms(view, query),
        received_before=query.before or before,
        received_after=query.after or after,
        model=query.model,
        decided_by=decided_by,
        campaign_id=view.campaign_id,
        sort=view.sort,
        site_order=_order(sites, site_ids) if view.sort is Sort.SITE else (),
    )
    if view.listing is Listing.WAITING:
        own = moderator.moderator_id
        ask = dataclasses.replace(
            ask,
            skipped_by=own if view.is_skipped else None,
            # What somebody sent stands there, put off or not.
            not_skipped_by=None if view.is_skipped or view.is_sent else own,
            sent_to=(own, now) if view.is_sent else None,
        )
    return ask, tuple(hints)


def _order(sites: Sequence[Site], site_ids: tuple[int, ...] | None) -> tuple[int, ...]:
    named = sorted((site.name.casefold(), site.site_id) for site in sites)
    return tuple(own for _name, own in named if site_ids is None or own in site_ids)


def _terms(view: View, query: Query) -> tuple[Term, ...]:
    found = list(query.terms)
    if view.reason:
        found.append(Term((tokens.coded(tokens.REASON, view.reason),)))
    if view.language:
        found.append(Term((tokens.coded(tokens.LANG, view.language),)))
    return tuple(found)
