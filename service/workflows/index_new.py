"""Make what came in findable, and bring near-duplicates together; beside the answers, never before.

A blog gets its verdict without waiting for this; the queue shows a comment at once, search and
campaigns a moment later.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from models.text import domain_of
from service.domain.author import Standing, author_key
from service.domain.decision import Outcome, Source
from service.domain.likeness import ALIKE, ALIKE_WITH_CONTACT, Likeness, likeness, share
from service.domain.moderator import Action, may, sees
from service.domain.submission import Submission
from service.domain.tokens import tokens
from service.storage.search import TEXTS
from service.storage.store import Store
from service.storage.unit import Unit

_DONE: Final = "indexed_until"
_FORGOTTEN: Final = "campaigns_forgotten"
_BATCH: Final = 100
# Two processes may commit in another order than they took numbers; the younger waits for the older.
_SETTLED: Final = dt.timedelta(seconds=3)
_SINGLE_KEPT: Final = dt.timedelta(days=14)
_ANY_KEPT: Final = dt.timedelta(days=60)


def index_new(*, store: Store, now: dt.datetime) -> int:
    """How many Submissions were taken in, at most a hundred (fast I/O); 0 when all are.

    Safe to run in several processes at once: they take turns.
    """
    with store.begin() as unit:
        unit.alone(TEXTS)
        until = int(unit.lock_meta(_DONE, "0"))
        found = unit.submissions.list_after(until, limit=_BATCH)
        if store.engine.dialect.name != "sqlite":
            found = [one for one in found if one.received_at <= now - _SETTLED]
        if not found:
            return 0
        _forget_old(unit, now)
        rows = [(one.submission_id, tokens(one)) for one in found if not one.arrival.is_test]
        unit.search.append(rows)
        for one in found:
            _group(unit, one, now)
        unit.set_meta(_DONE, str(found[-1].submission_id))
        unit.commit()
        return len(found)


def _forget_old(unit: Unit, now: dt.datetime) -> None:
    """Once an hour: looking through all groups for each hundred comments would cost too much."""
    hour = now.strftime("%Y-%m-%dT%H")
    if unit.find_meta(_FORGOTTEN) != hour:
        unit.set_meta(_FORGOTTEN, hour)
        unit.campaigns.purge(single_before=now - _SINGLE_KEPT, any_before=now - _ANY_KEPT)


def _group(unit: Unit, one: Submission, now: dt.datetime) -> None:
    if one.arrival.is_test:
        return
    comment = one.arrival.comment
    own = likeness(comment, domain_of(comment.blog))
    if own is None:
        return
    for campaign, shared in unit.campaigns.find_near([*own.bands, *own.contacts]):
        if _is_like(own, campaign.signature, shared):
            unit.campaigns.join(campaign, one.submission_id, one.received_at)
            if own.says_enough and share(own.signature, campaign.signature) >= ALIKE:
                _decide_followed(unit, one, campaign.campaign_id, now)
            return
    keys = [*own.bands, *own.contacts]
    unit.campaigns.add(own.signature, keys, one.submission_id, one.received_at)


def _decide_followed(unit: Unit, one: Submission, campaign_id: int, now: dt.datetime) -> None:
    """Decide *one* as the person said who follows its group, if nothing speaks against it.

    It waits, nobody has decided, it was not drawn to be decided by a person, its author is not
    trusted, and the person may still decide about it.
    """
    for follow in unit.follows.list_on(now, campaign_id=campaign_id):
        seen = unit.submissions.find(one.guid, lock=True)
        if seen is None or seen.version or seen.is_audit or seen.outcome is not Outcome.UNSURE:
            return
        pair = (seen.site_id, author_key(seen.arrival.comment) or "")
        person = unit.moderators.get_by_id(follow.moderator_id)
        if unit.authors.standings([pair]).get(pair, Standing()).is_trusted:
            return
        if not may(person, Action.BULK) or not sees(person, seen.site_id):
            continue
        row = {"submission_id": seen.submission_id, "act": follow.act, "source": Source.MODERATOR}
        row |= {"decided_at": now, "moderator_id": follow.moderator_id, "reporter": "", "note": ""}
        row |= {"reason": "", "undoes": None, "teaches": False, "bulk_id": follow.bulk_id}
        unit.decisions.append_many([row])
        unit.settle(seen, [], unit.decisions.list_of(seen.submission_id))
        unit.follows.catch(follow.bulk_id, seen.submission_id)
        return


def _is_like(own: Likeness, signature: str, shared: set[int]) -> bool:
    has_contact = bool(shared & set(own.contacts))
    return share(own.signature, signature) >= (ALIKE_WITH_CONTACT if has_contact else ALIKE)
