"""Cutoffs, Verdict, and the one function that turns a Score into a Verdict.

The service answers with it and the evaluation measures with it: there is no second one.
"""

from __future__ import annotations

import dataclasses
import enum

from models.comment import Score


class Verdict(enum.Enum):
    """The machine's answer. Never a person's (that is a Decision)."""

    HAM = "HAM"
    UNSURE = "UNSURE"
    SPAM = "SPAM"
    BLATANT = "BLATANT"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Cutoffs:
    """Three numbers, 0 <= unsure_from <= spam_from <= blatant_from. Raises ValueError otherwise.

    blatant_from above 1 means: nothing is ever blatant.
    """

    unsure_from: float
    spam_from: float
    blatant_from: float

    def __post_init__(self) -> None:
        if not 0 <= self.unsure_from <= self.spam_from <= self.blatant_from:
            message = (
                "cutoffs must rise: 0 <= unsure_from <= spam_from <= blatant_from, got "
                f"{self.unsure_from}, {self.spam_from}, {self.blatant_from}"
            )
            raise ValueError(message)


def verdict(score: Score, cutoffs: Cutoffs) -> Verdict:
    """The Verdict for *score*: monotone in its value, and never above UNSURE when it abstains."""
    if score.value < cutoffs.unsure_from:
        return Verdict.HAM
    if score.value < cutoffs.spam_from or score.abstains:
        return Verdict.UNSURE
    if score.value < cutoffs.blatant_from:
        return Verdict.SPAM
    return Verdict.BLATANT
