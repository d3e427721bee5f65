"""Fit a linear model to Examples, calibrated on blogs it has not seen. No files, no printing."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from models.features import WIDTH
from training.augment import changed
from training.errors import NotEnoughLabels
from training.example import Example
from training.recipe import Recipe, draw_masks, rows_of
from training.rules import rule_weights
from training.splits import folds, training_part
from training.windows import Windows, windows_of

_FOLDS = 5
_FEWEST = 20
Floats = NDArray[np.float64]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Examples as numbers: plain rows, masked copies, 1.0 for spam, and what each row weighs.

    *windows* are the parts of long texts; None when what fits the table does not read them.
    """

    examples: Sequence[Example]
    plain: Any
    masked: Sequence[Any]
    is_spam: Floats
    weights: Floats
    windows: Windows | None = None

    def logits(
        self, rows: NDArray[Any], weights: Floats, bias: float, *, doubt: float = 0.0
    ) -> Floats:
        """What a model of these numbers says of these *rows* (a mask, or places)."""
        found: Floats = self.plain[rows] @ weights + bias
        if self.windows is not None:
            found = found + self.windows.gains(weights, self.plain.shape[0], doubt)[rows]
        return found


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A calibrated linear model, and the logits it gave to each Example when it had not seen it."""

    weights: NDArray[np.float32]
    bias: float
    doubt: float
    unseen: Floats


def labelled(examples: Sequence[Example]) -> Table:
    """*examples* with labels and weights and no numbers, for what reads comments itself."""
    is_spam = np.array([float(example.is_spam) for example in examples])
    return Table(examples=examples, plain=None, masked=(), is_spam=is_spam, weights=weigh(examples))


def tabulate(examples: Sequence[Example], recipe: Recipe, *, jobs: int = 1) -> Table:
    """*examples* as numbers (heavy CPU). Raises NotEnoughLabels."""
    is_spam = np.array([float(example.is_spam) for example in examples])
    if min(is_spam.sum(), len(is_spam) - is_spam.sum()) < _FEWEST:
        raise NotEnoughLabels(f"fitting needs {_FEWEST} comments of each label at least")
    rows = rows_of([example.comment for example in examples], jobs=jobs)
    masked = [rows.matrix(draw_masks(len(rows), recipe, turn)) for turn in range(recipe.masks)]
    for turn in range(recipe.changed):
        copies = [
            changed(example.comment, place, is_spam=example.is_spam, seed=recipe.seed + turn)
            for place, example in enumerate(examples)
        ]
        lost = draw_masks(len(rows), recipe, recipe.masks + turn)
        masked.append(rows_of(copies, jobs=jobs).matrix(lost))
    return Table(
        examples=examples,
        plain=rows.matrix(),
        masked=masked,
        is_spam=is_spam,
        weights=weigh(examples),
        windows=windows_of([example.comment for example in examples], jobs=jobs),
    )


def weigh(examples: Sequence[Example]) -> Floats:
    """What each Example weighs, as its corpus says."""
    return np.array([example.weight for example in examples])


def fit_linear(table: Table, rows: NDArray[np.bool_], recipe: Recipe) -> tuple[Floats, float]:
    """Weights and bias of a logistic regression on these *rows* and their copies, plus the rules.

    Both labels weigh the same in sum, whatever the corpora happen to hold. One thread: the same
    sums in the same order on every machine. Fitted to the end: at a tolerance of 1e-3 the models of
    two folds stopped at different places, and their logits could not be ranked together.
    """
    copies = [table.plain, *table.masked]
    stacked = sparse.vstack([copy[rows] for copy in copies]).tocsr()
    is_spam = np.tile(table.is_spam[rows], len(copies))
    weights = np.tile(table.weights[rows], len(copies))
    share = float((weights * is_spam).sum() / weights.sum())
    weights = weights * np.where(is_spam > 0, 0.5 / share, 0.5 / (1 - share))
    weights /= weights.mean()
    kept = np.flatnonzero(np.bincount(stacked.indices, minlength=WIDTH) >= recipe.rarest)
    model = LogisticRegression(C=recipe.strength, solver="lbfgs", max_iter=600, tol=1e-4)
    with threadpool_limits(1):
        model.fit(stacked[:, kept].astype(np.float64), is_spam, sample_weight=weights)
    full = recipe.rules * rule_weights()
    full[kept] += model.coef_[0]
    return full, float(model.intercept_[0])


def unseen_logits(
    table: Table,
    recipe: Recipe,
    seen: Callable[[str], None] = lambda _: None,
    *,
    jobs: int = 1,
) -> Floats:
    """For each Example the logit of a model that saw nothing of its unit (heavy CPU: 5 fits)."""
    place = folds(table.examples, count=_FOLDS)
    tested = [place == fold for fold in range(_FOLDS) if (place == fold).any()]
    logits = np.zeros(len(table.examples))
    work = Parallel(n_jobs=jobs, return_as="generator")
    found = work(delayed(_fold)(table, is_test, recipe) for is_test in tested)
    for turn, (is_test, scored) in enumerate(zip(tested, found, strict=True), 1):
        logits[is_test] = scored
        seen(f"fold {turn} of {len(tested)}")
    return logits


def _fold(table: Table, is_test: NDArray[np.bool_], recipe: Recipe) -> Floats:
    weights, bias = fit_linear(table, training_part(table.examples, is_test), recipe)
    return table.logits(is_test, weights, bias, doubt=recipe.doubt)


def fit(
    table: Table,
    recipe: Recipe,
    seen: Callable[[str], None] = lambda _: None,
    *,
    jobs: int = 1,
) -> Fitted:
    """The model of all of *table*, its logits stretched so that scores are shares (heavy CPU).

    Calibrated on every comment alike: on units alike, scores were 11 points from the shares.
    """
    raw = unseen_logits(table, recipe, seen, jobs=jobs)
    slope, shift = calibrate(raw, table.is_spam, table.weights / table.weights.sum())
    weights, bias = fit_linear(table, np.ones(len(table.examples), dtype=bool), recipe)
    seen("last fit")
    return Fitted(
        weights=(weights * slope).astype(np.float32),
        bias=bias * slope + shift,
        doubt=recipe.doubt * slope,
        unseen=raw * slope + shift,
    )


def calibrate(logits: Floats, is_spam: Floats, weights: Floats) -> tuple[float, float]:
    """Slope and shift that turn *logits* into log-odds (Platt's two numbers)."""
    model = LogisticRegression(C=1e6)
    model.fit(logits.reshape(-1, 1), is_spam, sample_weight=weights * len(weights))
    return float(model.coef_[0, 0]), float(model.intercept_[0])
