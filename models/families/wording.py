"""The words of a text with what they count as, whole and part by part.

A hundred good words around ten bad ones make each of the ten quieter, because the words of a text
share one length. So long texts are weighed part by part as well, and the loudest part counts.
"""

from __future__ import annotations

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

    *pairs* are neighbours (one fewer), *sizes* how many runs of letters each word has. Each counts
    once, however often it is said; all that counts shares one length, so its x is 1 / sqrt(n).
    """

    stood: tuple[str, ...]
    bare: tuple[str, ...]
    pairs: tuple[str, ...]
    sizes: tuple[int, ...]

    def part(self, start: int, end: int) -> Wording:
        """The words from *start* to *end*."""
        return Wording(
            self.stood[start:end],
            self.bare[start:end],
            self.pairs[start : end - 1],
            self.sizes[start:end],
        )

    def spans(self) -> Iterator[tuple[int, int]]:
        """Where each part of a long text begins and ends; none of a short one."""
        count = len(self.bare)
        if count > _LONG:
            for start in range(0, count - PART // 2, PART // 2):
                yield min(start, count - PART), min(start + PART, count)

    def sum(self, weights: Weights, start: int = 0, end: int | None = None) -> float:
        """What the words from *start* to *end* add to a logit (a few microseconds a part)."""
        last = len(self.bare) if end is None else end
        places = slice(start, last)
        neighbours = slice(start, max(start, last - 1))
        bare, sizes = self.bare[places], self.sizes[places]
        words, pairs, runs = weights.words[places], weights.pairs[neighbours], weights.runs[places]
        if len(set(bare)) < len(bare):
            # Each counts once; of words that differ all pairs do, too.
            sizes = tuple(dict(zip(bare, sizes, strict=True)).values())
            words = [*dict(zip(bare, words, strict=True)).values()]
            runs = [*dict(zip(bare, runs, strict=True)).values()]
            pairs = [*dict(zip(self.pairs[neighbours], pairs, strict=True)).values()]
        return (
            math.fsum(words) * scale(len(words))
            + math.fsum(pairs) * scale(len(pairs))
            + math.fsum(runs) * scale(sum(sizes))
        )


def wording(words: Sequence[str]) -> Wording:
    """The Wording of *words* in order (folded; O(n))."""
    bare = tuple(map(_squeezed, words))
    return Wording(
        stood=tuple(words),
        bare=bare,
        pairs=tuple(f"{a} {b}" for a, b in itertools.pairwise(bare)),
        sizes=tuple([_SIZES[len(word)] for word in bare]),
    )


def scale(count: int) -> float:
    """The x of each of *count* things that share the length 1."""
    return 1 / math.sqrt(count) if count else 0.0


@lru_cache(maxsize=50_000)
def _squeezed(word: str) -> str:
    return _REPEATED.sub(r"\1", word)[:_KEPT]


@lru_cache(maxsize=50_000)
def grams(word: str) -> tuple[str, ...]:
    """Every run of three to five letters of *word*, with its edges."""
    padded = f" {word[:LONGEST_WORD]} "
    return tuple(
        padded[start : start + size]
        for size in range(_GRAM_FROM, min(_GRAM_TO, len(padded)) + 1)
        for start in range(len(padded) - size + 1)
    )


# How many runs a word of so many letters has.
_SIZES: Final = tuple(len(grams("x" * length)) for length in range(_KEPT + 1))
