"""Make what came in findable, and bring near-duplicates together; beside the answers, never before.

A blog gets its verdict without waiting for this; the queue shows a comment at once, search and
campaigns a moment later.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from models.text import domain_of
from service.domain.likeness import ALIKE, ALIKE_WITH_CONTACT, Likeness, likeness, share
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
            _group(unit, one)
        unit.set_meta(_DONE, str(found[-1].submission_id))
        unit.commit()
        return len(found)


def _forget_old(unit: Unit, now: dt.datetime) -> None:
    """Once an hour: looking through all groups for each hundred comments would cost too much."""
    hour = now.strftime("%Y-%m-%dT%H")
    if unit.find_meta(_FORGOTTEN) != hour:
        unit.set_meta(_FORGOTTEN, hour)
        unit.campaigns.purge(single_before=now - _SINGLE_KEPT, any_before=now - _ANY_KEPT)


def _group(unit: Unit, one: Submission) -> None:
    if one.arrival.is_test:
        return
    comment = one.arrival.comment
    own = likeness(comment, domain_of(comment.blog))
    if own is None:
        return
    for campaign, shared in unit.campaigns.find_near([*own.bands, *own.contacts]):
        if _is_like(own, campaign.signature, shared):
            unit.campaigns.join(campaign, one.submission_id, one.received_at)
            return
    keys = [*own.bands, *own.contacts]
    unit.campaigns.add(own.signature, keys, one.submission_id, one.received_at)


def _is_like(own: Likeness, signature: str, shared: set[int]) -> bool:
    has_contact = bool(shared & set(own.contacts))
    return share(own.signature, signature) >= (ALIKE_WITH_CONTACT if has_contact else ALIKE)
