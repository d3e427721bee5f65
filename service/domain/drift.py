"""How far the scores of now are from those a model gave at first: its population stability index.

Below 0.1 nothing has changed to speak of, from 0.25 on what comes in is not what came in then:
another kind of blog, a new wave, a field that a client no longer sends.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from typing import Final

# Equal steps from 0 to 1.
BINS: Final = 10
# With fewer on either side chance alone looks like a change.
LEAST: Final = 200
_HALF: Final = 0.5


@dataclasses.dataclass(frozen=True, slots=True)
class Drift:
    """The index of one model's scores, from 0 (alike) upwards."""

    model_id: str
    index: float


def histogram(scores: Iterable[float]) -> list[int]:
    """How many of *scores* (0 to 1) lie in each of BINS equal steps."""
    counts = [0] * BINS
    for score in scores:
        counts[min(BINS - 1, max(0, int(score * BINS)))] += 1
    return counts


def stability_index(first: list[int], recent: list[int]) -> float | None:
    """The population stability index of two histograms; None with fewer than LEAST in either.

    Half a comment is added to each bin: an empty one would make it infinite.
    """
    if min(sum(first), sum(recent)) < LEAST:
        return None
    pairs = zip(_shares(first), _shares(recent), strict=True)
    return math.fsum((now - then) * math.log(now / then) for then, now in pairs)


def _shares(counts: list[int]) -> list[float]:
    total = sum(counts) + _HALF * len(counts)
    return [(count + _HALF) / total for count in counts]
