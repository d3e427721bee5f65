"""Make what came in findable, and bring near-duplicates together; beside the answers, never before.

A blog gets its verdict without waiting for this; the queue shows a comment at once, search and
campaigns a moment later.
"""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Final

from models.text import domain_of
from service.domain.author import Standing, author_key
from service.domain.decision import Outcome, Source
from service.domain.follow import Follow
from service.domain.groups import MOST_PLACES, Group, Groups
from service.domain.likeness import ALIKE, Likeness, likeness, share
from service.domain.moderator import Action, may, sees
from service.domain.sight import Sight, sight
from service.domain.submission import Submission
from service.domain.tokens import tokens
from service.storage.search import INDEXED, TEXTS
from service.storage.store import Store
from service.storage.unit import Unit

_FORGOTTEN: Final = "campaigns_forgotten"
_BATCH: Final = 100
# Two processes may commit in another order than they took numbers; the younger waits for the older.
_SETTLED: Final = dt.timedelta(seconds=3)
_SINGLE_KEPT: Final = dt.timedelta(days=14)
_ANY_KEPT: Final = dt.timedelta(days=60)


def index_new(*, store: Store, now: dt.datetime) -> int:
    """How many Submissions were taken in, at most a hundred (fast I/O); 0 when all are.

    Safe to run in several processes at once: one of them does it, the others find nothing to do.
    Nobody waits to write while it is worked out (heavy CPU), so what was changed or forgotten
    meanwhile is not taken in as it was before: then it is 1, and all of it is read anew.
    """
    with store.read() as turn:
        # It holds nothing but the turn: a table read here would be kept from being compacted.
        return _index(store, now) if turn.try_alone(INDEXED) else 0


def _index(store: Store, now: dt.datetime) -> int:
    with store.read() as unit:
        until = int(unit.find_meta(INDEXED) or "0")
        # Before they are read, so that no change comes between unseen.
        before = unit.submissions.list_texts(until, limit=_BATCH)
        found = unit.submissions.list_after(until, limit=_BATCH)
    if store.engine.dialect.name != "sqlite":
        # No further than the first that is too young: who is passed by is never met again.
        settled = now - _SETTLED
        found = list(itertools.takewhile(lambda one: one.received_at <= settled, found))
    if not found:
        return 0
    looked = [(one, sight(one.arrival.comment.text)) for one in found if not one.arrival.is_test]
    said = [(one.submission_id, tokens(one, seen)) for one, seen in looked]
    newcomers = _newcomers(looked)
    with store.begin() as unit:
        unit.alone(TEXTS)
        is_next = int(unit.lock_meta(INDEXED, "0")) == until
        after = unit.submissions.list_texts(until, limit=len(found))
        if not is_next or after != before[: len(found)]:
            return 1
        _forget_old(unit, now)
        unit.search.append(said)
        _group(unit, newcomers, now)
        unit.set_meta(INDEXED, str(found[-1].submission_id))
        unit.commit()
        return len(found)


def _newcomers(looked: list[tuple[Submission, Sight]]) -> list[tuple[Submission, Likeness]]:
    """Those that say enough to be like another, with what they are compared by."""
    found = []
    for one, seen in looked:
        comment = one.arrival.comment
        own = likeness(comment, domain_of(comment.blog), seen)
        if own is not None:
            found.append((one, own))
    return found


def _forget_old(unit: Unit, now: dt.datetime) -> None:
    """Once an hour: looking through all groups for each hundred comments would cost too much."""
    hour = now.strftime("%Y-%m-%dT%H")
    if unit.find_meta(_FORGOTTEN) != hour:
        unit.set_meta(_FORGOTTEN, hour)
        unit.campaigns.purge(single_before=now - _SINGLE_KEPT, any_before=now - _ANY_KEPT)


def _group(unit: Unit, newcomers: list[tuple[Submission, Likeness]], now: dt.datetime) -> None:
    """Six statements for all of them, however many there are."""
    keys = {key for _, own in newcomers for key in (*own.bands, *own.contacts)}
    groups = Groups(unit.campaigns.list_near(keys, limit=MOST_PLACES))
    for one, own in newcomers:
        groups.take(own, one.submission_id, one.received_at)
    unit.campaigns.add(groups.made)
    unit.campaigns.join(groups.joined)
    _follow(unit, groups.joined, {one.submission_id: (one, own) for one, own in newcomers}, now)


def _follow(
    unit: Unit,
    joined: list[Group],
    newcomers: dict[int, tuple[Submission, Likeness]],
    now: dt.datetime,
) -> None:
    """Decide those that came to a group that a person follows, and say enough to be told by it."""
    follows: dict[int, list[Follow]] = {}
    for follow in unit.follows.list_on(now) if joined else ():
        follows.setdefault(follow.campaign_id, []).append(follow)
    for group in joined if follows else ():
        for submission_id in group.joined if group.campaign_id in follows else ():
            one, own = newcomers[submission_id]
            if own.says_enough and share(own.signature, group.signature) >= ALIKE:
                _decide_followed(unit, one, follows[group.campaign_id], now)


def _decide_followed(unit: Unit, one: Submission, follows: list[Follow], now: dt.datetime) -> None:
    """Decide *one* as the person said who follows its group, if nothing speaks against it.

    It waits, nobody has decided, it was not drawn to be decided by a person, its author is not
    trusted, and the person may still decide about it and has said why, if its Site wants that.
    """
    for follow in follows:
        seen = unit.submissions.find(one.guid, lock=True)
        if seen is None or seen.version or seen.is_audit or seen.outcome is not Outcome.UNSURE:
            return
        pair = (seen.site_id, author_key(seen.arrival.comment) or "")
        person = unit.moderators.get_by_id(follow.moderator_id)
        if unit.authors.standings([pair]).get(pair, Standing()).is_trusted:
            return
        if not may(person, Action.BULK) or not sees(person, seen.site_id):
            continue
        if not follow.reason and unit.sites.get(seen.site_id).policy.asks_reason(follow.act):
            continue
        row = {"submission_id": seen.submission_id, "act": follow.act, "source": Source.MODERATOR}
        row |= {"decided_at": now, "moderator_id": follow.moderator_id, "reporter": "", "note": ""}
        row |= {"reason": follow.reason, "undoes": None, "teaches": False}
        row |= {"bulk_id": follow.bulk_id}
        unit.decisions.append_many([row])
        unit.settle(seen, [], unit.decisions.list_of(seen.submission_id))
        unit.follows.catch(follow.bulk_id, seen.submission_id)
        return
