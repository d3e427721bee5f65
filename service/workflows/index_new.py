"""Make what came in findable, and bring near-duplicates together; beside the answers, never before.

A blog gets its verdict without waiting for this; the queue shows a comment at once, search and
campaigns a moment later.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from models.text import domain_of
from service.domain.groups import MOST_PLACES, Groups
from service.domain.likeness import likeness
from service.domain.sight import Sight, sight
from service.domain.submission import Submission
from service.domain.tokens import tokens
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
        until = int(unit.lock_meta(_DONE, "0"))
        found = unit.submissions.list_after(until, limit=_BATCH)
        if store.engine.dialect.name != "sqlite":
            found = [one for one in found if one.received_at <= now - _SETTLED]
        if not found:
            return 0
        _forget_old(unit, now)
        looked = [
            (one, sight(one.arrival.comment.text)) for one in found if not one.arrival.is_test
        ]
        unit.search.append([(one.submission_id, tokens(one, seen)) for one, seen in looked])
        _group(unit, looked)
        unit.set_meta(_DONE, str(found[-1].submission_id))
        unit.commit()
        return len(found)


def _forget_old(unit: Unit, now: dt.datetime) -> None:
    """Once an hour: looking through all groups for each hundred comments would cost too much."""
    hour = now.strftime("%Y-%m-%dT%H")
    if unit.find_meta(_FORGOTTEN) != hour:
        unit.set_meta(_FORGOTTEN, hour)
        unit.campaigns.purge(single_before=now - _SINGLE_KEPT, any_before=now - _ANY_KEPT)


def _group(unit: Unit, looked: list[tuple[Submission, Sight]]) -> None:
    """Six statements for all of them, however many there are."""
    newcomers = []
    for one, seen in looked:
        comment = one.arrival.comment
        own = likeness(comment, domain_of(comment.blog), seen)
        if own is not None:
            newcomers.append((one, own))
    keys = {key for _, own in newcomers for key in (*own.bands, *own.contacts)}
    groups = Groups(unit.campaigns.list_near(keys, limit=MOST_PLACES))
    for one, own in newcomers:
        groups.take(own, one.submission_id, one.received_at)
    unit.campaigns.add(groups.made)
    unit.campaigns.join(groups.joined)
