"""Short words beside a comment: it was changed, it was checked again.

None of them tells what was drawn by lot from what waits by itself: each goes by what came with the
comment, by what people did, or by words that fit both.
"""

from __future__ import annotations

from service.domain.submission import Submission
from service.moderation import words


def badges(submission: Submission, *, is_rechecked: bool) -> list[str]:
    """What is to be said of *submission* in a word each; *is_rechecked* by a person, here. Free.

    Its blog says that it asks again, and why: an edit, or its own queue of comments to check.
    """
    asked = submission.arrival.recheck_reason.strip().lower()
    scoring = submission.scoring
    is_edited = "edit" in asked
    came_late = scoring is not None and bool(scoring.fault) and scoring.score is not None
    is_again = is_rechecked or came_late or (bool(asked) and not is_edited)
    found = [(is_edited, words.EDITED), (is_again, words.RECHECKED)]
    return [str(word) for holds, word in found if holds]
