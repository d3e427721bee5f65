"""Record one moderator's Decision, or refuse because somebody decided first."""

from __future__ import annotations

import datetime as dt
from typing import Final

from service.domain.decision import Act, Decision, Source, standing
from service.domain.moderator import Action, Moderator, may, require_sight
from service.domain.submission import Submission
from service.errors import AlreadyDecided, NotFound, NotPermitted, ReasonMissing
from service.storage.store import Store

_MEASURES: Final = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))
_WORDS = {Act.APPROVE: "approved this", Act.SPAM: "marked this as spam", Act.REMOVE: "removed this"}


def decide(
    moderator: Moderator,
    guid: str,
    act: Act,
    *,
    seen_version: int | None,
    note: str = "",
    reason: str = "",
    store: Store,
    now: dt.datetime,
) -> Submission:
    """The Submission with its new Outcome; Decision and Outcome in one transaction (fast I/O).

    *seen_version* is the version the page showed; None decides whatever it is now. The same
    answer of the same person twice is not an error and counts once. A *note* is a reason, too,
    where the Site's Policy wants one. Raises AlreadyDecided, NotFound, NotPermitted, ReasonMissing.
    """
    if not may(moderator, Action.DECIDE):
        raise NotPermitted
    with store.begin() as unit:
        submission = unit.submissions.find(guid, lock=True)
        if submission is None:
            raise NotFound("There is no such comment.")
        require_sight(moderator, submission.site_id)
        decisions = unit.decisions.list_of(submission.submission_id)
        holds = standing(decisions)
        if holds and holds.act is act and holds.moderator_id == moderator.moderator_id:
            return submission
        if seen_version is not None and submission.version != seen_version:
            raise AlreadyDecided(_who(holds, now), version=submission.version)
        is_said = bool(reason or note.strip())
        if not is_said and unit.sites.get(submission.site_id).policy.asks_reason(act):
            raise ReasonMissing
        unit.decisions.append(
            submission.submission_id,
            act,
            source=Source.MODERATOR,
            now=now,
            moderator_id=moderator.moderator_id,
            note=note,
            reason=reason,
        )
        after = unit.decisions.list_of(submission.submission_id)
        decided = unit.settle(submission, decisions, after)
        unit.commit()
        return decided


def _who(holds: Decision | None, now: dt.datetime) -> str:
    if holds is None:
        return "This changed while you looked: a decision was taken back."
    seconds = max(0, int((now - holds.decided_at).total_seconds()))
    # Up to twice the next larger measure: "90 s" tells more than "1 min".
    size, word = next((size, word) for size, word in _MEASURES if seconds >= 2 * size or size == 1)
    ago = f"{seconds // size} {word}"
    return f"{holds.moderator or 'The blog'} {_WORDS[holds.act]} {ago} ago."
