"""Take one Decision back by another one; what held before holds again."""

from __future__ import annotations

import dataclasses
import datetime as dt

from service.domain.decision import Act, Decision, Source
from service.domain.event import EventKind
from service.domain.moderator import Action, Moderator, may
from service.domain.submission import Submission, settled
from service.errors import Conflict, NotFound, NotPermitted
from service.storage.store import Store, Unit


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """The Submission as it stands now, and the Decision that was taken back."""

    submission: Submission
    decision: Decision


def undo(
    moderator: Moderator, decision_id: int | None = None, *, store: Store, now: dt.datetime
) -> Undone:
    """Take back one Decision, the moderator's own newest when none is named (fast I/O).

    Never times out. Another's Decision needs a senior. Raises Conflict when it was taken back
    already, NotFound when there is none, NotPermitted.
    """
    if not may(moderator, Action.DECIDE):
        raise NotPermitted
    with store.begin() as unit:
        taken_back = _choose(unit, moderator, decision_id)
        guid = unit.decisions.find_guid(taken_back.submission_id)
        submission = unit.submissions.find(guid, lock=True)
        if submission is None:
            raise NotFound
        before = unit.decisions.list_of(submission.submission_id)
        if any(d.act is Act.UNDO and d.undoes == taken_back.decision_id for d in before):
            raise Conflict("This decision was taken back already.")
        unit.decisions.append(
            submission.submission_id,
            Act.UNDO,
            source=Source.MODERATOR,
            now=now,
            moderator_id=moderator.moderator_id,
            undoes=taken_back.decision_id,
        )
        decisions = unit.decisions.list_of(submission.submission_id)
        undone = settled(submission, decisions)
        unit.submissions.set_outcome(undone)
        unit.outbox.record(EventKind.UNDO, undone, decisions[-1])
        unit.commit()
        return Undone(submission=undone, decision=taken_back)


def _choose(unit: Unit, moderator: Moderator, decision_id: int | None) -> Decision:
    if decision_id is not None:
        chosen = unit.decisions.get(decision_id)
        if chosen.act is Act.UNDO:
            raise Conflict("An undo cannot be undone; decide again instead.")
        is_own = chosen.moderator_id == moderator.moderator_id
        if not is_own and not may(moderator, Action.UNDO_OTHERS):
            raise NotPermitted("Only a senior moderator takes back the decision of another.")
        return chosen
    newest = unit.decisions.list_newest_by(moderator.moderator_id)
    taken_back = {d.undoes for d in newest if d.act is Act.UNDO}
    for decision in newest:
        if decision.act is not Act.UNDO and decision.decision_id not in taken_back:
            return decision
    raise NotFound("There is nothing of yours to undo.")
