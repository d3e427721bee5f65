"""The conditions a candidate must meet to become live, each a named check with its reason."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Final

from models.classifier import Classifier
from models.manifest import Manifest
from models.verdict import Verdict, verdict
from training.compare import Comparison, Slice
from training.golden import PLAIN_CASES

# A good comment hidden is what people forgive least: no candidate may hide more than this.
_MOST_HIDDEN: Final = 0.01
# Noise on a few hundred comments; beyond it the candidate is worse.
_MORE_HIDDEN: Final = 0.005
_LESS_CAUGHT: Final = 0.02
# The same inside one corpus, script or Site, where fewer comments leave more room for chance.
_MORE_HIDDEN_IN_PART: Final = 0.02
_LESS_CAUGHT_IN_PART: Final = 0.10
_FEWEST_IN_PART: Final = 50
_P: Final = 0.05
# What a clone and a start may cost (measured: a model of 2^18 hashed columns packs into 1-2 MB).
MOST_BYTES: Final = 8 * 1024 * 1024


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What the gates look at: the candidate, its Manifest and size, and how it compares to live."""

    candidate: Classifier
    manifest: Manifest
    size: int
    found: Comparison


@dataclasses.dataclass(frozen=True, slots=True)
class Gate:
    """A condition by *name*; *reasons* yields why a Trial does not meet it, nothing if it does."""

    name: str
    reasons: Callable[[Trial], Iterator[str]]


def hides_few(trial: Trial) -> Iterator[str]:
    """No more good comments hidden than may be, nor clearly more than the live model hides."""
    whole = trial.found.whole
    before, after = _share(whole.hidden_before, whole.ham), _share(whole.hidden_after, whole.ham)
    if after > max(_MOST_HIDDEN, before):
        yield f"it hides {after:.2%} of good comments, the live one {before:.2%}"
    if after > before + _MORE_HIDDEN:
        yield f"it hides {after - before:.2%} more good comments"


def catches_as_much(trial: Trial) -> Iterator[str]:
    """No less spam caught than the live model catches, but for noise."""
    whole = trial.found.whole
    before, after = _share(whole.caught_before, whole.spam), _share(whole.caught_after, whole.spam)
    if after < before - _LESS_CAUGHT:
        yield f"it catches {after:.1%} of spam, the live one {before:.1%}"


def wins_more(trial: Trial) -> Iterator[str]:
    """Not worse on the same comments, pair by pair."""
    whole = trial.found.whole
    if whole.lost > whole.won and whole.p < _P:
        yield f"it lost {whole.lost} comments and won {whole.won} (p = {whole.p:.3f})"


def harms_no_part(trial: Trial) -> Iterator[str]:
    """No corpus, script or Site pays for what the others gain."""
    for name, part in trial.found.slices.items():
        if part.ham >= _FEWEST_IN_PART and _rise(part) > _MORE_HIDDEN_IN_PART:
            yield (
                f"in {name} it hides {part.hidden_after} of {part.ham} good comments, "
                f"the live one {part.hidden_before}"
            )
        if part.spam >= _FEWEST_IN_PART and _fall(part) > _LESS_CAUGHT_IN_PART and part.p < _P:
            yield (
                f"in {name} it catches {part.caught_after} of {part.spam} spam, "
                f"the live one {part.caught_before}"
            )


def knows_plain_cases(trial: Trial) -> Iterator[str]:
    """Comments nobody can mistake: a good one never hidden, blunt spam never waved through."""
    for comment, is_spam in PLAIN_CASES:
        said = verdict(trial.candidate.score(comment), trial.candidate.cutoffs)
        if is_spam and said is Verdict.HAM:
            yield f"it lets through {comment.text[:60]!r}"
        if not is_spam and said in {Verdict.SPAM, Verdict.BLATANT}:
            yield f"it hides {comment.text[:60]!r}"


def is_small(trial: Trial) -> Iterator[str]:
    """The artefact fits into a clone and loads at once."""
    if trial.size > MOST_BYTES:
        yield f"it has {trial.size} bytes, {MOST_BYTES} are allowed"


GATES: Final = (
    Gate("hides few good comments", hides_few),
    Gate("catches as much spam", catches_as_much),
    Gate("wins more than it loses", wins_more),
    Gate("harms no corpus, script or site", harms_no_part),
    Gate("knows the plain cases", knows_plain_cases),
    Gate("is small", is_small),
)


def judge(trial: Trial) -> dict[str, list[str]]:
    """Every gate by name, with the reasons it refuses for (none: it lets the candidate through)."""
    return {gate.name: list(gate.reasons(trial)) for gate in GATES}


def refusals(trial: Trial) -> list[str]:
    """Why the candidate may not become live; empty when it may."""
    return [reason for reasons in judge(trial).values() for reason in reasons]


def _share(count: int, of: int) -> float:
    return count / of if of else 0.0


def _rise(part: Slice) -> float:
    return _share(part.hidden_after - part.hidden_before, part.ham)


def _fall(part: Slice) -> float:
    return _share(part.caught_before - part.caught_after, part.spam)
