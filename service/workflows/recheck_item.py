"""Ask today's model and today's rules about a Submission again, and tell what they say."""

from __future__ import annotations

import dataclasses
import datetime as dt

from models.comment import Comment
from service.domain.decision import Outcome
from service.domain.matcher import answer
from service.domain.moderator import Action, Moderator, require, require_sight
from service.domain.priority import priority
from service.domain.recheck import Recheck
from service.domain.rules import first_answer
from service.domain.sight import sight
from service.domain.site import Site
from service.domain.submission import Scoring, Submission
from service.domain.tokens import tokens
from service.errors import Conflict, ScorerUnavailable
from service.scorer import Scores, ask_model
from service.storage.search import INDEXED, TEXTS
from service.storage.store import Store


def recheck_item(
    moderator: Moderator, guid: str, *, store: Store, scorer: Scores, now: dt.datetime
) -> Recheck:
    """What is said of it now, beside what was said before (heavy CPU, fast I/O).

    Written into its history in any case. What still waits gets this Score, its reasons and its
    place in the queue; the Verdict stays what its blog was told, so a person decides it still. What
    is decided stays as it is. Raises Conflict when its text is forgotten or it changed meanwhile,
    ScorerUnavailable (nothing is written then), NotFound, NotPermitted.
    """
    require(moderator, Action.DECIDE)
    with store.read() as unit:
        one = unit.submissions.get(guid)
        require_sight(moderator, one.site_id)
        site = unit.sites.get(one.site_id)
    if one.arrival.comment == Comment():
        raise Conflict("Its text was forgotten: there is nothing to check.")
    # No transaction is open while a model is asked.
    said = ask_model(one.arrival, site, scorer)
    if said.fault or said.score is None:
        raise ScorerUnavailable(detail=said.fault)
    listed = answer(store.lists.matcher(site).hits(one.arrival.comment, now))
    rule = first_answer(one.arrival, listed)
    before = one.scoring
    made = Recheck(
        moderator=moderator.name,
        made_at=now,
        model_id=said.model_id,
        score=said.score,
        rule=rule.name if rule else "",
        was_model_id=before.model_id if before else "",
        was_score=before.score if before else None,
    )
    again = _scored(one, said, site)
    words = tokens(again, sight(again.arrival.comment.text)) if again else []
    with store.begin() as unit:
        if again is not None:
            unit.alone(TEXTS)
            if not unit.rechecks.set_score(again):
                raise Conflict
            until = int(unit.find_meta(INDEXED) or 0)
            unit.search.renew([(again.submission_id, words)], until=until)
        unit.rechecks.append(one.submission_id, moderator.moderator_id, made)
        unit.commit()
    return made


def _scored(one: Submission, said: Scoring, site: Site) -> Submission | None:
    """*one* with this Score beside what was answered then; None for what nobody waits for."""
    if one.outcome is not Outcome.UNSURE or one.scoring is None:
        return None
    again = dataclasses.replace(one, scoring=one.scoring.renewed(said))
    # What was drawn by lot keeps its place: another one would tell that it was.
    first = one.priority if one.is_audit else priority(again, site.policy)
    return dataclasses.replace(again, priority=first)
