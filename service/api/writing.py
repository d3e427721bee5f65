"""How our words become answers of the API."""

from __future__ import annotations

from typing import Any

from models.verdict import Cutoffs, Verdict
from service.api import answers
from service.domain.decision import Decision
from service.domain.reason import clue_code, rule_code
from service.domain.rules import REASONS
from service.domain.scope import Scope
from service.domain.site import Key, Site, write_policy
from service.domain.submission import Scoring, Submission


def write_judged(guid: str, scoring: Scoring) -> answers.Judged:
    """A check's answer: made of what is stored with the verdict, so asking again gives the same."""
    is_spam = scoring.verdict in {Verdict.SPAM, Verdict.BLATANT}
    return answers.Judged(
        guid=guid,
        verdict="spam" if is_spam else "ham" if scoring.verdict is Verdict.HAM else "unsure",
        blatant=scoring.verdict is Verdict.BLATANT,
        score=scoring.score,
        abstains=scoring.abstains or None,
        reasons=_reasons(scoring),
        part=(scoring.evidence and scoring.evidence.part) or None,
        model=scoring.model_id or None,
        cutoffs=_cutoffs(scoring.cutoffs),
        fault=scoring.fault or None,
    )


def _cutoffs(cutoffs: Cutoffs | None) -> dict[str, float] | None:
    if cutoffs is None:
        return None
    return {
        "unsure_from": cutoffs.unsure_from,
        "spam_from": cutoffs.spam_from,
        "blatant_from": cutoffs.blatant_from,
    }


def _reasons(scoring: Scoring) -> list[answers.Reason]:
    found = []
    if scoring.rule:
        name = REASONS.get(scoring.rule, scoring.rule)
        found.append(
            answers.Reason(code=rule_code(scoring.rule), name=name, value="", weight=None, where="")
        )
    found.extend(
        answers.Reason(
            code=clue_code(clue.name),
            name=clue.name,
            value=clue.value,
            weight=clue.weight,
            where=clue.where,
        )
        for clue in (scoring.evidence.clues if scoring.evidence else ())
    )
    return found


def write_item(one: Submission) -> answers.Item:
    """A comment as the queue shows it."""
    words: dict[str, Any] = {"outcome": one.outcome.value.lower()}
    comment = one.arrival.comment
    return answers.Item(
        guid=one.guid,
        site=one.site_id,
        received_at=one.received_at,
        version=one.version,
        comment_id=one.arrival.client_ref,
        author=comment.author,
        text=comment.text,
        permalink=comment.permalink,
        judged=write_judged(one.guid, one.scoring) if one.scoring else None,
        **words,
    )


def write_decision(one: Decision, guid: str) -> answers.DecisionOut:
    """A decision, named by its number, about *guid*."""
    words: dict[str, Any] = {"act": one.act.value.lower(), "source": one.source.value.lower()}
    return answers.DecisionOut(
        id=one.decision_id,
        guid=guid,
        decided_at=one.decided_at,
        moderator=one.moderator,
        reporter=one.reporter,
        note=one.note,
        reason=one.reason,
        undoes=one.undoes,
        **words,
    )


def write_site(site: Site) -> answers.SiteOut:
    """A website with its policy spelled as it is stored."""
    return answers.SiteOut(
        id=site.site_id,
        blog=site.blog,
        name=site.name,
        is_network=site.is_network,
        parent=site.parent_id,
        policy=write_policy(site.policy),
    )


def write_key(key: Key, text: str | None = None) -> answers.KeyOut:
    """A key without its text, but when it was issued just now."""
    return answers.KeyOut(
        id=key.key_id,
        site=key.site_id,
        name=key.name,
        hint=key.hint,
        scopes=[scope.value for scope in Scope if scope in key.scopes],
        created_at=key.created_at,
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
        suspended_at=key.suspended_at,
        key=text,
    )
