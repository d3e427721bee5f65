"""Evaluation: ranking, errors at the cutoffs, calibration; Verdicts come from models.verdict."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from models.comment import Score
from models.verdict import Cutoffs, Verdict, verdict
from training.example import Example

Floats = NDArray[np.float64]
_BINS = 10


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The figures of one slice. Shares are None where the slice has none of that label."""

    spam: int
    ham: int
    auc: float | None
    recall_at_1: float | None
    spam_caught: float | None
    spam_unsure: float | None
    ham_hidden: float | None
    ham_unsure: float | None
    ece: float


def sigmoid(logits: Floats) -> Floats:
    """Log-odds as scores."""
    scores: Floats = 1 / (1 + np.exp(-np.clip(logits, -14, 14)))
    return scores


def measure(is_spam: Floats, scores: Floats, cutoffs: Cutoffs) -> Numbers:
    """The figures of these *scores* at these *cutoffs*."""
    said = [verdict(Score(float(score), ""), cutoffs) for score in scores]
    hidden = np.array([v in {Verdict.SPAM, Verdict.BLATANT} for v in said])
    unsure = np.array([v is Verdict.UNSURE for v in said])
    spam, ham = is_spam > 0, is_spam == 0
    has_both = bool(spam.any() and ham.any())
    return Numbers(
        spam=int(spam.sum()),
        ham=int(ham.sum()),
        auc=float(roc_auc_score(is_spam, scores)) if has_both else None,
        recall_at_1=recall_at(is_spam, scores, 0.01) if has_both else None,
        spam_caught=_share(hidden, spam),
        spam_unsure=_share(unsure, spam),
        ham_hidden=_share(hidden, ham),
        ham_unsure=_share(unsure, ham),
        ece=calibration_error(is_spam, scores),
    )


def _share(found: NDArray[np.bool_], of: NDArray[np.bool_]) -> float | None:
    return float(found[of].mean()) if of.any() else None


def recall_at(is_spam: Floats, scores: Floats, fpr: float) -> float:
    """The share of spam above the score that *fpr* of the ham exceeds."""
    ham = np.sort(scores[is_spam == 0])[::-1]
    return float((scores[is_spam > 0] > ham[int(len(ham) * fpr)]).mean())


def calibration_error(is_spam: Floats, scores: Floats) -> float:
    """Expected calibration error over ten equal bins, as a share."""
    place = np.minimum((scores * _BINS).astype(int), _BINS - 1)
    error = 0.0
    for one in range(_BINS):
        here = place == one
        if here.any():
            error += here.mean() * abs(float(is_spam[here].mean() - scores[here].mean()))
    return float(error)


def by_slice(
    examples: Sequence[Example], scores: Floats, cutoffs: Cutoffs
) -> dict[str, dict[str, Any]]:
    """The figures of each corpus and of all together."""
    is_spam = np.array([float(example.is_spam) for example in examples])
    names = np.array([example.corpus for example in examples])
    found = {"all": dataclasses.asdict(measure(is_spam, scores, cutoffs))}
    for name in sorted(set(names)):
        here = names == name
        found[str(name)] = dataclasses.asdict(measure(is_spam[here], scores[here], cutoffs))
    return found
