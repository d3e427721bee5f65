"""The frozen development part: a tenth of the blogs, posts and videos, the same for ever.

A unit belongs to it by the hash of its name, so that neither a new corpus nor a new order moves
one in or out. Its fingerprint stands beside each figure: two figures with another fingerprint are
not of the same comments. Recipes are compared elsewhere and tried here last.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.text import fold
from training.example import Example

_SHARE: Final = 26  # of 256: a tenth


def is_frozen(unit: str) -> bool:
    """Whether the comments of *unit* belong to the frozen part. Free."""
    return hashlib.sha256(unit.encode()).digest()[0] < _SHARE


def frozen_part(examples: Sequence[Example]) -> NDArray[np.bool_]:
    """Which of *examples* are in the frozen part."""
    units = {example.unit for example in examples}
    inside = {unit for unit in units if is_frozen(unit)}
    return np.array([example.unit in inside for example in examples], dtype=bool)


def fingerprint(examples: Sequence[Example]) -> str:
    """Sixteen hex characters that change with any comment or label of the frozen part."""
    lines = sorted(
        f"{e.unit}\x1f{e.label.value}\x1f{fold(e.comment.text)}\x1f{e.comment.author}"
        for e in examples
        if is_frozen(e.unit)
    )
    found = hashlib.sha256("\x1e".join(lines).encode("utf-8", "replace"))
    return found.hexdigest()[:16]
