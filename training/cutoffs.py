"""Cutoffs from a promise: "maximum recall @ fpr <= 0.002" over blogs the model has not seen."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.verdict import Cutoffs
from training.errors import NotEnoughLabels, TrainingError
from training.example import Example

Floats = NDArray[np.float64]
_SENTENCE = re.compile(r"maximum recall @ fpr <= (0?\.\d+)")
_FEWEST_HAM = 300
_WITH_ADDRESS = 3.0
# One-sided seven tenths of a normal distribution.
_SEVEN_IN_TEN = 0.5244


@dataclasses.dataclass(frozen=True, slots=True)
class Promise:
    """At most this share of good comments above the cutoff."""

    fpr: float

    @classmethod
    def read(cls, sentence: str) -> Promise:
        """The promise in a sentence. Raises TrainingError."""
        found = _SENTENCE.fullmatch(sentence.strip())
        if not found:
            raise TrainingError("a promise reads: maximum recall @ fpr <= 0.002")
        return cls(float(found[1]))

    def __str__(self) -> str:
        return f"maximum recall @ fpr <= {self.fpr:g}"


UNSURE = Promise(0.03)
SPAM = Promise(0.002)
BLATANT = Promise(0.0002)
# A Score says about how many of its like are spam. Where few easy labels would let a promise be
# kept far below, the cutoffs stay where a person would draw them.
_FLOORS = {UNSURE: 0.3, SPAM: 0.8, BLATANT: 0.98}


def choose(examples: Sequence[Example], scores: Floats) -> Cutoffs:
    """The lowest cutoffs that keep the three promises on unseen good comments.

    Every corpus of ham counts by the root of its size: one big blog must not buy leave to lose
    the comments of small ones. Good comments that carry a link or an e-mail count three times:
    cutoffs set on bare ones flag whole blogs that send everything. Corpora whose good comments are
    known to hold spam have no say, but in what is blatant. Raises NotEnoughLabels.
    """
    is_ham = np.array([e.is_clean and not e.is_spam for e in examples])
    if is_ham.sum() < _FEWEST_HAM:
        raise NotEnoughLabels(f"cutoffs need {_FEWEST_HAM} good comments at least")
    ham = [example for example in examples if example.is_clean and not example.is_spam]
    sizes: dict[str, int] = {}
    for example in ham:
        sizes[example.corpus] = sizes.get(example.corpus, 0) + 1
    weights = np.array([_worth(example) / sizes[example.corpus] ** 0.5 for example in ham])
    order = np.argsort(-scores[is_ham], kind="stable")
    above = np.cumsum(weights[order]) / weights.sum()
    ranked = scores[is_ham][order]
    like = float(weights.sum() ** 2 / (weights**2).sum())

    def lowest(promise: Promise) -> float:
        # The first good comment that may not be above the cutoff; a hair more than its score.
        place = int(np.searchsorted(above, _surely(promise.fpr, like), side="right"))
        found = float(np.nextafter(ranked[min(place, len(ranked) - 1)], 1.0))
        return min(0.9999, max(_FLOORS[promise], found))

    unsure, spam = lowest(UNSURE), lowest(SPAM)
    # What a client may throw away unread lies above every good comment of every corpus.
    highest = max(score for e, score in zip(examples, scores, strict=True) if not e.is_spam)
    blatant = max(lowest(BLATANT), spam, min(0.9999, float(np.nextafter(highest, 1.0))))
    return Cutoffs(unsure_from=min(unsure, spam), spam_from=spam, blatant_from=blatant)


def _worth(example: Example) -> float:
    has_more = bool(example.comment.author_url or example.comment.author_email)
    return _WITH_ADDRESS if has_more else 1.0


def _surely(share: float, count: float) -> float:
    """The share to aim at so that *share* holds seven times in ten, measured on *count* of them."""
    return max(0.0, share - _SEVEN_IN_TEN * math.sqrt(share * (1 - share) / count))
