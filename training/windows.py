"""The parts of long texts as numbers: the loudest part counts, in training as in the service.

`Classifier` does the same for one Comment; a test holds the two together.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from models.comment import Comment
from models.families.content import wordy
from models.families.view import view
from models.families.wording import Wording
from models.features import spread
from training.recipe import stacked

Floats = NDArray[np.float64]
_BATCH = 400


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """The words of long texts: row i of *whole* is all of text *texts[i]*, of *parts* one part.

    *owners* says for each part which row of *whole* it belongs to; every row has parts.
    """

    whole: Any
    parts: Any
    owners: NDArray[np.int64]
    texts: NDArray[np.int64]

    def gains(self, weights: Floats, count: int, doubt: float) -> Floats:
        """What the loudest part adds to the logit of each of *count* texts; 0 for short ones.

        Of many parts one is loud by chance, so *doubt* x log(parts) is taken off.
        """
        gained = np.zeros(count)
        if len(self.texts):
            loudest = np.full(len(self.texts), -np.inf)
            np.maximum.at(loudest, self.owners, self.parts @ weights)
            loudest -= doubt * np.log(np.bincount(self.owners))
            gained[self.texts] = np.maximum(0.0, loudest - self.whole @ weights)
        return gained


def windows_of(comments: Sequence[Comment], *, jobs: int = 1) -> Windows:
    """The Windows of *comments* (heavy CPU: about half a millisecond each)."""
    batches = [comments[start : start + _BATCH] for start in range(0, len(comments), _BATCH)]
    made = [one for batch in Parallel(n_jobs=jobs)(map(delayed(_read), batches)) for one in batch]
    texts = [place for place, (_, parts) in enumerate(made) if parts]
    rows = [made[place] for place in texts]
    return Windows(
        whole=stacked([whole for whole, _ in rows]).matrix(),
        parts=stacked([part for _, parts in rows for part in parts]).matrix(),
        owners=np.repeat(np.arange(len(rows)), [len(parts) for _, parts in rows]),
        texts=np.array(texts, dtype=np.int64),
    )


_Row = tuple[Any, Any, Any]


def _read(batch: Sequence[Comment]) -> list[tuple[_Row | None, list[_Row]]]:
    made: list[tuple[_Row | None, list[_Row]]] = []
    for comment in batch:
        wording = view(comment).wording
        parts = [_row(wording.part(*span)) for span in wording.spans()] if comment.text else []
        made.append((_row(wording) if parts else None, parts))
    return made


def _row(wording: Wording) -> _Row:
    columns, values, _ = spread(list(wordy(wording)))
    return columns, values.astype(np.float32), np.zeros(len(columns), np.uint8)
