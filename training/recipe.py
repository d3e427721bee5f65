"""Recipe: what a run may vary, and Examples as the rows of numbers a fit eats."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy import sparse

from models.comment import Comment
from models.features import FAMILIES, WIDTH, by_family, spread

# What corpora carry or lack by accident; masked at random so that lacking it means nothing.
_MASKED: Final = ("author", "author_url", "author_email", "permalink")
_BATCH: Final = 400


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Hyperparameters of one run. *strength* is C of the logistic regression.

    *masks* copies of each Example are added with every field dropped by chance *mask_rate* (the
    text by *text_mask_rate*); of *changed* more copies the text is disguised or padded as well
    (`training.augment`). A column seen in fewer than *rarest* rows is left out. *rules* is what a
    point of the rules of thumb adds to a weight (`training.rules`). *doubt*, times the logarithm of
    how many parts a text has, is what the loudest part must bring more than the whole.
    """

    strength: float = 1.0
    masks: int = 1
    changed: int = 1
    mask_rate: float = 0.5
    text_mask_rate: float = 0.15
    rarest: int = 3
    rules: float = 0.5
    doubt: float = 0.3
    seed: int = 0


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Comments as numbers: row i holds *columns*, *values* and *families* [ends[i] : ends[i+1]]."""

    ends: NDArray[np.int64]
    columns: NDArray[np.int32]
    values: NDArray[np.float32]
    families: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.ends) - 1

    def matrix(self, dropped: NDArray[np.bool_] | None = None) -> Any:  # noqa: ANN401 - scipy has no types
        """All rows as a sparse matrix; *dropped* (rows x families) leaves families out."""
        if dropped is None:
            parts = (self.values, self.columns, self.ends)
        else:
            row = np.repeat(np.arange(len(self)), np.diff(self.ends))
            kept = ~dropped[row, self.families]
            ends = np.concatenate([[0], np.cumsum(kept)])[self.ends]
            parts = (self.values[kept], self.columns[kept], ends)
        return sparse.csr_matrix(parts, shape=(len(self), WIDTH))


def rows_of(comments: Sequence[Comment], *, jobs: int = 1) -> Rows:
    """*comments* as numbers (heavy CPU: about 1 ms each, shared among *jobs* processes)."""
    batches = [comments[start : start + _BATCH] for start in range(0, len(comments), _BATCH)]
    made = [row for batch in Parallel(n_jobs=jobs)(map(delayed(_rows), batches)) for row in batch]
    return stacked(made)


def stacked(made: Sequence[tuple[Any, Any, Any]]) -> Rows:
    """Rows of (columns, values, families)."""
    nothing = (np.zeros(0, np.int32), np.zeros(0, np.float32), np.zeros(0, np.uint8))
    columns, values, families = zip(nothing, *made, strict=True)
    return Rows(
        ends=np.cumsum([0] + [len(row[0]) for row in made], dtype=np.int64),
        columns=np.concatenate(columns),
        values=np.concatenate(values),
        families=np.concatenate(families),
    )


def _rows(batch: Sequence[Comment]) -> list[tuple[Any, Any, Any]]:
    made = []
    for comment in batch:
        found = list(by_family(comment))
        places = np.fromiter((place for place, _ in found), np.uint8, len(found))
        columns, values, owners = spread([feature for _, feature in found])
        made.append((columns, values.astype(np.float32), places[owners]))
    return made


def matrix(comments: Sequence[Comment], *, jobs: int = 1) -> Any:  # noqa: ANN401 - scipy has no types
    """*comments* as a sparse matrix, one row each, nothing masked (heavy CPU)."""
    return rows_of(comments, jobs=jobs).matrix()


def draw_masks(
    count: int, recipe: Recipe, turn: int, rows: slice = slice(None)
) -> NDArray[np.bool_]:
    """Which families each of *count* rows loses in round *turn*: those that need a masked field.

    Only of these *rows*, drawn as if all were asked for.
    """
    draw = np.random.default_rng([recipe.seed, turn])
    lost = {field: draw.random(count)[rows] < recipe.mask_rate for field in _MASKED}
    lost["text"] = draw.random(count)[rows] < recipe.text_mask_rate
    dropped = np.zeros((len(lost["text"]), len(FAMILIES)), dtype=bool)
    for place, family in enumerate(FAMILIES):
        for field in family.needs:
            if field in lost:
                dropped[:, place] |= lost[field]
    return dropped


def present_only(comments: Sequence[Comment]) -> Any:  # noqa: ANN401 - scipy has no types
    """Only which fields are known, one column each: the baseline that must not be the model."""
    fields = sorted({field for family in FAMILIES for field in family.needs})
    known = [[bool(getattr(comment, field)) for field in fields] for comment in comments]
    table = sparse.csr_matrix(np.asarray(known, dtype=np.float64).reshape(-1, len(fields)))
    table.resize((len(comments), WIDTH))
    return table
