"""A blog asks about a comment: rules, model, Verdict, stored, answered."""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
import time

from models.verdict import Verdict, verdict
from service.domain.decision import Outcome, outcome
from service.domain.entry import Entry
from service.domain.matcher import answer
from service.domain.priority import priority
from service.domain.rules import first_answer
from service.domain.site import Site, same_address
from service.domain.submission import Arrival, Kind, Scoring, Submission
from service.errors import ScorerUnavailable
from service.scorer import Scores
from service.storage.store import Store

_log = logging.getLogger(__name__)


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

    1. The rules, in order, with the lists among them (free). 2. The model, if no rule answered
    (heavy CPU, no connection held). 3. One durable row (fast I/O). Raises ScorerUnavailable
    *after* storing the comment as UNSURE, so that a person sees it although nobody could be
    answered (no model, or one that fails on this comment); StoreUnavailable when it could not be
    stored.
    """
    hits = store.lists.matcher(site).hits(arrival.comment, now)
    scoring = _judge(arrival, site, scorer, answer(hits))
    if hits and not arrival.is_test:
        scoring = dataclasses.replace(scoring, hits=tuple(hit.entry_id for hit in hits))
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
    if submission.outcome is Outcome.UNSURE:
        first = priority(submission, site.policy)
        submission = dataclasses.replace(submission, priority=first)
    store.append(submission)
    if scoring.fault:
        raise ScorerUnavailable(detail=scoring.fault)
    return submission


def _judge(arrival: Arrival, site: Site, scorer: Scores, listed: Entry | None) -> Scoring:
    started = time.perf_counter()
    rule = first_answer(arrival, listed)
    if rule is not None and rule.verdict is not Verdict.UNSURE:
        return Scoring(verdict=rule.verdict, rule=rule.name, took_ms=_since(started))
    scored = _score(arrival, site, scorer)
    if rule is not None:
        # What a rule holds for a person is scored all the same: that person wants to know why.
        held = Scoring(verdict=rule.verdict) if scored.fault else scored
        scored = dataclasses.replace(held, verdict=rule.verdict, rule=rule.name)
    if arrival.is_precheck and scored.verdict is Verdict.UNSURE and not scored.fault:
        # Only announced so far, without its text: what is unclear is asked again in full.
        scored = dataclasses.replace(scored, verdict=Verdict.HAM)
    return dataclasses.replace(scored, took_ms=_since(started))


def _score(arrival: Arrival, site: Site, scorer: Scores) -> Scoring:
    try:
        classifier = scorer.for_site(site.site_id)
    except ScorerUnavailable as error:
        return Scoring(verdict=Verdict.UNSURE, fault=error.detail or str(error))
    try:
        score = classifier.score(arrival.comment)
    except Exception as error:  # noqa: BLE001 - our bug must not cost anybody the comment
        _log.exception("model %s failed on a comment", classifier.model_id)
        fault = f"model {classifier.model_id} failed ({type(error).__name__})"
        return Scoring(verdict=Verdict.UNSURE, fault=fault)
    return Scoring(
        verdict=verdict(score, site.policy.cutoffs or classifier.cutoffs),
        score=score.value,
        evidence=score.evidence,
        abstains=score.abstains,
        model_id=score.model_id,
    )


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 3)
