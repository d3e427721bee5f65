"""Put a Submission off: it goes to the end of the queue, for this person alone."""

from __future__ import annotations

from service.domain.moderator import Action, Moderator, require, require_sight
from service.storage.store import Store


def skip(moderator: Moderator, guid: str, *, back: bool = False, store: Store) -> None:
    """Put it off, or *back* where it stood (fast I/O). Raises NotFound, NotPermitted."""
    require(moderator, Action.LOOK)
    with store.begin() as unit:
        submission = unit.submissions.get(guid)
        require_sight(moderator, submission.site_id)
        if back:
            unit.claims.purge_skipped(submission.submission_id, moderator.moderator_id)
        else:
            unit.claims.set_skipped(submission.submission_id, moderator.moderator_id)
            unit.claims.purge(submission.submission_id, moderator.moderator_id)
        unit.commit()
