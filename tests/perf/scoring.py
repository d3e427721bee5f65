"""Scoring one comment: by our own road and by scikit-learn over the same columns, in turns.

    CHAFFINCH_CORPORA=folder python -m tests.perf.scoring [--rounds 9]

Real comments of about 300 characters, the model that ships, evidence and all. Each comment counts
with the fastest of its rounds, for neighbours only ever make a round slower. Prints the median of
both, their ratio, what the parts of our road cost, and how far the two scores lie apart.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from models.classifier import Classifier
from models.comment import Comment
from models.families.content import wordy
from models.families.view import view
from models.features import WIDTH, read, spread
from models.loader import load
from models.registry import Registry
from tests.perf._goals import held
from training import corpora

_GOAL_US = 150
_MOST_LOGIT = 14.0
_LENGTHS = range(270, 331)
_MANY = 200


def by_scikit_learn(model: Classifier) -> Callable[[Comment], float]:
    """The same logit by scikit-learn: each part of a text a row, the loudest counts."""
    pipeline = LogisticRegression()
    pipeline.classes_ = np.array([0, 1])
    pipeline.coef_ = model.weights.astype(np.float64).reshape(1, -1)
    pipeline.intercept_ = np.array([model.bias])

    def logit(comment: Comment) -> float:
        found = read(comment)
        spans = list(found.wording.spans())
        rows = [found.features]
        rows += [[*wordy(found.wording.part(*span)), *found.others] for span in spans]
        numbers = [spread(row) for row in rows]
        ends = np.cumsum([0] + [len(columns) for columns, _, _ in numbers])
        columns = np.concatenate([columns for columns, _, _ in numbers])
        values = np.concatenate([values for _, values, _ in numbers])
        table = sparse.csr_matrix((values, columns, ends), shape=(len(rows), WIDTH))
        logits = pipeline.decision_function(table)
        logits[1:] -= model.doubt * np.log(max(1, len(spans)))
        return float(np.clip(logits.max(), -_MOST_LOGIT, _MOST_LOGIT))

    return logit


def fastest(rounds: int, ways: Sequence[Callable[[Comment], Any]], found: list[Comment]) -> Any:
    """For each way and each comment the fewest microseconds of *rounds*, in turns."""
    best = np.full((len(ways), len(found)), np.inf)
    for _ in range(rounds):
        for place, comment in enumerate(found):
            for way, call in enumerate(ways):
                began = time.perf_counter_ns()
                call(comment)
                took = (time.perf_counter_ns() - began) / 1000
                best[way, place] = min(best[way, place], took)
    return best


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    asked = parser.parse_args()
    folder = os.environ.get("CHAFFINCH_CORPORA")
    if not folder:
        print("CHAFFINCH_CORPORA is not set; nothing was measured")
        return 1
    every = [one.comment for one in corpora.load(Path(folder)) if len(one.comment.text) in _LENGTHS]
    found = every[:: max(1, len(every) // _MANY)][:_MANY]
    model = load(Registry(None))
    theirs = by_scikit_learn(model)
    apart = max(abs(model.score(one).evidence.logit - theirs(one)) for one in found)
    ways = {"a score": model.score, "scikit-learn": theirs, "reading": read, "viewing": view}
    best = fastest(asked.rounds, list(ways.values()), found)
    middle = dict(zip(ways, map(statistics.median, best.tolist()), strict=True))
    print(f"{len(found)} comments of {_LENGTHS[0]}-{_LENGTHS[-1]} characters, {model.model_id}")
    for name, median in middle.items():
        print(f"  {name:<14}{median:8.0f} us, median of the fastest of {asked.rounds}")
    score = middle["a score"]
    text = f"{score:.0f} us, {middle['scikit-learn'] / score:.1f} times as fast as scikit-learn"
    is_fast = held("one score, with evidence", text, f"{_GOAL_US} us", is_met=score <= _GOAL_US)
    text = f"at most {apart:.1e} apart"
    is_same = held("logit, and scikit-learn's", text, "1e-9", is_met=apart <= 1e-9)
    return 0 if is_fast and is_same else 1


if __name__ == "__main__":
    sys.exit(main())
