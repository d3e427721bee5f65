"""Protocols E and F: what a Site's own Decisions are worth, on blogs the model has not seen.

E: after k Decisions drawn at random, how the rest of the Site ranks and what the Verdicts are.
F: a campaign met once and called spam; how much of the rest is known again, and how many short
good comments are taken for it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.comment import Comment, Evidence, Label, Score
from models.families.view import Feature
from models.site_labels import SiteLabel
from models.site_layer import Prepared, build, prepare
from models.verdict import Cutoffs, Verdict, verdict
from training.evaluate import sigmoid
from training.example import Example

Floats = NDArray[np.float64]
DECISIONS: Final = (10, 50, 200)
DRAWS: Final = 5
# A test part with fewer of either label ranks by chance.
_FEWEST: Final = 5
_FEWEST_ROWS: Final = 30
_FEWEST_CAMPAIGN: Final = 5
_SHORT: Final = 160
_START: Final = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
# Public blogs carry one label each; these pairs make a Site of one's good comments and another's
# spam. They are easier than a real Site (two sources differ in more than spam), so they are shown
# apart.
_MIXED: Final = (
    ("wp_multi:wp:kaleidico+bma", "wp_multi:wp:jcasabona+1085-Workshopper-Theme"),
    ("wp_multi:wp:gopalakrishnanplus-creator+eiap", "wp_multi:wp:afterclassroom+blog_koreconx"),
    ("wp_multi:wp:Backfeed+magazine.backfeed.cc", "wp_sidtuli_2017"),
    ("ham_mademistakes", "wp_btovar_2015"),
    ("ham_rarous_cs", "wp_trackback_silver"),
)
_MOST_MIXED: Final = 400


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SiteRow:
    """One Site after *k* Decisions, mean over draws. Shares of the Comments not decided on."""

    site: str
    kind: str
    k: int
    spam: int
    ham: int
    auc_before: float
    auc: float
    caught_before: float
    caught: float
    hidden_before: float
    hidden: float


def sites(examples: Sequence[Example]) -> dict[str, list[int]]:
    """Places of the Examples of each Site with both labels: blogs, videos, then mixed ones."""
    by_unit: dict[str, list[int]] = {}
    for at, example in enumerate(examples):
        by_unit.setdefault(example.unit, []).append(at)
    found = {}
    for unit, places in sorted(by_unit.items()):
        spam = sum(examples[at].is_spam for at in places)
        if min(spam, len(places) - spam) >= _FEWEST and len(places) >= _FEWEST_ROWS + 10:
            found[unit] = places
    for ham, spam_unit in _MIXED:
        good = _labelled(examples, ham, Label.HAM)
        bad = _labelled(examples, spam_unit, Label.SPAM)
        if good and bad:
            found[f"mixed:{ham.split(':')[-1]} + {spam_unit.split(':')[-1]}"] = good + bad
    return found


def _labelled(examples: Sequence[Example], name: str, label: Label) -> list[int]:
    return [
        at
        for at, example in enumerate(examples)
        if name in {example.unit, example.corpus} and example.label is label
    ][:_MOST_MIXED]


def kind_of(site: str) -> str:
    """Blog, video or mixed."""
    if site.startswith("mixed:"):
        return "mixed"
    return "blog" if site.startswith(("wp_", "ham_")) else "video"


class Held:
    """A shared model that gives each Comment the logit it gave when it had not seen its unit."""

    model_id = "unseen"

    def __init__(self, logits: dict[int, float], cutoffs: Cutoffs) -> None:
        self._logits = logits
        self.cutoffs = cutoffs

    @classmethod
    def of(cls, examples: Sequence[Example], logits: Floats, cutoffs: Cutoffs) -> Held:
        """That model of these Examples, in order."""
        pairs = zip(examples, logits, strict=True)
        return cls({id(e.comment): float(logit) for e, logit in pairs}, cutoffs)

    def score(self, comment: Comment, features: list[Feature] | None = None) -> Score:
        """The Score of an Example's own Comment object."""
        del features
        logit = self._logits[id(comment)]
        value = float(sigmoid(np.array([logit]))[0])
        return Score(value, self.model_id, Evidence(base=logit))


def decisions_rows(
    examples: Sequence[Example],
    logits: Floats,
    cutoffs: Cutoffs,
    *,
    seen: Callable[[str], None] = lambda _: None,
    draws: int = DRAWS,
) -> list[SiteRow]:
    """Protocol E on every Site (heavy CPU, minutes). *logits*: of a model blind to the unit."""
    shared = Held.of(examples, logits, cutoffs)
    rows = []
    for site, places in sites(examples).items():
        prepared = {
            at: prepare(_label(examples[at], at), shared.score) for at in sorted(set(places))
        }
        for k in DECISIONS:
            found = [
                _one_draw(examples, places, prepared, shared, k=k, seed=seed)
                for seed in range(draws)
            ]
            kept = [one for one in found if one is not None]
            if kept:
                rows.append(
                    _mean_row(site, k, [e.is_spam for e in map(examples.__getitem__, places)], kept)
                )
        seen(site)
    return rows


def _label(example: Example, order: int) -> SiteLabel:
    return SiteLabel(
        key=f"{order:08d}",
        comment=example.comment,
        is_spam=example.is_spam,
        is_moderator=True,
        decided_at=_START + dt.timedelta(minutes=order),
    )


def _one_draw(
    examples: Sequence[Example],
    places: Sequence[int],
    prepared: dict[int, Prepared],
    shared: Held,
    *,
    k: int,
    seed: int,
) -> Floats | None:
    order = list(places)
    random.Random(f"{seed}:{k}").shuffle(order)  # noqa: S311 - a draw, not a secret
    taught, left = sorted(order[:k]), order[k:]
    is_spam = np.array([examples[at].is_spam for at in left], dtype=bool)
    if min(is_spam.sum(), (~is_spam).sum()) < _FEWEST or len(left) < _FEWEST_ROWS:
        return None
    layer = build([prepared[at] for at in taught], shared.model_id)
    before = [shared.score(examples[at].comment) for at in left]
    # Not through SiteClassifier: it never says blatant, which ranks and hides the same.
    after = [layer.score(examples[at].comment, one) for at, one in zip(left, before, strict=True)]
    return np.array(
        [
            _auc(is_spam, before),
            _auc(is_spam, after),
            _hidden(before, shared.cutoffs, is_spam),
            _hidden(after, shared.cutoffs, is_spam),
            _hidden(before, shared.cutoffs, ~is_spam),
            _hidden(after, shared.cutoffs, ~is_spam),
        ]
    )


def _auc(is_spam: NDArray[np.bool_], scores: Sequence[Score]) -> float:
    logits = np.array([score.evidence.logit for score in scores])
    ranks = (logits[is_spam][:, None] > logits[~is_spam]).mean()
    ties = (logits[is_spam][:, None] == logits[~is_spam]).mean()
    return float(ranks + ties / 2)


def _hidden(scores: Sequence[Score], cutoffs: Cutoffs, of: NDArray[np.bool_]) -> float:
    said = [verdict(score, cutoffs) in {Verdict.SPAM, Verdict.BLATANT} for score in scores]
    return float(np.array(said)[of].mean())


def _mean_row(site: str, k: int, is_spam: list[bool], draws: list[Floats]) -> SiteRow:
    mean = np.mean(draws, axis=0)
    return SiteRow(
        site=site,
        kind=kind_of(site),
        k=k,
        spam=sum(is_spam),
        ham=len(is_spam) - sum(is_spam),
        auc_before=float(mean[0]),
        auc=float(mean[1]),
        caught_before=float(mean[2]),
        caught=float(mean[3]),
        hidden_before=float(mean[4]),
        hidden=float(mean[5]),
    )


def summary(rows: Sequence[SiteRow]) -> Iterator[dict[str, Any]]:
    """Protocol E by kind of Site and k: means over Sites, and the Site that changed worst."""
    for kind in ("blog", "video", "mixed"):
        for k in DECISIONS:
            here = [row for row in rows if row.kind == kind and row.k == k]
            if not here:
                continue
            worst = min(here, key=lambda row: row.auc - row.auc_before)
            yield {
                "protocol": f"E {kind}s, k = {k}",
                "sites": len(here),
                "auc_before": float(np.mean([row.auc_before for row in here])),
                "auc": float(np.mean([row.auc for row in here])),
                "caught_before": float(np.mean([row.caught_before for row in here])),
                "caught": float(np.mean([row.caught for row in here])),
                "hidden_before": float(np.mean([row.hidden_before for row in here])),
                "hidden": float(np.mean([row.hidden for row in here])),
                "worst_change": worst.auc - worst.auc_before,
                "worst_site": worst.site,
            }
