"""A blog asks about a comment: rules, model, Verdict, stored, answered."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
import time
from collections.abc import Sequence
from typing import Final

from models.verdict import Verdict
from service.domain.audit import is_drawn
from service.domain.decision import Outcome, outcome
from service.domain.entry import Entry
from service.domain.hold import Hold, is_held
from service.domain.matcher import answer
from service.domain.priority import drawn_priority, priority
from service.domain.rules import first_answer
from service.domain.site import Site, same_address
from service.domain.submission import Arrival, Kind, Scoring, Submission, without_address
from service.errors import Conflict, ScorerUnavailable
from service.scorer import Scores, ask_model, since
from service.storage.store import Store

# Nobody can foresee who is drawn.
_LOTS: Final = random.SystemRandom()


def check_comment(
    arrival: Arrival,
    site: Site,
    *,
    store: Store,
    scorer: Scores,
    now: dt.datetime,
    guid: str,
) -> Submission:
    """The stored Submission with its Verdict; on disk before this returns.

    When one of this guid is there already, that one: a caller asks for the second time.

    1. The rules, in order, with the lists among them (free). 2. The model, if no rule answered
    (heavy CPU, no connection held). 3. One durable row (fast I/O). Raises ScorerUnavailable
    *after* storing the comment as UNSURE, so that a person sees it although nobody could be
    answered (no model, or one that fails on this comment); StoreUnavailable when it could not be
    stored.
    """
    scoring = _scored(arrival, site, store=store, scorer=scorer, now=now)
    stored = without_address(arrival, store.address_key(now))
    submission = _submission(stored, site, scoring, now=now, guid=guid)
    hold = None
    if not scoring.fault and arrival.callback and is_held(scoring.verdict, site.policy, arrival):
        hold = Hold(held_at=now, recheck_after_s=site.policy.recheck_after_s)
    try:
        store.append(submission, hold)
    except Conflict:
        submission = _stored_before(guid, site, store)
    if submission.scoring is not None and submission.scoring.fault:
        raise ScorerUnavailable(detail=submission.scoring.fault, guid=guid)
    return submission


def _stored_before(guid: str, site: Site, store: Store) -> Submission:
    """What an attempt before this one left. Raises Conflict when it was something else."""
    with store.read() as unit:
        found = unit.submissions.find(guid)
    if found is None or found.site_id != site.site_id:
        raise Conflict(detail="this comment cannot be stored")
    return found


def check_comments(
    asks: Sequence[tuple[str, Arrival]],
    site: Site,
    *,
    store: Store,
    scorer: Scores,
    now: dt.datetime,
) -> list[Submission]:
    """The stored Submissions of many (guid, Arrival), in order; all on disk before this returns.

    A guid that is there already is answered from what is stored, and counts once. Without a model
    every Verdict is UNSURE and names the *fault*: the comments wait for a person. One durable
    write for all of them. Raises StoreUnavailable.
    """
    with store.read() as unit:
        found = unit.submissions.list_by_guid([guid for guid, _ in asks])
    kept = {one.guid: one for one in found}
    new = {}
    for guid, arrival in asks:
        if guid not in kept:
            scoring = _scored(arrival, site, store=store, scorer=scorer, now=now)
            stored = without_address(arrival, store.address_key(now))
            new[guid] = _submission(stored, site, scoring, now=now, guid=guid)
    if len(new) == 1:
        # Alone it shares its fsync with the neighbours.
        for submission in new.values():
            store.append(submission)
    elif new:
        with store.begin() as unit:
            unit.append(list(new.values()))
            unit.commit()
    return [kept.get(guid) or new[guid] for guid, _ in asks]


def _submission(
    arrival: Arrival, site: Site, scoring: Scoring, *, now: dt.datetime, guid: str
) -> Submission:
    submission = Submission(
        submission_id=0,
        guid=guid,
        site_id=site.site_id,
        kind=Kind.CHECK,
        received_at=now,
        arrival=arrival,
        scoring=scoring,
        outcome=outcome(scoring.verdict, ()),
        version=0,
        other_blog="" if same_address(arrival.blog) == site.address else arrival.blog,
    )
    # What a rule answered says nothing about the model.
    is_own = not arrival.is_test and not scoring.rule
    if is_own and is_drawn(scoring.verdict, site.policy.audit_share, _LOTS.random()):
        return dataclasses.replace(
            submission, is_audit=True, outcome=Outcome.UNSURE, priority=drawn_priority(now)
        )
    if submission.outcome is Outcome.UNSURE:
        first = priority(submission, site.policy)
        submission = dataclasses.replace(submission, priority=first)
    return submission


def _scored(
    arrival: Arrival, site: Site, *, store: Store, scorer: Scores, now: dt.datetime
) -> Scoring:
    hits = store.lists.matcher(site).hits(arrival.comment, now)
    scoring = _judge(arrival, site, scorer, answer(hits))
    if hits and not arrival.is_test:
        scoring = dataclasses.replace(scoring, hits=tuple(hit.entry_id for hit in hits))
    return scoring


def _judge(arrival: Arrival, site: Site, scorer: Scores, listed: Entry | None) -> Scoring:
    started = time.perf_counter()
    rule = first_answer(arrival, listed)
    if rule is None:
        return ask_model(arrival, site, scorer)
    if rule.verdict is not Verdict.UNSURE:
        return Scoring(verdict=rule.verdict, rule=rule.name, took_ms=since(started))
    # What a rule holds for a person is scored all the same: that person wants to know why. The
    # rule has answered, whether or not a model could.
    return dataclasses.replace(
        ask_model(arrival, site, scorer),
        verdict=rule.verdict,
        rule=rule.name,
        fault="",
        cutoffs=None,
    )
