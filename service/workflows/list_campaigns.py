"""Groups of near-duplicates that wait: to be looked at once and decided once, by a person."""

from __future__ import annotations

import dataclasses
import datetime as dt

from service.domain.author import Standing, author_key
from service.domain.follow import Follow
from service.domain.moderator import Action, Moderator, require, scope, sees
from service.domain.site import Site
from service.domain.submission import Submission
from service.domain.view import OUTCOMES, Listing
from service.storage.lists import ListAsk
from service.storage.store import Store
from service.storage.unit import Unit

_MOST_GROUPS = 20
# So many members are read for a card's counts; a larger group says "at least".
_MOST_READ = 100


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group: how many wait and how many there ever were, and what its members have in common.

    *members* are the newest waiting (at most 100), *trusted* those of them whose authors moderators
    trust. *decided* is how many of all people decided, *approved* how many of those they approved.
    """

    campaign_id: int
    waiting: int
    size: int
    first_at: dt.datetime
    last_at: dt.datetime
    members: tuple[Submission, ...]
    trusted: tuple[Submission, ...]
    addresses: int
    sites: int
    decided: int
    approved: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPage:
    """The groups with several members waiting, largest first, and those that are followed."""

    groups: tuple[Group, ...]
    follows: tuple[Follow, ...]
    sites: dict[int, Site]


def list_campaigns(moderator: Moderator, *, store: Store, now: dt.datetime) -> CampaignPage:
    """What could be decided at once (fast I/O). Raises NotPermitted."""
    require(moderator, Action.LOOK)
    with store.read() as unit:
        sites = {s.site_id: s for s in unit.sites.list_all() if sees(moderator, s.site_id)}
        found = unit.campaigns.list_waiting(site_ids=scope(moderator), limit=_MOST_GROUPS)
        groups = [_group(unit, moderator, own, waiting) for own, waiting in found]
        # Who works on some Sites only sees those of his own hand, as with bulks.
        follows = [
            one
            for one in unit.follows.list_on(now)
            if moderator.site_ids is None or one.moderator_id == moderator.moderator_id
        ]
    return CampaignPage(
        groups=tuple(one for one in groups if one), follows=tuple(follows), sites=sites
    )


def _group(unit: Unit, moderator: Moderator, campaign_id: int, waiting: int) -> Group | None:
    known = unit.campaigns.find(campaign_id)
    ask = ListAsk(
        outcome=OUTCOMES[Listing.WAITING],
        campaign_id=campaign_id,
        site_ids=scope(moderator),
        limit=_MOST_READ,
    )
    members = unit.lists.page(ask)
    if known is None or not members:
        return None
    keys = {one.guid: (one.site_id, author_key(one.arrival.comment) or "") for one in members}
    decided, approved = unit.campaigns.count_decided(campaign_id)
    standings = unit.authors.standings(keys.values())
    return Group(
        campaign_id=campaign_id,
        waiting=waiting,
        size=known.size,
        first_at=known.first_at,
        last_at=known.last_at,
        members=tuple(members),
        trusted=tuple(
            one for one in members if standings.get(keys[one.guid], Standing()).is_trusted
        ),
        addresses=len({one.arrival.comment.user_ip for one in members}),
        sites=len({one.site_id for one in members}),
        decided=decided,
        approved=approved,
    )
