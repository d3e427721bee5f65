"""Which waiting comment a person should look at first, as one number that never changes.

priority = uncertainty * visibility * 2^(waiting / 12 h)

Its logarithm is the same for ever but for one term that all share (the time now), so the order can
be kept in an index: log2(uncertainty * visibility) - received / 12 h, negated in time.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Final

from service.domain.site import Policy, UnsureMeans
from service.domain.submission import Submission

DOUBLES_EVERY: Final = dt.timedelta(hours=12)
# Readers see it already / the post is new, so that many people read it now.
_SEEN: Final = 2.0
_FRESH: Final = 1.5
_FRESH_FOR: Final = dt.timedelta(days=7)
_LEAST: Final = 0.05
_MIDST: Final = 0.5
_START: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def uncertainty(score: float | None) -> float:
    """1 at a score of a half (and without any), towards 0.05 at both ends."""
    return 1.0 if score is None else max(_LEAST, 1 - abs(2 * score - 1))


def visibility(submission: Submission, policy: Policy) -> float:
    """How much rides on it while it waits: readers see it, or many would."""
    found = _SEEN if policy.unsure is UnsureMeans.HAM else 1.0
    changed = submission.arrival.comment.post_modified_at
    if changed and submission.received_at - changed < _FRESH_FOR:
        found *= _FRESH
    return found


def drawn_priority(now: dt.datetime) -> float:
    """The key of what was drawn by lot: amid what came in now, so that it tells nothing."""
    return math.log2(_MIDST) - (now - _START) / DOUBLES_EVERY


def priority(submission: Submission, policy: Policy) -> float:
    """The key that the queue is sorted by, highest first. Free."""
    score = submission.scoring.score if submission.scoring else None
    weight = uncertainty(score) * visibility(submission, policy)
    return math.log2(weight) - (submission.received_at - _START) / DOUBLES_EVERY
