"""Arrival, Scoring, Submission: one Comment arriving from one Site, and our answer to it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import hashlib
import secrets
from collections.abc import Sequence

from models.comment import Comment, Evidence
from models.text import fold
from models.verdict import Cutoffs, Verdict
from service.domain.address import kept, kept_again
from service.domain.decision import Decision, Outcome, outcome, standing


class Kind(enum.Enum):
    """How a Submission came to us."""

    CHECK = "check"
    # A Site told us about a comment that we had never been asked about.
    REPORT = "report"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One request about one Comment, as `akismet.wire` read it; nothing else of it is kept.

    *said* is what the Site says we answered before (comment_check_response): "true", "false" or "".
    *client_ref* is the comment's number in the blog, *reporter* who pressed the button there.
    *key_id* is the Key it came with: the one its blog knows us by.
    *can_hold* says that the caller keeps a comment off its page when told to wait for us.
    """

    comment: Comment
    blog: str = ""
    client: str = ""
    is_test: bool = False
    wants_discard: bool = False
    is_precheck: bool = False
    can_hold: bool = False
    recheck_reason: str = ""
    callback: str = ""
    guid: str = ""
    client_ref: str = ""
    reporter: str = ""
    said: str = ""
    key_id: int = 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """The record of one Verdict. One of *model_id* and *rule* is set, or *fault*.

    Both are when a rule held it for a person: the model's score is there to help them.
    *hits* are the entries of the lists that spoke of it, shadows too; they are kept beside it.
    *fault* says why no model answered; such a Submission is UNSURE and waits for a person. Its
    Score may come afterwards (workflows/score_again.py): then *fault* and *model_id* are both set.
    *cutoffs* are those the Score was held against, as they were then.
    """

    verdict: Verdict
    score: float | None = None
    evidence: Evidence | None = None
    abstains: str = ""
    model_id: str = ""
    rule: str = ""
    fault: str = ""
    took_ms: float = 0.0
    hits: tuple[int, ...] = ()
    cutoffs: Cutoffs | None = None

    def renewed(self, said: Scoring) -> Scoring:
        """The Score of *said* beside this answer: what was answered then stays answered."""
        return dataclasses.replace(
            self,
            score=said.score,
            evidence=said.evidence,
            abstains=said.abstains,
            model_id=said.model_id,
            cutoffs=said.cutoffs,
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One arrival of one Comment. Immutable but for its Outcome (and text past its keeping time).

    *scoring* is None for a report of a comment never seen before: the machine said nothing.
    *version* counts its Decisions; a decider sends the version he saw.
    *other_blog* is the address the call named when that was not the Site's own. *priority* sorts
    what waits (domain/priority.py), *campaign_id* names its group of near-duplicates, if any.
    *is_audit*: drawn by lot to be decided by a person who is not told so (domain/audit.py).
    """

    submission_id: int
    guid: str
    site_id: int
    kind: Kind
    received_at: dt.datetime
    arrival: Arrival
    scoring: Scoring | None
    outcome: Outcome
    version: int
    decided_at: dt.datetime | None = None
    other_blog: str = ""
    priority: float | None = None
    campaign_id: int | None = None
    is_audit: bool = False

    @property
    def binding(self) -> Verdict | None:
        """The Verdict that holds until a person decides: none of what was drawn by lot."""
        return None if self.is_audit else self.verdict

    @property
    def verdict(self) -> Verdict | None:
        """The machine's answer, or None when it was never asked."""
        return self.scoring.verdict if self.scoring else None


def settled(submission: Submission, decisions: Sequence[Decision]) -> Submission:
    """*submission* as it stands after all its *decisions*, oldest first."""
    holds = standing(decisions)
    return dataclasses.replace(
        submission,
        outcome=outcome(submission.binding, decisions),
        version=len(decisions),
        decided_at=holds.decided_at if holds else None,
    )


def new_guid() -> str:
    """A public id nobody can guess: 32 lower-case hex characters."""
    return secrets.token_hex(16)


def without_address(arrival: Arrival, key: bytes) -> Arrival:
    """*arrival* as it is stored: of the IP address the network, and a pseudonym by *key*."""
    return _at(arrival, kept(arrival.comment.user_ip, key))


def without_old_address(arrival: Arrival, key: bytes) -> Arrival:
    """The same for an *arrival* that was stored once; an earlier version kept the whole address."""
    address = kept_again(arrival.comment.user_ip, key)
    return arrival if address == arrival.comment.user_ip else _at(arrival, address)


def _at(arrival: Arrival, address: str) -> Arrival:
    comment = dataclasses.replace(arrival.comment, user_ip=address)
    return dataclasses.replace(arrival, comment=comment)


def content_hash(comment: Comment) -> str:
    """32 hex characters that stay the same however a client spells one comment.

    Text and author only, folded: a check arrives with slashes and tags, a report of the same
    comment without (WORDPRESS.md, fact 11), and many clients leave the other fields out.
    """
    material = "\x1f".join((_matching(comment.text), _matching(comment.author)))
    return hashlib.sha256(material.encode("utf-8", "replace")).hexdigest()[:32]


def _matching(text: str) -> str:
    """*text* without what clients add or lose between check and report: tags, slashes, spaces."""
    return " ".join(fold(text).replace("\\", "").split())
