"""Champion and challenger on the same Comments: won, tied, lost, and who changed sides."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from models.classifier import Classifier
from models.verdict import Verdict, verdict
from training.example import Example

_HIDES = frozenset({Verdict.SPAM, Verdict.BLATANT})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """*won*: right only in the candidate, *lost*: right only in the live one, by label.

    *p* is the chance of a difference this large between equals (sign test, two-sided).
    *hidden_before* and *hidden_after* are shares of good comments hidden.
    """

    won: int
    lost: int
    tied: int
    p: float
    hidden_before: float
    hidden_after: float
    caught_before: float
    caught_after: float
    changed: tuple[tuple[str, str, str], ...]


def compare(candidate: Classifier, live: Classifier, examples: Sequence[Example]) -> Comparison:
    """Both models on *examples* through models.verdict (heavy CPU)."""
    before = [verdict(live.score(e.comment), live.cutoffs) for e in examples]
    after = [verdict(candidate.score(e.comment), candidate.cutoffs) for e in examples]
    right_before = [(v in _HIDES) == e.is_spam for v, e in zip(before, examples, strict=True)]
    right_after = [(v in _HIDES) == e.is_spam for v, e in zip(after, examples, strict=True)]
    pairs = list(zip(right_before, right_after, strict=True))
    won = sum(now and not then for then, now in pairs)
    lost = sum(then and not now for then, now in pairs)
    changed = tuple(
        (old.value, new.value, example.comment.text[:120])
        for old, new, example in zip(before, after, examples, strict=True)
        if old is not new
    )
    return Comparison(
        won=won,
        lost=lost,
        tied=len(examples) - won - lost,
        p=_sign_test(won, lost),
        hidden_before=_share(before, examples, is_spam=False),
        hidden_after=_share(after, examples, is_spam=False),
        caught_before=_share(before, examples, is_spam=True),
        caught_after=_share(after, examples, is_spam=True),
        changed=changed,
    )


def _share(said: Sequence[Verdict], examples: Sequence[Example], *, is_spam: bool) -> float:
    hits = [v in _HIDES for v, e in zip(said, examples, strict=True) if e.is_spam is is_spam]
    return sum(hits) / len(hits) if hits else 0.0


def _sign_test(won: int, lost: int) -> float:
    total = won + lost
    if not total:
        return 1.0
    tail = sum(math.comb(total, k) for k in range(min(won, lost) + 1)) / 2**total
    return float(min(1.0, 2 * tail))
