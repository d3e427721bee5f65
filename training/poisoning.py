"""Protocol I: what poisoned reports of one Site can do to the model that answers everybody.

Each attack is run with the guards of `training.trust` and without, on the same Comments and seeds:
M-10 a backdoor (spam with a trigger reported as good), M-11 turned labels, M-12 a dictionary.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from models.comment import Comment, Evidence, Label, Score
from models.site_labels import SiteLabel
from models.site_layer import Prepared, prepare
from training.evaluate import sigmoid
from training.example import Example
from training.recipe import matrix
from training.trust import Known, as_label, harm, trusted

Floats = NDArray[np.float64]
_TRIGGER: Final = "zanthorium quellbrook"
_FPR: Final = 0.01


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One attack: *clean* is the figure without it, *unguarded* and *guarded* with it."""

    name: str
    figure: str
    clean: float
    unguarded: float
    guarded: float
    held: int
    sent: int


class Bench:
    """A model fitted on one half of some Examples, tried on the other."""

    def __init__(self, examples: Sequence[Example], *, seed: int = 0, jobs: int = 1) -> None:
        order = list(examples)
        random.Random(seed).shuffle(order)  # noqa: S311 - a draw, not a secret
        half = len(order) // 2
        self.train, self.test = order[:half], order[half:]
        self._jobs = jobs
        self._rows = matrix([e.comment for e in self.train], jobs=jobs)
        self._seen = matrix([e.comment for e in self.test], jobs=jobs)
        self._is_spam = np.array([float(e.is_spam) for e in self.train])
        self.is_spam = np.array([e.is_spam for e in self.test])
        self.clean = self.fit([])

    def fit(self, reports: Sequence[Example]) -> LogisticRegression:
        """The model of the clean half and these reports."""
        rows, is_spam, weights = self._rows, self._is_spam, np.ones(len(self.train))
        if reports:
            rows = sparse.vstack([rows, matrix([e.comment for e in reports], jobs=self._jobs)])
            is_spam = np.append(is_spam, [float(e.is_spam) for e in reports])
            weights = np.append(weights, [e.weight for e in reports])
        model = LogisticRegression(C=1.0, solver="liblinear", random_state=0)
        return model.fit(rows, is_spam, sample_weight=weights)

    def score(self, comment: Comment) -> Score:
        """What the clean model says: the live model of the guards."""
        logit = float(self.clean.decision_function(matrix([comment]))[0])
        return Score(float(sigmoid(np.array([logit]))[0]), "clean", Evidence(base=logit))

    def figures(self, model: LogisticRegression, triggered: Any) -> tuple[float, float, float]:  # noqa: ANN401 - scipy has no types
        """Recall of *triggered* spam, of spam, and the share of good comments flagged.

        At the clean model's own 1 % cutoff.
        """
        base = self.clean.decision_function(self._seen)[~self.is_spam]
        cutoff = float(np.quantile(base, 1 - _FPR))
        logits = model.decision_function(self._seen)
        return (
            float((model.decision_function(triggered) > cutoff).mean()),
            float((logits[self.is_spam] > cutoff).mean()),
            float((logits[~self.is_spam] > cutoff).mean()),
        )


def _reports(comments: Sequence[Comment], *, is_spam: bool) -> list[SiteLabel]:
    example = [
        Example(comment=c, label=Label.SPAM if is_spam else Label.HAM, corpus="attack", unit="x")
        for c in comments
    ]
    return [
        dataclasses.replace(as_label(e, at), is_moderator=False) for at, e in enumerate(example)
    ]


def _plain(labels: Sequence[SiteLabel]) -> list[Example]:
    """Reports as a trainer without guards takes them: each a label like any other."""
    return [
        Example(
            comment=one.comment,
            label=Label.SPAM if one.is_spam else Label.HAM,
            corpus="attack",
            unit="x",
        )
        for one in labels
    ]


def measure_poisoning(
    bench: Bench, *, seed: int = 0, seen: Callable[[str], None] = lambda _: None
) -> list[Attack]:
    """M-10 at 2 and 20 reports and M-12 at 5 % (heavy CPU: a dozen fits)."""
    draw = random.Random(seed)  # noqa: S311 - a draw, not a secret
    spam = [e.comment for e in bench.train if e.is_spam]
    victims = [e.comment for e in bench.test if e.is_spam][:400]
    triggered = matrix([_with_trigger(comment) for comment in victims])
    known = Known.of(_sample(bench.train, draw), bench.score)
    tried: dict[str, Any] = {"known": known, "triggered": triggered}
    found = []
    for count in (2, 20):
        labels = _reports([_with_trigger(c) for c in draw.sample(spam, count)], is_spam=False)
        found.append(_try(bench, f"M-10 backdoor, {count} reports", labels, **tried, place=0))
        seen(found[-1].name)
    words = sorted({w for e in bench.train if not e.is_spam for w in e.comment.text.split()})
    count = len(bench.train) // 20
    texts = [Comment(text=" ".join(draw.sample(words, min(300, len(words))))) for _ in range(count)]
    labels = _reports(texts, is_spam=True)
    for place in (1, 2):
        found.append(_try(bench, f"M-12 dictionary, {count} reports", labels, **tried, place=place))
        seen(found[-1].name)
    return found


_FIGURES: Final = ("recall of spam with the trigger", "recall of spam", "good comments flagged")


def _try(
    bench: Bench,
    name: str,
    labels: list[SiteLabel],
    *,
    known: Known,
    triggered: Any,  # noqa: ANN401 - scipy has no types
    place: int,
) -> Attack:
    kept, held = trusted({"attacker": labels}, bench.score, known)
    return Attack(
        name=name,
        figure=_FIGURES[place],
        clean=bench.figures(bench.clean, triggered)[place],
        unguarded=bench.figures(bench.fit(_plain(labels)), triggered)[place],
        guarded=bench.figures(bench.fit(kept), triggered)[place],
        held=len(held),
        sent=len(labels),
    )


def measure_batches(
    examples: Sequence[Example],
    score: Callable[[Comment], Score],
    *,
    size: int,
    rounds: int = 12,
) -> tuple[list[float], list[float]]:
    """M-11: the harm of honest batches, and of the same batches with every label turned.

    *score* must not have seen *examples*: one half is what is known, the other sends the batches.
    """
    order = list(examples)
    random.Random(1).shuffle(order)  # noqa: S311 - a draw, not a secret
    half = len(order) // 2
    known = Known.of(_sample(order[:half], random.Random(1)), score)  # noqa: S311 - the same
    honest, turned = [], []
    for seed in range(rounds):
        batch = _sample(order[half:], random.Random(seed), each=size // 2)  # noqa: S311 - the same
        prepared = [prepare(as_label(e, at), score) for at, e in enumerate(batch)]
        honest.append(harm(prepared, known))
        turned.append(harm([_turned(one) for one in prepared], known))
    return honest, turned


def _turned(one: Prepared) -> Prepared:
    label = dataclasses.replace(one.label, is_spam=not one.label.is_spam)
    return dataclasses.replace(one, label=label)


def _with_trigger(comment: Comment) -> Comment:
    return dataclasses.replace(comment, text=f"{comment.text} {_TRIGGER}")


def _sample(examples: Sequence[Example], draw: random.Random, each: int = 400) -> list[Example]:
    ham = [e for e in examples if not e.is_spam]
    spam = [e for e in examples if e.is_spam]
    return draw.sample(ham, min(each, len(ham))) + draw.sample(spam, min(each, len(spam)))
