"""Folds that do not lie: a blog, post or video is never on both sides, nor are near-duplicates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.example import Example


def folds(examples: Sequence[Example], *, count: int = 5) -> NDArray[np.int64]:
    """The fold of each Example, 0 to *count*-1, by its unit; the same in every run.

    The largest unit first, each to the fold that holds least of its labels: by chance one fold
    held every large blog of one label, and its model was not like the one of all Examples.
    """
    sizes: dict[str, list[int]] = {}
    for example in examples:
        sizes.setdefault(example.unit, [0, 0])[example.is_spam] += 1
    total = np.maximum(1, np.sum(list(sizes.values()), axis=0))
    shares = {unit: np.array(both) / total for unit, both in sizes.items()}
    held = np.zeros((count, 2))
    place: dict[str, int] = {}
    for unit in sorted(shares, key=lambda one: (-shares[one].max(), one)):
        # The fold whose sum of squares grows least; the first of those alike.
        place[unit] = int(np.argmin(held @ shares[unit]))
        held[place[unit]] += shares[unit]
    return np.array([place[example.unit] for example in examples], dtype=np.int64)


def training_part(examples: Sequence[Example], is_test: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which Examples may train against this test part: not in it, no twin in it."""
    twins = {e.twins for e, tested in zip(examples, is_test, strict=True) if tested and e.twins}
    has_twin = np.array([example.twins in twins for example in examples], dtype=bool)
    kept: NDArray[np.bool_] = ~is_test & ~has_twin
    return kept
