"""What a model gives to the words of a text, worked out by number and not by Feature.

A Feature for each word, each pair and each run of letters costs more than all the rest of a score,
and most of them are never shown. So words are weighed here, and named only when they matter.
`models.families.content.wordy` finds the same as Features; tests hold the two together.
"""

from __future__ import annotations

import itertools
import math
import zlib
from collections.abc import Iterable, Sequence
from operator import add
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.families.content import ONE_WORD, TWO_WORDS
from models.families.wording import Weights, Wording, scale
from models.features import MASK, columns

# Words remembered; then all are forgotten, so that nobody's inventions fill the memory.
_MOST_KNOWN: Final = 60_000
_SHOWN: Final = 80
_NOTHING: Final = 1e-6

# A reason a person reads (name, value, where), and what it adds to the logit.
Reason = tuple[str, str, str]


class _Word(NamedTuple):
    """What a word weighs, all its runs of letters together, and how it begins and ends a pair."""

    word: float
    runs: float
    begun: int
    ends: bytes


class Shares(NamedTuple):
    """What some words add to a logit: each number, and by what is *said* of the two kinds."""

    parts: list[float]
    said: tuple[tuple[str, dict[str, float]], ...]


class Scales:
    """A model's *weights* (float32, one for each column), asked for words. Safe between threads."""

    def __init__(self, weights: NDArray[np.float32]) -> None:
        self._weights = weights
        # Reading one number through it costs half of what numpy takes.
        self._one = memoryview(np.ascontiguousarray(weights, np.float32).data)
        self._words: dict[str, _Word] = {}

    def weigh(self, wording: Wording) -> Weights:
        """What each word, each pair and all runs of each word weigh, place by place (O(n))."""
        known, one, mask = self._words, self._one, MASK
        words = [known.get(word) or self._learn(word) for word in wording.bare]
        return Weights(
            words=[found.word for found in words],
            pairs=[
                one[zlib.crc32(after.ends, before.begun) & mask]
                for before, after in itertools.pairwise(words)
            ],
            runs=[found.runs for found in words],
        )

    def _learn(self, word: str) -> _Word:
        raw = word.encode("utf-8", "replace")
        begun = zlib.crc32(b"w:" + raw)
        runs = self._weights[list(columns("c:", word))] if word else self._weights[:0]
        found = _Word(
            word=self._one[begun & MASK],
            runs=math.fsum(runs.tolist()),
            begun=zlib.crc32(b" ", begun),
            ends=raw,
        )
        if len(self._words) >= _MOST_KNOWN:
            self._words.clear()
        self._words[word] = found
        return found


def shares(wording: Wording, weights: Weights, start: int = 0, end: int | None = None) -> Shares:
    """What the words from *start* to *end* add, each once, under the name each stood by first."""
    last = len(wording.bare) if end is None else end
    words = _places(wording.bare, start, last)
    pairs = _places(wording.pairs, start, max(start, last - 1))
    sizes = sum([wording.sizes[place] for place in words])
    of_words, of_runs, of_pairs = scale(len(words)), scale(sizes), scale(len(pairs))
    by_word = [weights.words[place] * of_words for place in words]
    by_runs = [weights.runs[place] * of_runs for place in words]
    by_pair = [weights.pairs[place] * of_pairs for place in pairs]
    stood = wording.stood
    said = _summed([stood[place][:_SHOWN] for place in words], map(add, by_word, by_runs))
    pairs_said = _summed([f"{stood[p]} {stood[p + 1]}"[:_SHOWN] for p in pairs], by_pair)
    return Shares([*by_word, *by_runs, *by_pair], ((ONE_WORD, said), (TWO_WORDS, pairs_said)))


def _summed(values: list[str], parts: Iterable[float]) -> dict[str, float]:
    """What is said in the same words, added up."""
    if len(set(values)) == len(values):
        return dict(zip(values, parts, strict=True))
    sums: dict[str, float] = {}
    for value, part in zip(values, parts, strict=True):
        sums[value] = sums.get(value, 0.0) + part
    return sums


def _places(said: Sequence[str], start: int, end: int) -> Sequence[int]:
    """Where each of *said* stands first between *start* and *end*."""
    piece = said[start:end]
    if len(set(piece)) == len(piece):
        return range(start, end)
    return list(dict(zip(reversed(piece), range(end - 1, start - 1, -1), strict=True)).values())


def strongest(shared: Shares, others: dict[Reason, float], most: int) -> list[tuple[Reason, float]]:
    """The *most* reasons that add most, strongest first; equal ones by name."""
    found = [*map(abs, others.values())]
    for _, said in shared.said:
        found += map(abs, said.values())
    found.sort(reverse=True)
    least = max(_NOTHING, found[most - 1] if len(found) >= most else 0.0)
    chosen = [(reason, part) for reason, part in others.items() if abs(part) >= least]
    for name, said in shared.said:
        chosen += [
            ((name, value, "text"), part) for value, part in said.items() if abs(part) >= least
        ]
    chosen.sort(key=lambda item: (-abs(item[1]), item[0]))
    return chosen[:most]
