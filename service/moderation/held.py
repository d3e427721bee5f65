"""Why a comment waits for a person, told at the top of its page.

What was drawn by lot is left to a person like what the machine is unsure of: the same words for
both, so that who decides on it is not told.
"""

from __future__ import annotations

from models.verdict import Cutoffs, Verdict
from service.domain.decision import Outcome
from service.domain.submission import Submission
from service.moderation import words
from service.moderation.views import because, percent_of


def held_because(submission: Submission) -> str:
    """Why a person is asked, in a line; "" for what does not wait."""
    if submission.outcome is not Outcome.UNSURE:
        return ""
    why = because(submission)
    return words.HELD_BECAUSE.format(why=why) if why else str(words.HELD_UNSURE)


def held_range(submission: Submission, cutoffs: Cutoffs | None) -> str:
    """From which score to which a person is asked, by *cutoffs*; "" where that is not the cause.

    Said of all that waits by its score, so of what was drawn by lot, too.
    """
    scoring = submission.scoring
    if scoring is None or scoring.score is None or cutoffs is None or because(submission):
        return ""
    if submission.outcome is not Outcome.UNSURE and scoring.verdict is not Verdict.UNSURE:
        return ""
    low, high = cutoffs.unsure_from, cutoffs.spam_from
    return words.HELD.format(low=percent_of(low), high=percent_of(high))
