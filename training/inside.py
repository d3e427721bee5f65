"""What a model is made of: how much more labels would bring, and the clues that weigh most."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Final

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from models.features import columns, extract
from training.evaluate import recall_at
from training.fit import Table, fit_linear
from training.recipe import Recipe
from training.splits import folds, training_part

_SHARES: Final = (0.1, 0.25, 0.5, 1.0)
_MOST: Final = 30
_READ: Final = 4000


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """A point of the learning curve: *comments* learned from, AUC and recall on unseen units."""

    comments: int
    auc: float
    recall: float


@dataclasses.dataclass(frozen=True, slots=True)
class Weighty:
    """A clue and its weight in logits, in *comments* of those read."""

    name: str
    value: str
    weight: float
    comments: int


def learning_curve(
    table: Table,
    recipe: Recipe,
    seen: Callable[[str], None] = lambda _: None,
    *,
    jobs: int = 1,
) -> list[Step]:
    """Fits with more and more of the other blogs and videos, tried on one fifth (four fits)."""
    tested = folds(table.examples) == 0
    if len(set(table.is_spam[tested].tolist())) < 2:  # noqa: PLR2004 - both labels
        return []
    work = Parallel(n_jobs=jobs, return_as="generator")
    found = []
    for step in work(delayed(_step)(table, recipe, tested, share) for share in _SHARES):
        found.append(step)
        seen(f"learning curve, {step.comments} comments")
    return found


def _step(table: Table, recipe: Recipe, tested: NDArray[np.bool_], share: float) -> Step:
    units = sorted({example.unit for example in table.examples})
    draw = np.random.default_rng(0).random(len(units))
    taken = {unit for unit, x in zip(units, draw, strict=True) if x < share}
    kept = training_part(table.examples, tested)
    kept &= np.array([example.unit in taken for example in table.examples])
    if len(set(table.is_spam[kept].tolist())) < 2:  # noqa: PLR2004 - both labels
        return Step(int(kept.sum()), float("nan"), float("nan"))
    weights, bias = fit_linear(table, kept, recipe)
    logits = table.logits(tested, weights, bias, doubt=recipe.doubt)
    is_spam = table.is_spam[tested]
    auc = float(roc_auc_score(is_spam, logits))
    return Step(int(kept.sum()), auc, recall_at(is_spam, logits, 0.01))


def top_features(table: Table, recipe: Recipe) -> list[Weighty]:
    """The clues that speak loudest for spam and for ham, loudest first (one fit).

    Loud: a weight times the root of how many of the comments read have it, so that what happened
    once does not lead.
    """
    weights, _ = fit_linear(table, np.ones(len(table.examples), dtype=bool), recipe)
    step = max(1, len(table.examples) // _READ)
    names: dict[int, tuple[str, str]] = {}
    counts: dict[int, int] = {}
    amounts: dict[int, float] = {}
    for example in table.examples[::step]:
        found = {key: f for f in extract(example.comment) for key in columns(f.key, f.runs)}
        for key, feature in found.items():
            names.setdefault(key, (feature.name, feature.value if ":" in feature.key else ""))
            counts[key] = counts.get(key, 0) + 1
            amounts[key] = amounts.get(key, 0.0) + feature.x
    parts = {key: amounts[key] / count * float(weights[key]) for key, count in counts.items()}
    loudest = sorted(parts, key=lambda key: -abs(parts[key]) * counts[key] ** 0.5)[: 2 * _MOST]
    return [Weighty(*names[key], parts[key], counts[key]) for key in loudest]
