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
# Two words of so many letters are shown whole, with the space between them.
_SURELY_SHOWN: Final = (_SHOWN - 1) // 2
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
    """What some words add to a logit: at which *places* of what *stood* there words and pairs do.

    *parts* is all of it, each number by itself.
    """

    parts: list[float]
    words: Sequence[int]
    by_word: list[float]
    pairs: Sequence[int]
    by_pair: list[float]
    stood: Sequence[str]


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
    """What the words from *start* to *end* add, each once, where it stands first."""
    last = len(wording.bare) if end is None else end
    words = _places(wording.bare[start:last], start)
    pairs: Sequence[int] = range(start, max(start, last - 1))
    if len(words) < last - start:
        # Of words that differ all pairs do, too.
        pairs = _places(list(itertools.pairwise(wording.bare[start:last])), start)
    sizes = sum([wording.sizes[place] for place in words])
    of_words, of_runs, of_pairs = scale(len(words)), scale(sizes), scale(len(pairs))
    alone = [weights.words[place] * of_words for place in words]
    runs = [weights.runs[place] * of_runs for place in words]
    by_pair = [weights.pairs[place] * of_pairs for place in pairs]
    by_word = list(map(add, alone, runs))
    return Shares([*alone, *runs, *by_pair], words, by_word, pairs, by_pair, wording.stood)


def _places(said: Sequence[object], start: int) -> Sequence[int]:
    """Where each of *said* stands first, counted from *start*."""
    count = len(said)
    if len(set(said)) == count:
        return range(start, start + count)
    first = dict(zip(reversed(said), range(start + count - 1, start - 1, -1), strict=True))
    return sorted(first.values())


def strongest(shared: Shares, others: dict[Reason, float], most: int) -> list[tuple[Reason, float]]:
    """The *most* reasons that add most, strongest first; equal ones by name."""
    if max(map(len, shared.stood), default=0) > _SURELY_SHOWN:
        # Cut to what is shown, two may have one name.
        others = summed([*others.items(), *_named(shared, 0.0)])
        shared = shared._replace(words=(), by_word=[], pairs=(), by_pair=[])
    found = [*map(abs, others.values()), *map(abs, shared.by_word), *map(abs, shared.by_pair)]
    found.sort(reverse=True)
    least = max(_NOTHING, found[most - 1] if len(found) >= most else 0.0)
    chosen = [(reason, part) for reason, part in others.items() if abs(part) >= least]
    chosen += _named(shared, least)
    chosen.sort(key=lambda item: (-abs(item[1]), item[0]))
    return chosen[:most]


def _named(shared: Shares, least: float) -> list[tuple[Reason, float]]:
    """What adds *least* and more, of words and of pairs, under the name that is shown."""
    stood = shared.stood
    named = [
        ((ONE_WORD, stood[place][:_SHOWN], "text"), part)
        for place, part in zip(shared.words, shared.by_word, strict=True)
        if part >= least or -part >= least
    ]
    return named + [
        ((TWO_WORDS, f"{stood[place]} {stood[place + 1]}"[:_SHOWN], "text"), part)
        for place, part in zip(shared.pairs, shared.by_pair, strict=True)
        if part >= least or -part >= least
    ]


def summed(named: Iterable[tuple[Reason, float]]) -> dict[Reason, float]:
    """What stands for the same thing, added up."""
    sums: dict[Reason, float] = {}
    for reason, part in named:
        sums[reason] = sums.get(reason, 0.0) + part
    return sums
