"""The blind sample: what the machine decided alone, decided again by a person who is not told.

A share of the HAM and SPAM Verdicts is drawn by lot into the queue; the blog has its answer and
keeps it. What people then say measures the machine where nobody else looks.
"""

from __future__ import annotations

import dataclasses
from typing import Final

from models.verdict import Verdict

# A blog throws BLATANT away at once, so nobody could mend one; UNSURE is asked about anyway.
_DRAWN: Final = frozenset({Verdict.HAM, Verdict.SPAM})
_NORMAL: Final = 1.96


def is_drawn(verdict: Verdict, share: float, lot: float) -> bool:
    """Whether a Comment with this *verdict* and *lot* (0 to 1) falls in the sample of *share*."""
    return verdict in _DRAWN and lot < share


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AuditFigures:
    """Of one Site's sample: how many HAM and SPAM Verdicts people decided on, how many were wrong.

    *waiting* are in the queue still.
    """

    site_id: int
    ham: int
    missed_spam: int
    spam: int
    hidden_ham: int
    waiting: int


def share_between(count: int, total: int) -> tuple[float, float] | None:
    """The 95 % interval (Wilson) of *count* of *total*, or None of nothing."""
    if not total:
        return None
    z, share = _NORMAL**2 / total, count / total
    middle = (share + z / 2) / (1 + z)
    half = _NORMAL * ((share * (1 - share) + z / 4) / total) ** 0.5 / (1 + z)
    return max(0.0, middle - half), min(1.0, middle + half)
