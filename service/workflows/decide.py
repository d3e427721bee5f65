"""Record one moderator's Decision, or refuse because somebody decided first."""

from __future__ import annotations

import datetime as dt

from service.domain.decision import Act, Decision, Source, standing
from service.domain.event import EventKind
from service.domain.moderator import Action, Moderator, may
from service.domain.submission import Submission, settled
from service.errors import AlreadyDecided, NotFound, NotPermitted
from service.storage.store import Store

_WORDS = {Act.APPROVE: "approved this", Act.SPAM: "marked this as spam", Act.REMOVE: "removed this"}


def decide(
    moderator: Moderator,
    guid: str,
    act: Act,
    *,
    seen_version: int | None,
    note: str = "",
    store: Store,
    now: dt.datetime,
) -> Submission:
    """The Submission with its new Outcome; Decision and Outcome in one transaction (fast I/O).

    *seen_version* is the version the page showed; None decides whatever it is now. The same
    answer of the same person twice is not an error and counts once. Raises AlreadyDecided,
    NotFound, NotPermitted.
    """
    if not may(moderator, Action.DECIDE):
        raise NotPermitted
    with store.begin() as unit:
        submission = unit.submissions.find(guid, lock=True)
        if submission is None:
            raise NotFound("There is no such comment.")
        decisions = unit.decisions.list_of(submission.submission_id)
        holds = standing(decisions)
        if holds and holds.act is act and holds.moderator_id == moderator.moderator_id:
            return submission
        if seen_version is not None and submission.version != seen_version:
            raise AlreadyDecided(_who(holds, now), version=submission.version)
        unit.decisions.append(
            submission.submission_id,
            act,
            source=Source.MODERATOR,
            now=now,
            moderator_id=moderator.moderator_id,
            note=note,
        )
        decisions = unit.decisions.list_of(submission.submission_id)
        decided = settled(submission, decisions)
        unit.submissions.set_outcome(decided)
        unit.outbox.record(EventKind.DECISION, decided, decisions[-1])
        unit.commit()
        return decided


def _who(holds: Decision | None, now: dt.datetime) -> str:
    if holds is None:
        return "This changed while you looked: a decision was taken back."
    seconds = max(0, int((now - holds.decided_at).total_seconds()))
    ago = f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"  # noqa: PLR2004 - two minutes
    return f"{holds.moderator or 'The blog'} {_WORDS[holds.act]} {ago} ago."
