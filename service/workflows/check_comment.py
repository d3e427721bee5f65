"""A blog asks about a comment: rules, model, Verdict, stored, answered."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence

from models.verdict import Verdict, verdict
from service.domain.decision import outcome
from service.domain.hold import Hold, is_held
from service.domain.rules import first_answer
from service.domain.site import Site, same_address
from service.domain.submission import Arrival, Kind, Scoring, Submission
from service.errors import ScorerUnavailable
from service.scorer import Scores
from service.storage.store import Store


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

    1. The rules, in order (free). 2. The model, if no rule answered (heavy CPU, no connection
    held). 3. One durable row (fast I/O). Raises ScorerUnavailable *after* storing the comment
    as UNSURE, so that a person sees it although nobody could be answered; StoreUnavailable when
    it could not be stored.
    """
    scoring = _judge(arrival, site, scorer)
    submission = _submission(arrival, site, scoring, now=now, guid=guid)
    hold = None
    if not scoring.fault and arrival.callback and is_held(scoring.verdict, site.policy, arrival):
        hold = Hold(held_at=now, recheck_after_s=site.policy.recheck_after_s)
    store.append(submission, hold)
    if scoring.fault:
        raise ScorerUnavailable(detail=scoring.fault)
    return submission


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
        kept = unit.submissions.list_of_guids([guid for guid, _ in asks])
    new = {
        guid: _submission(arrival, site, _judge(arrival, site, scorer), now=now, guid=guid)
        for guid, arrival in asks
        if guid not in kept
    }
    if len(new) == 1:
        # Alone it shares its fsync with the neighbours.
        for submission in new.values():
            store.append(submission)
    elif new:
        with store.begin() as unit:
            unit.submissions.append(list(new.values()))
            unit.commit()
    return [kept.get(guid) or new[guid] for guid, _ in asks]


def _submission(
    arrival: Arrival, site: Site, scoring: Scoring, *, now: dt.datetime, guid: str
) -> Submission:
    return Submission(
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


def _judge(arrival: Arrival, site: Site, scorer: Scores) -> Scoring:
    started = time.perf_counter()
    rule = first_answer(arrival)
    if rule is not None:
        return Scoring(verdict=rule.verdict, rule=rule.name, took_ms=_since(started))
    try:
        classifier = scorer.live()
    except ScorerUnavailable as error:
        return Scoring(verdict=Verdict.UNSURE, fault=error.detail or str(error))
    score = classifier.score(arrival.comment)
    cutoffs = site.policy.cutoffs or classifier.cutoffs
    return Scoring(
        verdict=verdict(score, cutoffs),
        cutoffs=cutoffs,
        score=score.value,
        evidence=score.evidence,
        abstains=score.abstains,
        model_id=score.model_id,
        took_ms=_since(started),
    )


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 3)
