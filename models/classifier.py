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
from models.families.view import Feature
from models.families.wording import Sums, Wording
from models.features import Reading, columns, read
from models.verdict import Cutoffs
from models.weighing import Reason, Scales, Shares, shares, strongest, summed

# Strongest clues kept with a Score; the rest is kept as one number.
MOST_CLUES: Final = 24
# Labels of the rarer kind below which a script is not known well enough to condemn anybody.
MIN_SCRIPT: Final = 200
# Weights remembered; then all are forgotten, so that nobody's inventions fill the memory.
_MOST_KNOWN: Final = 60_000
_ENDS: Final = 3
_SAME: Final = 1e-9
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
    _scales: Scales = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        """Make the weights ready to be asked for words."""
        object.__setattr__(self, "_scales", Scales(self.weights))

    def score(self, comment: Comment, reading: Reading | None = None) -> Score:
        """The Score of one Comment with its Evidence (heavy CPU: under 1 ms for 300 characters).

        *reading* is the Comment's own when it has been read already.
        """
        reading = read(comment) if reading is None else reading
        words, part, doubted = self._loudest(reading.wording)
        others = reading.others
        parts = [self._weight(f.key, f.runs) * f.x for f in others]
        if part:
            others = [*others, doubted]
            parts.append(-doubted.x)
        total = self.bias + math.fsum([*words.parts, *parts])
        logit = max(-_MOST_LOGIT, min(_MOST_LOGIT, total))
        named = summed(zip(map(_reason, others), parts, strict=True))
        reasons = strongest(words, named, MOST_CLUES)
        clues = tuple([Clue(name, value, said, where) for (name, value, where), said in reasons])
        rest = logit - self.bias - math.fsum([clue.weight for clue in clues])
        return Score(
            value=1 / (1 + math.exp(-logit)),
            model_id=self.model_id,
            evidence=Evidence(clues=clues, base=self.bias, rest=rest, part=part),
            abstains=self._abstains(reading.script),
        )

    def score_many(self, comments: Iterable[Comment]) -> list[Score]:
        """The Scores of many Comments, in order."""
        return [self.score(comment) for comment in comments]

    def _loudest(self, wording: Wording) -> tuple[Shares, str, Feature]:
        """What the words that count add, and what that part is called ("": all of them).

        With the doubt there is about a part, as the Feature that takes off its x.
        """
        weights = self._scales.weigh(wording)
        spans = list(wording.spans())
        if spans:
            sums = Sums(wording, weights)
            found = [sums.between(*span) for span in spans]
            most, doubt = max(found), self.doubt * math.log(len(spans))
            if most - doubt > sums.between(0, len(wording.bare)):
                # Parts that say the same differ by a rounding: the first of them counts.
                span = spans[next(n for n, one in enumerate(found) if one >= most - _SAME)]
                doubted = _NO_DOUBT._replace(x=doubt, value=str(len(spans)))
                return shares(wording, weights, *span), _called(wording.part(*span)), doubted
        return shares(wording, weights), "", _NO_DOUBT

    def _weight(self, key: str, runs: str = "") -> float:
        """What a Feature weighs, all its columns together; the newest are remembered."""
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


def _reason(feature: Feature) -> Reason:
    return feature.name, feature.value[:80], feature.where
