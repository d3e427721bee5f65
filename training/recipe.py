"""Recipe: what a run may vary, and Examples as the matrix a fit eats."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy import sparse

from models.comment import Comment
from models.features import WIDTH, column, extract
from training.example import Example

# What corpora carry or lack by accident; masked at random so that lacking it means nothing.
_MASKED: Final = ("author", "author_url", "author_email", "user_agent", "permalink")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Hyperparameters of one run. *strength* is C of the logistic regression.

    *masks* copies of each Example are added with every field dropped by chance *mask_rate*.
    """

    strength: float = 1.0
    masks: int = 1
    mask_rate: float = 0.5
    seed: int = 0


def mask(comment: Comment, draw: random.Random, rate: float) -> Comment:
    """*comment* with each field that a corpus may lack dropped by chance *rate*."""
    dropped: dict[str, Any] = {name: "" for name in _MASKED if draw.random() < rate}
    return dataclasses.replace(comment, **dropped)


def columns_of(comment: Comment) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """The hashed columns of *comment* and how much of each."""
    found: dict[int, float] = {}
    for feature in extract(comment):
        place = column(feature.key)
        found[place] = found.get(place, 0.0) + feature.x
    columns = np.fromiter(found.keys(), np.int32, len(found))
    return columns, np.fromiter(found.values(), np.float64, len(found))


def matrix(comments: Sequence[Comment], *, jobs: int = 1) -> Any:  # noqa: ANN401 - scipy has no types
    """*comments* as a sparse matrix, one row each (heavy CPU, shared among *jobs* processes)."""
    size = 500
    batches = [comments[start : start + size] for start in range(0, len(comments), size)]
    made = Parallel(n_jobs=jobs)(delayed(_rows)(batch) for batch in batches)
    rows = [row for batch in made for row in batch]
    if not rows:
        return sparse.csr_matrix((0, WIDTH))
    ends = np.cumsum([0] + [len(columns) for columns, _ in rows])
    values = np.concatenate([amounts for _, amounts in rows])
    places = np.concatenate([columns for columns, _ in rows])
    return sparse.csr_matrix((values, places, ends), shape=(len(rows), WIDTH))


def _rows(batch: Sequence[Comment]) -> list[tuple[NDArray[np.int32], NDArray[np.float64]]]:
    return [columns_of(comment) for comment in batch]


def masked(examples: Sequence[Example], recipe: Recipe) -> list[Comment]:
    """The masked copies of *examples*, in order, *recipe.masks* rounds of them."""
    made = []
    for turn in range(recipe.masks):
        draw = random.Random(f"{recipe.seed}:{turn}")  # noqa: S311 - a draw, not a secret
        made += [mask(example.comment, draw, recipe.mask_rate) for example in examples]
    return made
