"""Examples as numbers on a disk: fitted to piece by piece, in memory that does not grow with them.

The very problem that `fit.fit_linear` solves, with the same columns and the same weights; only its
sums are made piece by piece. Each fit reads all pieces some dozen times, so two fits on two cores
take as long as their reading does (`tests/perf/README.md`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from joblib import Parallel, delayed
from joblib.externals.loky import get_reusable_executor
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit
from threadpoolctl import threadpool_limits

from models.features import WIDTH
from models.scripts import script_of
from models.text import fold
from training.example import Example
from training.fit import Floats, balanced, check_labels, tabulate_part, weigh
from training.recipe import Recipe
from training.rules import rule_weights
from training.stream import Stream
from training.windows import Windows

# Comments in a piece: about 30 MB on the disk, 200 MB of memory for who makes it.
SIZE: Final = 2000
# A fit ends after so many steps: there its loss is below the one at which `LogisticRegression` with
# our tolerance ends after ninety (measured on the shipped corpora: 0.12780 and 0.12785).
_SOLVER: Final = {"maxiter": 64, "maxls": 50, "gtol": 0.0, "ftol": 1e-9}
# p x (1 - p) of a comment whose score is fairly sure, which most are.
_BEND: Final = 0.02


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """*count* Examples from *start* on, in files whose names begin with *stem*."""

    stem: Path
    start: int
    count: int

    @property
    def here(self) -> slice:
        """Their places among all Examples."""
        return slice(self.start, self.start + self.count)

    def rows(self) -> Any:  # noqa: ANN401 - scipy has no types
        """The plain rows and all copies after them, *count* at a time (slow I/O)."""
        return self._read("rows")

    def windows(self) -> Windows:
        """The parts of long texts (slow I/O)."""
        owners, texts = (np.load(f"{self.stem}-{name}.npy") for name in ("owners", "texts"))
        return Windows(self._read("whole"), self._read("parts"), owners, texts)

    def keep(self, rows: Any, windows: Windows) -> None:  # noqa: ANN401 - scipy has no types
        """Write what the other two read."""
        for name, matrix in (("rows", rows), ("whole", windows.whole), ("parts", windows.parts)):
            for part in ("data", "indices", "indptr"):
                np.save(f"{self.stem}-{name}-{part}.npy", getattr(matrix, part))
        np.save(f"{self.stem}-owners.npy", windows.owners)
        np.save(f"{self.stem}-texts.npy", windows.texts)

    def _read(self, name: str) -> Any:  # noqa: ANN401 - scipy has no types
        values, columns, ends = (
            np.load(f"{self.stem}-{name}-{part}.npy", mmap_mode="r")
            for part in ("data", "indices", "indptr")
        )
        return sparse.csr_matrix((values, columns, ends), shape=(len(ends) - 1, WIDTH))


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Examples as numbers, in *pieces* on a disk; *examples* without texts, *scripts* of theirs."""

    examples: Sequence[Example]
    pieces: Sequence[Piece]
    is_spam: Floats
    weights: Floats
    scripts: Sequence[str]

    def fitted(self, rows: NDArray[np.bool_], recipe: Recipe) -> tuple[Floats, float]:
        """What `fit_linear` finds for these *rows* (heavy CPU, slow I/O: some seventy readings)."""
        copies = 1 + recipe.masks + recipe.changed
        weights = np.zeros(len(rows))
        weights[rows] = balanced(self.weights[rows], self.is_spam[rows])
        counts, squares = self._sums(rows, weights, copies)
        kept = np.flatnonzero(counts >= recipe.rarest)
        # Steps of a length that suits each column, and the bias: two thirds of the readings.
        steps = 1 / np.sqrt(1 + _BEND * np.append(squares[kept], copies * weights.sum()))
        task = _Task(self.pieces, kept, weights, self.is_spam, copies)

        def loss(at: Floats) -> tuple[float, Floats]:
            value, slope = task.loss(at * steps, recipe.strength)
            return value, slope * steps

        with threadpool_limits(1):
            start = np.zeros(len(steps))
            found = minimize(loss, start, jac=True, method="L-BFGS-B", options=_SOLVER)
        at = found.x * steps
        full = recipe.rules * rule_weights()
        full[kept] += at[:-1]
        return full, float(at[-1])

    def _sums(
        self, rows: NDArray[np.bool_], weights: Floats, copies: int
    ) -> tuple[NDArray[np.int64], Floats]:
        """In how many of these *rows* and copies each column stands; its weighted squares."""
        counts, squares = np.zeros(WIDTH, dtype=np.int64), np.zeros(WIDTH)
        for piece in self.pieces:
            here = np.tile(rows[piece.here], copies)
            found = piece.rows()[here]
            counts += np.bincount(found.indices, minlength=WIDTH)
            found.data **= 2
            squares += found.T @ np.tile(weights[piece.here], copies)[here].astype(np.float32)
        return counts, squares

    def logits(
        self, rows: NDArray[np.bool_], weights: Floats, bias: float, *, doubt: float = 0.0
    ) -> Floats:
        """What a model of these numbers says of these *rows* (slow I/O: one reading)."""
        found = [np.zeros(0)]
        for piece in self.pieces:
            here = rows[piece.here]
            if here.any():
                gains = piece.windows().gains(weights, piece.count, doubt)
                found.append((piece.rows()[: piece.count] @ weights + bias + gains)[here])
        return np.concatenate(found)

    def without_examples(self) -> Pieces:
        """The numbers alone, to be sent to another process."""
        return dataclasses.replace(self, examples=(), scripts=())


class _Task(NamedTuple):
    """A logistic regression over *pieces*, of *kept* columns, as scikit-learn puts it."""

    pieces: Sequence[Piece]
    kept: NDArray[np.int64]
    weights: Floats
    is_spam: Floats
    copies: int

    def loss(self, at: Floats, strength: float) -> tuple[float, Floats]:
        """The loss of weights and bias *at*, and its slope (heavy CPU, slow I/O: one reading)."""
        # Single precision within a piece, double between them: half the memory to walk through.
        full = np.zeros(WIDTH, dtype=np.float32)
        full[self.kept] = at[:-1]
        loss = total = 0.0
        slope, slope_of_bias = np.zeros(WIDTH), 0.0
        for piece in self.pieces:
            weights = np.tile(self.weights[piece.here], self.copies)
            if not weights.any():
                continue
            is_spam = np.tile(self.is_spam[piece.here], self.copies)
            rows = piece.rows()
            logits = (rows @ full).astype(np.float64) + at[-1]
            loss += float(weights @ (np.logaddexp(0.0, logits) - is_spam * logits))
            pulls = weights * (expit(logits) - is_spam)
            slope += rows.T @ pulls.astype(np.float32)
            slope_of_bias += float(pulls.sum())
            total += float(weights.sum())
        ridge = 1.0 / strength
        loss += 0.5 * ridge * float(at[:-1] @ at[:-1])
        slopes = np.append(slope[self.kept] + ridge * at[:-1], slope_of_bias)
        return loss / total, slopes / total


def tabulate(
    stream: Stream,
    recipe: Recipe,
    folder: Path,
    *,
    jobs: int = 1,
    seen: Callable[[str], None] = lambda _: None,
) -> Pieces:
    """*stream* as numbers in *folder*, 16 kB a comment (heavy CPU, 3 ms each). NotEnoughLabels.

    Workers write into *folder* themselves: on other machines it must be the same for all of them.
    """
    check_labels(stream.bare)
    count = len(stream.bare)

    def tasks() -> Iterator[Any]:
        for number, batch in enumerate(stream.batches(SIZE)):
            piece = Piece(folder / f"{number:05d}", number * SIZE, len(batch))
            yield delayed(_write)(batch, piece, recipe, count)

    work = Parallel(n_jobs=jobs, return_as="generator", batch_size=1)
    pieces: list[Piece] = []
    scripts: list[str] = []
    for piece, found in work(tasks()):
        pieces.append(piece)
        scripts += found
        seen(f"features of {len(scripts):,} of {count:,}")
    if jobs > 1:
        # Its processes remember words by the hundred megabytes; the fits have no use for them.
        get_reusable_executor().shutdown()
    return Pieces(
        examples=stream.bare,
        pieces=pieces,
        is_spam=np.array([float(example.is_spam) for example in stream.bare]),
        weights=weigh(stream.bare),
        scripts=scripts,
    )


def _write(
    batch: Sequence[Example], piece: Piece, recipe: Recipe, count: int
) -> tuple[Piece, list[str]]:
    table = tabulate_part(batch, recipe, count=count, start=piece.start)
    assert table.windows is not None  # noqa: S101 - tabulate_part has made them
    piece.keep(sparse.vstack([table.plain, *table.masked]).tocsr(), table.windows)
    return piece, [script_of(fold(example.comment.text[:2000])) for example in batch]
