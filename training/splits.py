"""Folds that do not lie: a blog, post or video is never on both sides, nor are near-duplicates."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.example import Example


def folds(examples: Sequence[Example], *, count: int = 5) -> NDArray[np.int64]:
    """The fold of each Example, 0 to *count*-1, by its unit's hash: the same in every run."""
    return np.array([_place(example.unit) % count for example in examples], dtype=np.int64)


def _place(unit: str) -> int:
    return int.from_bytes(hashlib.sha256(unit.encode()).digest()[:8], "big")


def training_part(examples: Sequence[Example], is_test: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which Examples may train against this test part: not in it, no twin in it."""
    twins = {e.twins for e, tested in zip(examples, is_test, strict=True) if tested and e.twins}
    has_twin = np.array([example.twins in twins for example in examples], dtype=bool)
    kept: NDArray[np.bool_] = ~is_test & ~has_twin
    return kept
