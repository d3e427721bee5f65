"""Decide what comes like a campaign in the next days as it is decided now; end that."""

from __future__ import annotations

import datetime as dt

from service.domain.bulk import BulkState
from service.domain.decision import Act
from service.domain.follow import FOLLOWING, LASTS, Follow
from service.domain.moderator import Action, Moderator, may, require, scope, sees
from service.domain.submission import new_guid
from service.errors import InvalidField, NotFound, NotPermitted, ReasonMissing
from service.storage.lists import ListAsk
from service.storage.store import Store


def follow_campaign(
    moderator: Moderator,
    campaign_id: int,
    act: Act,
    *,
    place: str,
    reason: str = "",
    store: Store,
    now: dt.datetime,
) -> Follow:
    """The Follow, from the next comment on; the one that lasts already, if there is (fast I/O).

    What it decides is a bulk of this person's, with one undo for all; *place* is where its members
    are listed. It teaches nothing, passes over trusted authors and whatever does not wait, and only
    what is on this person's Sites; if one of those wants a *reason*, so does this. Raises
    InvalidField, NotFound, NotPermitted, ReasonMissing.
    """
    require(moderator, Action.BULK)
    if act not in FOLLOWING:
        raise InvalidField("act", "What comes later can be spam or be removed, never be approved.")
    with store.begin() as unit:
        ask = ListAsk(campaign_id=campaign_id, site_ids=scope(moderator), limit=1)
        if unit.campaigns.find(campaign_id) is None or not unit.lists.page(ask):
            raise NotFound("There is no such campaign.")
        same = [
            one
            for one in unit.follows.list_on(now, campaign_id=campaign_id)
            if one.moderator_id == moderator.moderator_id and one.act is act
        ]
        if same:
            return same[0]
        sites = [site for site in unit.sites.list_all() if sees(moderator, site.site_id)]
        if not reason and any(site.policy.asks_reason(act) for site in sites):
            raise ReasonMissing
        bulk_id = unit.bulks.add(new_guid(), moderator.moderator_id, act, asked=place, now=now)
        unit.bulks.set(
            bulk_id, state=BulkState.DONE, reason=reason, started_at=now, ended_at=now + LASTS
        )
        made = unit.follows.add(campaign_id, bulk_id, ends_at=now + LASTS)
        unit.commit()
    return made


def end_follow(moderator: Moderator, follow_id: int, *, store: Store, now: dt.datetime) -> None:
    """Nothing more is decided by it; what was stays until it is taken back (fast I/O).

    That of another ends a senior. Raises NotFound, NotPermitted.
    """
    require(moderator, Action.BULK)
    with store.begin() as unit:
        found = unit.follows.get(follow_id)
        if found.moderator_id != moderator.moderator_id and not may(moderator, Action.UNDO_OTHERS):
            raise NotPermitted
        unit.follows.end(follow_id, now)
        unit.commit()
