"""Champion and challenger on the same Comments: won, tied, lost by slice, and who changed sides."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from models.classifier import Classifier
from models.scripts import script_of
from models.text import fold
from models.verdict import Verdict, verdict
from training.example import Example

_HIDES = frozenset({Verdict.SPAM, Verdict.BLATANT})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One part of the Comments under both models.

    *won*: right only in the candidate, *lost*: right only in the live one. *p* is the chance of a
    difference this large between equals (sign test on the pairs, two-sided). *hidden*: good
    comments answered spam, *caught*: spam answered spam, as counts before and after.
    """

    ham: int
    spam: int
    won: int
    lost: int
    p: float
    hidden_before: int
    hidden_after: int
    caught_before: int
    caught_after: int

    @property
    def tied(self) -> int:
        """How many Comments both models get right, or both wrong."""
        return self.ham + self.spam - self.won - self.lost


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A Comment that the candidate answers otherwise, with its Label in one word."""

    before: Verdict
    after: Verdict
    label: str
    text: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All Comments (*whole*), each corpus, script and Site (*slices*), and who *changed* sides."""

    whole: Slice
    slices: dict[str, Slice]
    changed: tuple[Changed, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class _Pair:
    example: Example
    before: Verdict
    after: Verdict

    @property
    def was_right(self) -> bool:
        return (self.before in _HIDES) == self.example.is_spam

    @property
    def is_right(self) -> bool:
        return (self.after in _HIDES) == self.example.is_spam


def compare(candidate: Classifier, live: Classifier, examples: Sequence[Example]) -> Comparison:
    """Both models on *examples* through models.verdict (heavy CPU, about 2 ms each)."""
    pairs = [
        _Pair(
            example,
            verdict(live.score(example.comment), live.cutoffs),
            verdict(candidate.score(example.comment), candidate.cutoffs),
        )
        for example in examples
    ]
    parts: dict[str, list[_Pair]] = {}
    for pair in pairs:
        for name in _names(pair.example):
            parts.setdefault(name, []).append(pair)
    return Comparison(
        whole=_slice(pairs),
        slices={name: _slice(part) for name, part in sorted(parts.items())},
        changed=tuple(_changed(pair) for pair in pairs if pair.before is not pair.after),
    )


def _names(example: Example) -> list[str]:
    script = script_of(fold(example.comment.text[:2000]))
    names = [f"corpus {example.corpus}"] + ([f"script {script}"] if script else [])
    if example.unit.startswith("site:"):
        names.append(f"site {example.unit.removeprefix('site:')}")
    return names


def _changed(pair: _Pair) -> Changed:
    return Changed(
        before=pair.before,
        after=pair.after,
        label=pair.example.label.value,
        text=pair.example.comment.text[:120],
    )


def _slice(pairs: Sequence[_Pair]) -> Slice:
    ham = [pair for pair in pairs if not pair.example.is_spam]
    spam = [pair for pair in pairs if pair.example.is_spam]
    won = sum(pair.is_right and not pair.was_right for pair in pairs)
    lost = sum(pair.was_right and not pair.is_right for pair in pairs)
    return Slice(
        ham=len(ham),
        spam=len(spam),
        won=won,
        lost=lost,
        p=sign_test(won, lost),
        hidden_before=sum(pair.before in _HIDES for pair in ham),
        hidden_after=sum(pair.after in _HIDES for pair in ham),
        caught_before=sum(pair.before in _HIDES for pair in spam),
        caught_after=sum(pair.after in _HIDES for pair in spam),
    )


def sign_test(won: int, lost: int) -> float:
    """The chance of a split at least as uneven when both are equally good (exact, two-sided)."""
    total = won + lost
    if not total:
        return 1.0
    tail = sum(math.comb(total, k) for k in range(min(won, lost) + 1)) / 2**total
    return float(min(1.0, 2 * tail))
