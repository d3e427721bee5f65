"""What the API answers; writing.py makes it of our words."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


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

    `part` is the part of a long text whose words counted, named by its first and last ones.
    `fault` says why no model answered; the comment is kept and waits for a person. A score beside
    it came afterwards.
    """

    guid: str
    verdict: Literal["ham", "unsure", "spam"]
    blatant: bool
    score: float | None
    abstains: str | None
    reasons: list[Reason]
    part: str | None
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
    reason: str
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


class Sites(Page):
    """One page of the websites this key may see."""

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
    suspended_at: dt.datetime | None
    key: str | None = None


class Keys(Page):
    """One page of the keys of the deployment."""

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
