"""Take one Decision back by another one; what held before holds again."""

from __future__ import annotations

import dataclasses
import datetime as dt

from service.domain.change import What
from service.domain.decision import Act, Decision, Source, said_since
from service.domain.moderator import Action, Moderator, may, require, require_sight
from service.domain.submission import Submission
from service.errors import BelongsToBulk, Conflict, InvalidField, NotFound, NotPermitted
from service.storage.store import Store
from service.storage.unit import Unit


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """The Submission as it stands now, and the Decision that was taken back.

    *since* is what the blog's owner said there after it, None for nothing: that is left as it is,
    and the blog hears nothing of the undo.
    """

    submission: Submission
    decision: Decision
    since: Decision | None = None


def undo(
    moderator: Moderator,
    decision_id: int | None = None,
    *,
    note: str = "",
    store: Store,
    now: dt.datetime,
) -> Undone:
    """Take back one Decision, the moderator's own newest when none is named (fast I/O).

    Never times out. Another's Decision needs a senior, and a *note* that says why. Raises
    BelongsToBulk when the newest was one of many, Conflict when it was taken back already,
    NotFound when there is none, NotPermitted, InvalidField.
    """
    require(moderator, Action.DECIDE)
    with store.begin() as unit:
        taken_back = _choose(unit, moderator, decision_id)
        if taken_back.moderator_id != moderator.moderator_id and not note.strip():
            raise InvalidField("note", "Say why you take back the decision of another.")
        guid = unit.decisions.find_guid(taken_back.submission_id)
        submission = unit.submissions.find(guid, lock=True)
        if submission is None:
            raise NotFound
        require_sight(moderator, submission.site_id)
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
            note=note,
        )
        has_ended = _end_entries(unit, moderator, taken_back, now)
        undone = unit.settle(submission, before, unit.decisions.list_of(submission.submission_id))
        unit.commit()
    if has_ended:
        store.lists.forget()
    since = said_since(before, taken_back.decision_id)
    return Undone(submission=undone, decision=taken_back, since=since)


def _end_entries(unit: Unit, moderator: Moderator, undone: Decision, now: dt.datetime) -> bool:
    """End what was put on a list together with *undone*; answers whether there was anything."""
    ended = unit.entries.end_made_with(undone.decision_id, now)
    for entry in ended:
        unit.changes.append(
            What.ENTRY_STATUS,
            entry.pattern,
            by=moderator,
            now=now,
            site_id=entry.site_id,
            detail={"from": entry.status.value, "to": "ended", "with": "an undo"},
        )
    return bool(ended)


def _choose(unit: Unit, moderator: Moderator, decision_id: int | None) -> Decision:
    if decision_id is not None:
        chosen = unit.decisions.get(decision_id)
        if chosen.act is Act.UNDO:
            raise Conflict("An undo cannot be undone; decide again instead.")
        is_own = chosen.moderator_id == moderator.moderator_id
        if not is_own and not may(moderator, Action.UNDO_OTHERS):
            raise NotPermitted("Only a senior moderator takes back the decision of another.")
        return chosen
    newest = unit.decisions.find_newest_by(moderator.moderator_id)
    if newest is None:
        raise NotFound("There is nothing of yours to undo.")
    if newest.bulk_id is not None:
        raise BelongsToBulk(unit.bulks.get(newest.bulk_id).guid)
    return newest
