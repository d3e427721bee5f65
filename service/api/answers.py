"""What the API answers, and how our words become that."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from models.verdict import Cutoffs, Verdict
from service.domain.decision import Decision
from service.domain.reason import clue_code, rule_code
from service.domain.rules import REASONS
from service.domain.scope import Scope
from service.domain.site import Key, Site, write_policy
from service.domain.submission import Scoring, Submission


class Answer(BaseModel):
    """Every body of an answer."""

    model_config = ConfigDict(frozen=True)


class Reason(Answer):
    """One thing that moved the score: `weight` in logits, plus for spam; null for a rule."""

    code: str
    name: str
    value: str
    weight: float | None
    where: str


class Judged(Answer):
    """`unsure` waits for a person here: hold it. `blatant` spam may be thrown away unseen.

    `fault` says why no model answered; the comment is kept and waits for a person.
    """

    guid: str
    verdict: Literal["ham", "unsure", "spam"]
    blatant: bool
    score: float | None
    abstains: str | None
    reasons: list[Reason]
    model: str | None
    cutoffs: dict[str, float] | None
    fault: str | None


class Problem(Answer):
    """RFC 9457. `code` never changes; `detail` is a sentence for people."""

    model_config = ConfigDict(frozen=True, extra="allow")

    type: str
    title: str
    status: int
    code: str
    detail: str


class BatchItem(Answer):
    """The answer to the item of this index: `judged`, or the `problem` with it."""

    index: int
    status: int
    judged: Judged | None
    problem: Problem | None


class Batch(Answer):
    """As many items as were sent, in the same order."""

    items: list[BatchItem]


class Heard(Answer):
    """Your word is kept as a decision about this guid."""

    guid: str
    label: Literal["ham", "spam"]


class DecisionOut(Answer):
    """One decision of a moderator, or of the site by feedback."""

    id: int
    guid: str
    act: Literal["approve", "spam", "remove", "undo"]
    source: Literal["moderator", "site"]
    decided_at: dt.datetime
    moderator: str
    reporter: str
    note: str
    undoes: int | None


class Item(Answer):
    """A comment with what was said about it and what holds now."""

    guid: str
    site: int
    received_at: dt.datetime
    outcome: Literal["ham", "unsure", "spam", "removed"]
    version: int
    comment_id: str
    author: str
    text: str
    permalink: str
    judged: Judged | None


class Page(Answer):
    """`next` is the cursor of the next page, null at the end."""

    next: str | None


class Decisions(Page):
    """One page of decisions."""

    items: list[DecisionOut]


class Items(Page):
    """One page of comments."""

    items: list[Item]


class SiteOut(Answer):
    """A website and its choices."""

    id: int
    blog: str
    name: str
    is_network: bool
    parent: int | None
    policy: dict[str, Any]


class Sites(Answer):
    """The websites this key may see."""

    items: list[SiteOut]


class KeyOut(Answer):
    """A key, known by its first four characters; `key` is shown once, when it is issued."""

    id: int
    site: int
    name: str
    hint: str
    scopes: list[str]
    created_at: dt.datetime
    last_used_at: dt.datetime | None
    revoked_at: dt.datetime | None
    key: str | None = None


class Keys(Answer):
    """Every key of the deployment."""

    items: list[KeyOut]


class ModelOut(Answer):
    """A model that is here, with the names it goes by."""

    id: str
    aliases: list[str]
    made_at: str
    parent: str
    cutoffs: dict[str, float]
    numbers: dict[str, Any]


class Models(Answer):
    """`live` is the model that answers now, null when none could be loaded."""

    live: str | None
    items: list[ModelOut]


class Month(Answer):
    """One month's counts."""

    month: str
    spam: int
    ham: int
    missed_spam: int
    false_positives: int


class StatisticsOut(Answer):
    """Counts of the checks of one site, or of all of a network."""

    spam: int
    ham: int
    missed_spam: int
    false_positives: int
    months: list[Month]


def write_judged(guid: str, scoring: Scoring) -> Judged:
    """A check's answer: made of what is stored with the verdict, so asking again gives the same."""
    is_spam = scoring.verdict in {Verdict.SPAM, Verdict.BLATANT}
    return Judged(
        guid=guid,
        verdict="spam" if is_spam else "ham" if scoring.verdict is Verdict.HAM else "unsure",
        blatant=scoring.verdict is Verdict.BLATANT,
        score=scoring.score,
        abstains=scoring.abstains or None,
        reasons=_reasons(scoring),
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


def _reasons(scoring: Scoring) -> list[Reason]:
    found = []
    if scoring.rule:
        name = REASONS.get(scoring.rule, scoring.rule)
        found.append(
            Reason(code=rule_code(scoring.rule), name=name, value="", weight=None, where="")
        )
    found.extend(
        Reason(
            code=clue_code(clue.name),
            name=clue.name,
            value=clue.value,
            weight=clue.weight,
            where=clue.where,
        )
        for clue in (scoring.evidence.clues if scoring.evidence else ())
    )
    return found


def write_item(one: Submission) -> Item:
    """A comment as the queue shows it."""
    words: dict[str, Any] = {"outcome": one.outcome.value.lower()}
    comment = one.arrival.comment
    return Item(
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


def write_decision(one: Decision, guid: str) -> DecisionOut:
    """A decision, named by its number, about *guid*."""
    words: dict[str, Any] = {"act": one.act.value.lower(), "source": one.source.value.lower()}
    return DecisionOut(
        id=one.decision_id,
        guid=guid,
        decided_at=one.decided_at,
        moderator=one.moderator,
        reporter=one.reporter,
        note=one.note,
        undoes=one.undoes,
        **words,
    )


def write_site(site: Site) -> SiteOut:
    """A website with its policy spelled as it is stored."""
    return SiteOut(
        id=site.site_id,
        blog=site.blog,
        name=site.name,
        is_network=site.is_network,
        parent=site.parent_id,
        policy=write_policy(site.policy),
    )


def write_key(key: Key, text: str | None = None) -> KeyOut:
    """A key without its text, but when it was issued just now."""
    return KeyOut(
        id=key.key_id,
        site=key.site_id,
        name=key.name,
        hint=key.hint,
        scopes=[scope.value for scope in Scope if scope in key.scopes],
        created_at=key.created_at,
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
        key=text,
    )
