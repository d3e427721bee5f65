"""Classifier: score one Comment or many, with the evidence. Knows no files.

Linear: logit = bias + sum of x * weight over the hashed features, so every contribution is exact.
The words of a long text are weighed part by part, too; the part that says spam loudest counts.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.comment import Clue, Comment, Evidence, Score
from models.families.content import wordy
from models.families.view import Feature
from models.families.wording import Weights, Wording
from models.features import Reading, column, columns, read
from models.verdict import Cutoffs

# Strongest clues kept with a Score; the rest is kept as one number.
MOST_CLUES: Final = 24
# Labels of the rarer kind below which a script is not known well enough to condemn anybody.
MIN_SCRIPT: Final = 200
# Weights remembered by word; then all are forgotten, so that nobody's inventions fill the memory.
_MOST_KNOWN: Final = 60_000
_ENDS: Final = 3
_NO_DOUBT: Final = Feature("", 0.0, "loudest of so many parts")
# Beyond these odds (a million to one) a double can't hold 1 - score to nine digits any more.
_MOST_LOGIT: Final = 14.0


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Classifier:
    """A fitted model: *weights* (float32, one for each column), *bias* and *cutoffs*.

    *scripts* counts the human labels (the rarer of the two) seen in each script while fitting;
    with fewer than *min_script* the model abstains there. Of many parts of a text one is loud by
    chance: *doubt* times the logarithm of their number is taken off.
    """

    model_id: str
    weights: NDArray[np.float32]
    bias: float
    cutoffs: Cutoffs
    scripts: dict[str, int]
    min_script: int = MIN_SCRIPT
    doubt: float = 0.0
    _known: dict[tuple[str, str], float] = dataclasses.field(default_factory=dict, init=False)

    def score(self, comment: Comment, reading: Reading | None = None) -> Score:
        """The Score of one Comment with its Evidence (heavy CPU: under 1 ms for 300 characters).

        *reading* is the Comment's own when it has been read already.
        """
        reading = read(comment) if reading is None else reading
        words, part, doubted = self._loudest(reading)
        features = words + reading.others
        parts = [self._weight(f.key, f.runs) * f.x for f in features]
        if part:
            features.append(doubted)
            parts.append(-doubted.x)
        total = self.bias + math.fsum(parts)
        logit = max(-_MOST_LOGIT, min(_MOST_LOGIT, total))
        clues = _strongest(features, parts)
        rest = logit - self.bias - math.fsum(clue.weight for clue in clues)
        return Score(
            value=1 / (1 + math.exp(-logit)),
            model_id=self.model_id,
            evidence=Evidence(clues=clues, base=self.bias, rest=rest, part=part),
            abstains=self._abstains(reading.script),
        )

    def score_many(self, comments: Iterable[Comment]) -> list[Score]:
        """The Scores of many Comments, in order."""
        return [self.score(comment) for comment in comments]

    def _loudest(self, reading: Reading) -> tuple[list[Feature], str, Feature]:
        """The Features of the words that count, and what that part is called ("": all of them).

        With the doubt there is about a part, as the Feature that takes off its x.
        """
        wording = reading.wording
        spans = list(wording.spans()) if reading.wordy else []
        if not spans:
            return reading.wordy, "", _NO_DOUBT
        weights = Weights(
            words=[self._weight(f"w:{word}") for word in wording.bare],
            pairs=[self._weight(f"w:{pair}") for pair in wording.pairs],
            runs=[self._weight("c:", word) for word in wording.bare],
        )
        sums = [wording.sum(weights, *span) for span in spans]
        most, doubt = max(sums), self.doubt * math.log(len(spans))
        if most - doubt <= wording.sum(weights):
            return reading.wordy, "", _NO_DOUBT
        part = wording.part(*spans[sums.index(most)])
        doubted = _NO_DOUBT._replace(x=doubt, value=str(len(spans)))
        return list(wordy(part)), _called(part), doubted

    def _weight(self, key: str, runs: str = "") -> float:
        """What a Feature weighs, all its columns together; words are remembered, pairs are not."""
        if not runs:
            return self.weights.item(column(key))
        found = self._known.get((key, runs))
        if found is None:
            found = math.fsum(self.weights[list(columns(key, runs))].tolist())
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[key, runs] = found
        return found

    def _abstains(self, script: str) -> str:
        known = self.scripts.get(script, 0)
        if not script or known >= self.min_script:
            return ""
        return f"not enough examples in {script} script ({known})"


def _called(part: Wording) -> str:
    """A part by its first and last words."""
    return f"{' '.join(part.stood[:_ENDS])} … {' '.join(part.stood[-_ENDS:])}"[:160]


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
