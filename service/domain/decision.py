"""Decision, Source, Act and Outcome, and the one function that says what holds now."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from collections.abc import Iterable, Sequence

from models.comment import Label
from models.verdict import Verdict


class Source(enum.Enum):
    """Who decided: a moderator in our queue, or the Site by a report."""

    MODERATOR = "MODERATOR"
    SITE = "SITE"


class Act(enum.Enum):
    """What was decided. APPROVE and SPAM teach; REMOVE and UNDO never do."""

    APPROVE = "APPROVE"
    SPAM = "SPAM"
    REMOVE = "REMOVE"
    UNDO = "UNDO"

    @property
    def label(self) -> Label | None:
        """The truth this act states about the Comment, if it states one."""
        return {Act.APPROVE: Label.HAM, Act.SPAM: Label.SPAM}.get(self)


class Outcome(enum.Enum):
    """What holds of a Submission now."""

    HAM = "HAM"
    UNSURE = "UNSURE"
    SPAM = "SPAM"
    REMOVED = "REMOVED"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One answer of a person about one Submission. Append-only: undo is another Decision.

    *undoes* names the Decision an UNDO takes back; *moderator* is the name of who decided, and
    *reporter* the name the Site gave. *reason* is a word from the Site's list. *teaches* is False
    for what training must not eat although it was decided; *bulk_id* says it was one of many.
    """

    decision_id: int
    submission_id: int
    act: Act
    source: Source
    decided_at: dt.datetime
    moderator_id: int | None = None
    moderator: str = ""
    reporter: str = ""
    note: str = ""
    undoes: int | None = None
    reason: str = ""
    teaches: bool = True
    bulk_id: int | None = None


_OF_VERDICT = {
    Verdict.HAM: Outcome.HAM,
    Verdict.UNSURE: Outcome.UNSURE,
    Verdict.SPAM: Outcome.SPAM,
    Verdict.BLATANT: Outcome.SPAM,
}
_OF_ACT = {Act.APPROVE: Outcome.HAM, Act.SPAM: Outcome.SPAM, Act.REMOVE: Outcome.REMOVED}


def standing(decisions: Iterable[Decision]) -> Decision | None:
    """The Decision that holds: the newest of a moderator not undone, else the newest of the Site.

    *decisions* in the order they were made.
    """
    decisions = list(decisions)
    undone = {decision.undoes for decision in decisions if decision.act is Act.UNDO}
    left = [d for d in decisions if d.act is not Act.UNDO and d.decision_id not in undone]
    for source in (Source.MODERATOR, Source.SITE):
        newest = next((d for d in reversed(left) if d.source is source), None)
        if newest:
            return newest
    return None


def said_since(decisions: Sequence[Decision], decision_id: int) -> Decision | None:
    """The newest word of the Site since the Decision of this id, None when it was silent.

    *decisions* in the order they were made, those of the Submission that it is about. Who runs the
    blog has then acted there knowing of it: its undoing is not for the blog to hear. A word that a
    moderator took back is none: that the blog has heard.
    """
    undone = {one.undoes for one in decisions}
    said = (d for d in decisions if d.source is Source.SITE and d.decision_id not in undone)
    return next((d for d in reversed([*said]) if d.decision_id > decision_id), None)


def outcome(verdict: Verdict | None, decisions: Iterable[Decision]) -> Outcome:
    """What holds of a Submission with this *verdict* and these *decisions*, oldest first.

    None (a report of an unseen comment, and every report undone) leaves it UNSURE.
    """
    decided = standing(decisions)
    if decided:
        return _OF_ACT[decided.act]
    return _OF_VERDICT[verdict] if verdict else Outcome.UNSURE
