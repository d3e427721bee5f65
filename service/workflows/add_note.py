"""Write a note about a Submission: it decides nothing and teaches nothing."""

from __future__ import annotations

import datetime as dt

from service.domain.moderator import Action, Moderator, require, require_sight
from service.domain.remark import RemarkKind
from service.errors import InvalidField
from service.storage.store import Store


def add_note(moderator: Moderator, guid: str, text: str, *, store: Store, now: dt.datetime) -> None:
    """One more line in the history (fast I/O). Raises InvalidField, NotFound, NotPermitted."""
    require(moderator, Action.DECIDE)
    if not text.strip():
        raise InvalidField("note", "The note is empty.")
    with store.begin() as unit:
        submission = unit.submissions.get(guid)
        require_sight(moderator, submission.site_id)
        unit.claims.append_remark(
            submission.submission_id,
            moderator.moderator_id,
            RemarkKind.NOTE,
            text=text.strip(),
            now=now,
        )
        unit.commit()
