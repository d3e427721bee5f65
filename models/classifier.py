"""Classifier: score one Comment or many, with the evidence. Knows no files.

Linear: logit = bias + sum of x * weight over the hashed features, so every contribution is exact.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.comment import Clue, Comment, Evidence, Score
from models.families.view import Feature
from models.features import column, extract
from models.text import fold, script_of
from models.verdict import Cutoffs

# Strongest clues kept with a Score; the rest is kept as one number.
MOST_CLUES: Final = 24
# Labels of the rarer kind below which a script is not known well enough to condemn anybody.
MIN_SCRIPT: Final = 200
# Beyond these odds (a million to one) a double can't hold 1 - score to nine digits any more.
_MOST_LOGIT: Final = 14.0


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Classifier:
    """A fitted model: *weights* (float32, one for each column), *bias* and *cutoffs*.

    *scripts* counts the human labels (the rarer of the two) seen in each script while fitting;
    with fewer than *min_script* the model abstains there.
    """

    model_id: str
    weights: NDArray[np.float32]
    bias: float
    cutoffs: Cutoffs
    scripts: dict[str, int]
    min_script: int = MIN_SCRIPT

    def score(self, comment: Comment, features: list[Feature] | None = None) -> Score:
        """The Score of one Comment with its Evidence (heavy CPU: about 1 ms for 300 characters).

        *features* are the Comment's own when they have been extracted already.
        """
        features = extract(comment) if features is None else features
        parts = self._parts(features)
        total = self.bias + math.fsum(parts)
        logit = max(-_MOST_LOGIT, min(_MOST_LOGIT, total))
        clues = _strongest(features, parts)
        rest = logit - self.bias - math.fsum(clue.weight for clue in clues)
        return Score(
            value=1 / (1 + math.exp(-logit)),
            model_id=self.model_id,
            evidence=Evidence(clues=clues, base=self.bias, rest=rest),
            abstains=self._abstains(comment),
        )

    def score_many(self, comments: Iterable[Comment]) -> list[Score]:
        """The Scores of many Comments, in order."""
        return [self.score(comment) for comment in comments]

    def _parts(self, features: list[Feature]) -> list[float]:
        columns = np.fromiter((column(f.key) for f in features), np.int64, len(features))
        amounts = np.fromiter((f.x for f in features), np.float64, len(features))
        found: list[float] = (self.weights[columns].astype(np.float64) * amounts).tolist()
        return found

    def _abstains(self, comment: Comment) -> str:
        script = script_of(fold(comment.text[:2000]))
        known = self.scripts.get(script, 0)
        if not script or known >= self.min_script:
            return ""
        return f"not enough examples in {script} script ({known})"


def _strongest(features: list[Feature], parts: list[float]) -> tuple[Clue, ...]:
    """The clues that moved the Score most; what stands for the same thing is added up."""
    sums: dict[tuple[str, str, str], float] = {}
    for feature, part in zip(features, parts, strict=True):
        reason = (feature.name, feature.value[:80], feature.where)
        sums[reason] = sums.get(reason, 0.0) + part
    ranked = sorted(sums.items(), key=lambda item: (-abs(item[1]), item[0]))
    return tuple(
        Clue(name, value, weight, where)
        for (name, value, where), weight in ranked[:MOST_CLUES]
        if abs(weight) > 1e-6  # noqa: PLR2004 - moved nothing
    )
