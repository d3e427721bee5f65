"""The words of a text with what they count as, whole and part by part.

A hundred good words around ten bad ones make each of the ten quieter, because the words of a text
share one length. So long texts are weighed part by part as well, and the loudest part counts.
"""

from __future__ import annotations

import bisect
import dataclasses
import itertools
import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

# Parts of this many words, each half over the next; a shorter text than _LONG is one part
# (measured: training/NOTEBOOK.md, "windows over long texts").
PART: Final = 16
_LONG: Final = 24
_GRAM_FROM, _GRAM_TO = 3, 5
# Longer words are addresses or noise; their first letters say it.
LONGEST_WORD: Final = 30
_KEPT: Final = 60
_REPEATED: Final = re.compile(r"([^\W\d_])\1+")


class Weights(NamedTuple):
    """What a model gives to each word, each pair and all runs of each word, place by place."""

    words: Sequence[float]
    pairs: Sequence[float]
    runs: Sequence[float]


@dataclasses.dataclass(frozen=True, slots=True)
class Wording:
    """Words in order: as they *stood*, and *bare*, with repeated letters once ("chheck").

    *sizes*: how many runs of letters each word has. Each counts once, however often it is said;
    all that counts shares one length, so its x is 1 / sqrt(n).
    """

    stood: tuple[str, ...]
    bare: tuple[str, ...]
    sizes: tuple[int, ...]

    @property
    def pairs(self) -> tuple[str, ...]:
        """The bare words with their neighbours (one fewer; O(n))."""
        return tuple([f"{a} {b}" for a, b in itertools.pairwise(self.bare)])

    def part(self, start: int, end: int) -> Wording:
        """The words from *start* to *end*."""
        return Wording(self.stood[start:end], self.bare[start:end], self.sizes[start:end])

    def spans(self) -> Iterator[tuple[int, int]]:
        """Where each part of a long text begins and ends; none of a short one."""
        count = len(self.bare)
        if count > _LONG:
            for start in range(0, count - PART // 2, PART // 2):
                yield min(start, count - PART), min(start + PART, count)


class Sums:
    """What any words of a Wording that stand together add to a logit: about a microsecond each.

    Sums over all that stands before a place are made once (O(n)); between two places only what is
    said there for the second time has to be taken off.
    """

    def __init__(self, wording: Wording, weights: Weights) -> None:
        self._weights, self._sizes = weights, wording.sizes
        self._words = [0.0, *itertools.accumulate(weights.words)]
        self._runs = [0.0, *itertools.accumulate(weights.runs)]
        self._pairs = [0.0, *itertools.accumulate(weights.pairs)]
        self._lengths = [0, *itertools.accumulate(wording.sizes)]
        self._again = _again(wording.bare)
        # Of words that differ all pairs do, too.
        self._pairs_again = _again(wording.pairs) if self._again else []

    def between(self, start: int, end: int) -> float:
        """What the words from *start* to *end* add, the pairs inside, and their runs of letters."""
        count, pairs = end - start, max(0, end - start - 1)
        of_words = self._words[end] - self._words[start]
        of_runs = self._runs[end] - self._runs[start]
        of_pairs = self._pairs[start + pairs] - self._pairs[start]
        length = self._lengths[end] - self._lengths[start]
        for place in _said_before(self._again, start, end):
            count -= 1
            of_words -= self._weights.words[place]
            of_runs -= self._weights.runs[place]
            length -= self._sizes[place]
        for place in _said_before(self._pairs_again, start, start + pairs):
            pairs -= 1
            of_pairs -= self._weights.pairs[place]
        return of_words * scale(count) + of_pairs * scale(pairs) + of_runs * scale(length)


def _again(said: Sequence[str]) -> list[tuple[int, int]]:
    """Where something is said again, with where it was said last; in order."""
    if len(set(said)) == len(said):
        return []
    found, last = [], dict[str, int]()
    for place, one in enumerate(said):
        before = last.get(one)
        if before is not None:
            found.append((place, before))
        last[one] = place
    return found


def _said_before(again: list[tuple[int, int]], start: int, end: int) -> list[int]:
    """The places between *start* and *end* where something is said that stands there before."""
    if not again:
        return []
    some = again[bisect.bisect_left(again, (start,)) : bisect.bisect_left(again, (end,))]
    return [place for place, before in some if before >= start]


def wording(words: Sequence[str]) -> Wording:
    """The Wording of *words* in order (folded; O(n))."""
    bare = tuple(map(_squeezed, words))
    return Wording(
        stood=tuple(words),
        bare=bare,
        sizes=tuple([_SIZES[len(word)] for word in bare]),
    )


def scale(count: int) -> float:
    """The x of each of *count* things that share the length 1."""
    return 1 / math.sqrt(count) if count else 0.0


@lru_cache(maxsize=10_000)
def _squeezed(word: str) -> str:
    return _REPEATED.sub(r"\1", word)[:_KEPT]


def grams(word: str) -> tuple[str, ...]:
    """Every run of three to five letters of *word*, with its edges."""
    padded = f" {word[:LONGEST_WORD]} "
    return tuple(
        padded[start : start + size]
        for size in range(_GRAM_FROM, min(_GRAM_TO, len(padded)) + 1)
        for start in range(len(padded) - size + 1)
    )


def count_grams(word: str) -> int:
    """How many `grams` has (free)."""
    return _SIZES[min(len(word), _KEPT)]


# How many a word of so many letters has.
_SIZES: Final = tuple(len(grams("x" * length)) for length in range(_KEPT + 1))
