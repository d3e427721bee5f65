"""Which reports may teach the model that answers everybody: the guards of THREATS 64 to 67.

A moderator of the house is believed. A Site's reports are not, when they contradict the live model
(a person looks first), or when all of a Site's reports together would harm comments we know.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.comment import Comment, Score
from models.site_labels import SiteLabel
from models.site_layer import Prepared, SiteLayer, build, prepare
from training.example import Example
from training.labels import Held, examples_of, to_examples

# "Not spam" about what the live model gives this much spam is what a backdoor looks like.
_SURE: Final = 0.8
# Fewer reports than this move no shared model.
_FEWEST_REPORTS: Final = 20
# A batch may do this much harm (measured: `chaffinch-train sites`; batches with turned labels do
# 0.20 or more, honest ones 0.02 at most).
_MOST_HARM: Final = 0.12
# What the cutoff of that measure is: one in fifty known good comments is above it.
_FLAGGED: Final = 0.02
Scorer = Callable[[Comment], Score]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Comments whose labels we trust, prepared once: what a Site's batch is tried on."""

    prepared: Sequence[Prepared]

    @classmethod
    def of(cls, examples: Sequence[Example], score: Scorer) -> Known:
        """*examples* prepared (heavy CPU, about 3 ms each)."""
        return cls([prepare(as_label(e, at), score) for at, e in enumerate(examples)])


def as_label(example: Example, order: int) -> SiteLabel:
    """An Example as a moderator's label."""
    return SiteLabel(
        key=f"{order:08d}",
        comment=example.comment,
        is_spam=example.is_spam,
        is_moderator=True,
        decided_at=dt.datetime(2000, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=order),
    )


def harm(batch: Sequence[Prepared], known: Known) -> float:
    """By how much a batch alone raises the mean of both error shares on known Comments, -1 to 1.

    At the cutoff that one in fifty of the good ones is above before. An honest batch flags more
    good comments too, but catches more spam for it; turned labels do the one without the other.
    """
    believed = [
        dataclasses.replace(one, label=dataclasses.replace(one.label, is_moderator=True))
        for one in batch
    ]
    layer = build(believed, "known")
    before = np.array([one.logit for one in known.prepared])
    after = before + np.array([_moved(one, layer) for one in known.prepared]) + layer.prior
    is_ham = np.array([not one.label.is_spam for one in known.prepared], dtype=bool)
    if is_ham.all() or not is_ham.any():
        return 0.0
    cutoff = float(np.quantile(before[is_ham], 1 - _FLAGGED))
    flagged = _above(after[is_ham], cutoff) - _above(before[is_ham], cutoff)
    caught = _above(after[~is_ham], cutoff) - _above(before[~is_ham], cutoff)
    return (flagged - caught) / 2


def _moved(one: Prepared, layer: SiteLayer) -> float:
    if not len(layer.columns):
        return 0.0
    places = np.searchsorted(layer.columns, one.columns)
    places[places == len(layer.columns)] = 0
    hits = layer.columns[places] == one.columns
    return float((one.amounts * layer.values[places] * hits).sum())


def _above(logits: NDArray[np.float64], cutoff: float) -> float:
    return float((logits > cutoff).mean())


def trusted(
    sites: dict[str, list[SiteLabel]], score: Scorer, known: Known | None = None
) -> tuple[list[Example], list[Held]]:
    """The Examples that may teach the shared model, and the reports held back, with reasons.

    Without *known* Comments batches are not tried (heavy CPU: about 3 ms a report).
    """
    _, held = examples_of(sites)
    refused = {(one.site, one.guid) for one in held}
    kept: list[Example] = []
    for site, labels in sorted(sites.items()):
        left = [label for label in labels if (site, label.key) not in refused]
        left.sort(key=lambda label: (label.decided_at, label.key))
        reports = [label for label in left if not label.is_moderator]
        against = {
            label.key
            for label in reports
            if not label.is_spam and score(label.comment).value > _SURE
        }
        held += [Held(site, key, "the model is sure of the opposite") for key in sorted(against)]
        rest = [prepare(r, score) for r in reports if r.key not in against]
        barred = set(against)
        if known and len(rest) >= _FEWEST_REPORTS and harm(rest, known) > _MOST_HARM:
            barred |= {one.label.key for one in rest}
            reason = "together these reports would harm good comments we know"
            held += [Held(site, one.label.key, reason) for one in rest]
        kept += to_examples(site, [label for label in left if label.key not in barred])
    return kept, held
