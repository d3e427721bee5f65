"""Fit a linear model to Examples, calibrated on blogs it has not seen. No files, no printing."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol, Self

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

_FOLDS: Final = 5
_FEWEST: Final = 20
Floats = NDArray[np.float64]


class Fittable(Protocol):
    """Examples as numbers that a model can be fitted to: a Table, or Pieces on a disk."""

    @property
    def examples(self) -> Sequence[Example]: ...  # noqa: D102
    @property
    def is_spam(self) -> Floats: ...  # noqa: D102
    @property
    def weights(self) -> Floats: ...  # noqa: D102
    def fitted(self, rows: NDArray[np.bool_], recipe: Recipe) -> tuple[Floats, float]:
        """Weights and bias of a logistic regression on these *rows* and their copies."""

    def logits(
        self, rows: NDArray[np.bool_], weights: Floats, bias: float, *, doubt: float = 0.0
    ) -> Floats:
        """What a model of these numbers says of these *rows*."""

    def without_examples(self) -> Self:
        """The numbers alone, to be sent to another process."""


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

    def fitted(self, rows: NDArray[np.bool_], recipe: Recipe) -> tuple[Floats, float]:
        """`fit_linear` of these *rows* (heavy CPU)."""
        return fit_linear(self, rows, recipe)

    def without_examples(self) -> Table:
        """The numbers alone, to be sent to another process."""
        return dataclasses.replace(self, examples=())


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
    check_labels(examples)
    return tabulate_part(examples, recipe, count=len(examples), jobs=jobs)


def check_labels(examples: Sequence[Example]) -> None:
    """Raises NotEnoughLabels when *examples* have too few of one label to be fitted to."""
    spam = sum(example.is_spam for example in examples)
    if min(spam, len(examples) - spam) < _FEWEST:
        raise NotEnoughLabels(f"fitting needs {_FEWEST} comments of each label at least")


def check_blogs(examples: Sequence[Example]) -> None:
    """Raises NotEnoughLabels when what is not in some fold has one label alone, or nothing.

    So it is with the labels of a single blog: nothing could be said of one the model has not seen.
    """
    is_spam = np.array([example.is_spam for example in examples])
    place = folds(examples, count=_FOLDS)
    for fold in np.unique(place):
        rest = is_spam[training_part(examples, place == fold)]
        if rest.all() or not rest.any():
            raise NotEnoughLabels(
                "labels of both kinds from two blogs at least are needed, to measure a model on a"
                " blog it has not seen: give it corpora as well (--corpora)"
            )


def tabulate_part(
    examples: Sequence[Example], recipe: Recipe, *, count: int, start: int = 0, jobs: int = 1
) -> Table:
    """*examples* as the rows from *start* on of a Table of *count* (heavy CPU, 3 ms each)."""
    comments = [example.comment for example in examples]
    is_spam = np.array([float(example.is_spam) for example in examples])
    here = slice(start, start + len(examples))
    rows = rows_of(comments, jobs=jobs)
    masked = [rows.matrix(draw_masks(count, recipe, turn, here)) for turn in range(recipe.masks)]
    for turn in range(recipe.changed):
        copies = [
            changed(comment, place, is_spam=spam > 0, seed=recipe.seed + turn)
            for place, (comment, spam) in enumerate(zip(comments, is_spam, strict=True), start)
        ]
        lost = draw_masks(count, recipe, recipe.masks + turn, here)
        masked.append(rows_of(copies, jobs=jobs).matrix(lost))
    return Table(
        examples=examples,
        plain=rows.matrix(),
        masked=masked,
        is_spam=is_spam,
        weights=weigh(examples),
        windows=windows_of(comments, jobs=jobs),
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
    weights = balanced(np.tile(table.weights[rows], len(copies)), is_spam)
    kept = np.flatnonzero(np.bincount(stacked.indices, minlength=WIDTH) >= recipe.rarest)
    model = LogisticRegression(C=recipe.strength, solver="lbfgs", max_iter=600, tol=1e-4)
    with threadpool_limits(1):
        model.fit(stacked[:, kept].astype(np.float64), is_spam, sample_weight=weights)
    full = recipe.rules * rule_weights()
    full[kept] += model.coef_[0]
    return full, float(model.intercept_[0])


def balanced(weights: Floats, is_spam: Floats) -> Floats:
    """*weights* so that both labels weigh the same in sum, 1 in the mean."""
    share = float((weights * is_spam).sum() / weights.sum())
    weights = weights * np.where(is_spam > 0, 0.5 / share, 0.5 / (1 - share))
    weights /= weights.mean()
    return weights


def unseen_logits(
    table: Fittable,
    recipe: Recipe,
    seen: Callable[[str], None] = lambda _: None,
    *,
    jobs: int = 1,
) -> Floats:
    """For each Example the logit of a model that saw nothing of its unit (heavy CPU: 5 fits)."""
    return _logits_of(_fits(table, _tests(table), recipe, seen, jobs=jobs))


_Fit = tuple[NDArray[np.bool_], Floats, float, Floats]


def _tests(table: Fittable) -> list[NDArray[np.bool_]]:
    place = folds(table.examples, count=_FOLDS)
    return [place == fold for fold in range(_FOLDS) if (place == fold).any()]


def _fits(
    table: Fittable,
    tests: Sequence[NDArray[np.bool_]],
    recipe: Recipe,
    seen: Callable[[str], None],
    *,
    jobs: int,
) -> list[_Fit]:
    """For each of *tests* a fit to what is not in it: itself, weights, bias, logits of it."""
    parts = [training_part(table.examples, is_test) for is_test in tests]
    numbers = table.without_examples()
    work = Parallel(n_jobs=jobs, return_as="generator", batch_size=1)
    found = work(
        delayed(_fit)(numbers, part, is_test, recipe)
        for part, is_test in zip(parts, tests, strict=True)
    )
    made: list[_Fit] = []
    for is_test, fitted in zip(tests, found, strict=True):
        made.append((is_test, *fitted))
        seen(f"fit {len(made)} of {len(tests)}")
    return made


def _fit(
    table: Fittable, part: NDArray[np.bool_], is_test: NDArray[np.bool_], recipe: Recipe
) -> tuple[Floats, float, Floats]:
    weights, bias = table.fitted(part, recipe)
    return weights, bias, table.logits(is_test, weights, bias, doubt=recipe.doubt)


def _logits_of(fits: Sequence[_Fit]) -> Floats:
    logits = np.zeros(len(fits[0][0]))
    for is_test, _, _, found in fits:
        logits[is_test] = found
    return logits


def fit(
    table: Fittable,
    recipe: Recipe,
    seen: Callable[[str], None] = lambda _: None,
    *,
    jobs: int = 1,
) -> Fitted:
    """The model of all of *table*, its logits stretched so that scores are shares (heavy CPU).

    Calibrated on every comment alike: on units alike, scores were 11 points from the shares.
    """
    nothing = np.zeros(len(table.examples), dtype=bool)
    # The last fit, to all of it, beside the others: else it would run on one core alone.
    *parts, whole = _fits(table, [*_tests(table), nothing], recipe, seen, jobs=jobs)
    raw = _logits_of(parts)
    slope, shift = calibrate(raw, table.is_spam, table.weights / table.weights.sum())
    _, weights, bias, _ = whole
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
