"""The protocols every claim about a model is measured by: nothing of a tested blog is ever seen.

A: each blog of `wp_multi` left out. B: each video of `yt_tubespam`. C: each platform. D: each
corpus of good comments, at the cutoffs. H: calibration. T: the frozen development part. (G is
`training.evasion`.)
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from training import cutoffs
from training.evaluate import calibration_error, recall_at, sigmoid
from training.example import Example
from training.fit import Floats, Table, calibrate, fit_linear
from training.frozen import fingerprint, frozen_part
from training.recipe import Recipe, present_only
from training.splits import training_part

Mask = NDArray[np.bool_]
_DRAWS: Final = 400
_TAIL: Final = (2.5, 97.5)
_PLATFORMS: Final = {
    "YouTube": ("yt_",),
    "Indonesian": ("id_",),
    "Telegram, Russian": ("tg_",),
    "blogs": ("wp_", "ham_"),
}
_RANDOM: Final = "in-domain"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A part left out of training: its *protocol*, its *name*, and its logits from that model."""

    protocol: str
    name: str
    rows: NDArray[np.int64]
    logits: Floats
    weights: Floats
    bias: float
    doubt: float = 0.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the table: what was measured, on how many, and its 95 % interval."""

    protocol: str
    name: str
    measure: str
    value: float
    low: float
    high: float
    spam: int
    ham: int
    groups: int


def left_out(examples: Sequence[Example], which: str) -> list[tuple[str, str, Mask]]:
    """The parts of the protocols named in *which*: protocol, name, which Examples are tested."""
    corpus = np.array([example.corpus for example in examples])
    unit = np.array([example.unit for example in examples])
    found: list[tuple[str, str, Mask]] = []
    for protocol, name in (("A", "wp_multi"), ("B", "yt_tubespam")):
        if protocol in which:
            units = sorted(set(unit[corpus == name]))
            found += [(protocol, str(one), unit == one) for one in units]
    if "C" in which:
        for name, starts in _PLATFORMS.items():
            found.append(("C", name, np.array([c.startswith(starts) for c in corpus])))
    if "D" in which:
        names = sorted({c for c in corpus if c.startswith("ham_")})
        found += [("D", str(name), corpus == name) for name in names]
    if "T" in which:
        found.append(("T", f"frozen {fingerprint(examples)}", frozen_part(examples)))
    if "H" in which:
        draw = np.random.default_rng(0)
        keys = sorted({e.twins or f"#{i}" for i, e in enumerate(examples)})
        picked = {key for key, x in zip(keys, draw.random(len(keys)), strict=True) if x < 0.2}  # noqa: PLR2004 - a fifth
        mask = np.array([(e.twins or f"#{i}") in picked for i, e in enumerate(examples)])
        found.append(("H", _RANDOM, mask))
    return found


def run(
    table: Table,
    recipe: Recipe,
    which: str = "ABCDH",
    *,
    jobs: int = 1,
    seen: Callable[[str], None] = lambda _: None,
) -> list[Part]:
    """Fit once for each part left out, and score it (heavy CPU: 12 s a part and job)."""
    left = [one for one in left_out(table.examples, which) if one[2].any()]
    made = []
    work = Parallel(n_jobs=jobs, return_as="generator")
    for part in work(delayed(_part)(table, recipe, one) for one in left):
        made.append(part)
        seen(f"{part.protocol} {part.name}")
    return made


def _part(table: Table, recipe: Recipe, left: tuple[str, str, Mask]) -> Part:
    protocol, name, tested = left
    weights, bias = fit_linear(table, training_part(table.examples, tested), recipe)
    rows = rows_to_score(table.examples, tested)
    logits = table.logits(rows, weights, bias, doubt=recipe.doubt)
    return Part(protocol, name, rows, logits, weights, bias, recipe.doubt)


def presence_only(table: Table) -> Table:
    """*table* with nothing in it but which fields are known."""
    plain = present_only([example.comment for example in table.examples])
    return dataclasses.replace(table, plain=plain, masked=[], windows=None)


def rows_to_score(examples: Sequence[Example], tested: Mask) -> NDArray[np.int64]:
    """The rows of *tested* that count: one of each near-duplicate group."""
    kept, met = [], set()
    for place in np.flatnonzero(tested).tolist():
        twins = examples[place].twins
        if not twins or twins not in met:
            met.add(twins)
            kept.append(place)
    return np.array(kept, dtype=np.int64)


def table_of(table: Table, parts: Sequence[Part], *, name: str = "") -> list[Line]:
    """The measures of A, B, C, D, H and T over *parts*."""
    lines = []
    for protocol in ("A", "B", "C", "T"):
        mine = [part for part in parts if part.protocol == protocol]
        if protocol in "CT":
            for part in mine:
                said = f"{part.name}, {name}" if name else part.name
                lines += _ranking(table, [part], protocol, said, by_group=False)
        elif mine:
            lines += _ranking(table, mine, protocol, name, by_group=protocol == "B")
    if any(part.protocol in "DH" for part in parts):
        lines += _unseen_ham(table, parts, name)
        lines += _calibration(table, parts, name)
    return lines


def _ranking(
    table: Table, parts: Sequence[Part], protocol: str, name: str, *, by_group: bool
) -> list[Line]:
    groups = [(table.is_spam[part.rows], part.logits) for part in parts]
    if len(groups) == 1:
        # One platform: resample its units, or its rows when it has none.
        groups = _split(table, parts[0])
    total = np.concatenate([spam for spam, _ in groups])
    if not 0 < total.sum() < len(total):
        return []
    lines = []
    for measure, of in (("AUC", roc_auc_score), ("recall at 1 % FPR", _recall)):
        value, low, high = _resampled(groups, of, mean_of_groups=by_group)
        lines.append(
            Line(
                protocol=protocol,
                name=name,
                measure=measure,
                value=value,
                low=low,
                high=high,
                spam=int(total.sum()),
                ham=int(len(total) - total.sum()),
                groups=len(groups),
            )
        )
    return lines


def _split(table: Table, part: Part) -> list[tuple[Floats, Floats]]:
    units: dict[str, list[int]] = {}
    for place, row in enumerate(part.rows):
        units.setdefault(table.examples[row].unit, []).append(place)
    return [(table.is_spam[part.rows[places]], part.logits[places]) for places in units.values()]


def _recall(is_spam: Floats, logits: Floats) -> float:
    return recall_at(is_spam, logits, 0.01)


def _resampled(
    groups: Sequence[tuple[Floats, Floats]],
    of: Callable[[Floats, Floats], float],
    *,
    mean_of_groups: bool,
) -> tuple[float, float, float]:
    """A measure and its interval when the groups (blogs, videos) are drawn anew."""

    def measured(drawn: Sequence[tuple[Floats, Floats]]) -> float:
        if mean_of_groups:
            return float(np.mean([of(spam, logits) for spam, logits in drawn]))
        spam = np.concatenate([one for one, _ in drawn])
        if not 0 < spam.sum() < len(spam):
            return float("nan")
        return float(of(spam, np.concatenate([one for _, one in drawn])))

    draw = np.random.default_rng(0)
    values = [
        measured([groups[i] for i in draw.integers(0, len(groups), len(groups))])
        for _ in range(_DRAWS)
    ]
    low, high = np.nanpercentile(values, _TAIL)
    return measured(groups), float(low), float(high)


def _unseen_ham(table: Table, parts: Sequence[Part], name: str) -> list[Line]:
    """D: good comments of a corpus never seen, at cutoffs that were chosen without it."""
    mine = [part for part in parts if part.protocol in "ABD"]
    hidden, unsure, sizes = [], [], []
    for part in (one for one in mine if one.protocol == "D"):
        others = np.concatenate([one.rows for one in mine if one is not part])
        logits = np.concatenate([one.logits for one in mine if one is not part])
        known = [table.examples[row] for row in others]
        slope, shift = calibrate(logits, table.is_spam[others], _even(table, others))
        chosen = cutoffs.choose(known, sigmoid(logits * slope + shift))
        scores = sigmoid(part.logits * slope + shift)
        hidden.append(float((scores >= chosen.spam_from).mean()))
        unsure.append(float(((scores >= chosen.unsure_from) & (scores < chosen.spam_from)).mean()))
        sizes.append(len(scores))
    lines = []
    for measure, shares in (("good comments hidden", hidden), ("held as unsure", unsure)):
        if shares:
            low, high = mean_interval(shares)
            lines.append(
                Line(
                    protocol="D",
                    name=name,
                    measure=measure,
                    value=float(np.mean(shares)),
                    low=low,
                    high=high,
                    spam=0,
                    ham=sum(sizes),
                    groups=len(shares),
                )
            )
    return lines


def _even(table: Table, rows: NDArray[np.int64]) -> Floats:
    """What *rows* weigh when scores are fitted to shares: as the shipped model does."""
    weights: Floats = table.weights[rows] / table.weights[rows].sum()
    return weights


def mean_interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of the mean of *values* when they are drawn anew."""
    draw = np.random.default_rng(0)
    drawn = [np.mean(draw.choice(values, len(values))) for _ in range(_DRAWS)]
    low, high = np.percentile(drawn, _TAIL)
    return float(low), float(high)


def _calibration(table: Table, parts: Sequence[Part], name: str) -> list[Line]:
    """H: how far scores are from shares; calibrated on half the units, measured on the others."""
    lines = []
    for measure, protocols in (("ECE in-domain", "H"), ("ECE on unseen blogs", "ABD")):
        mine = [part for part in parts if part.protocol in protocols]
        if not mine:
            continue
        rows = np.concatenate([part.rows for part in mine])
        logits = np.concatenate([part.logits for part in mine])
        keys = np.concatenate([[str(i)] * len(p.rows) for i, p in enumerate(mine)])
        if len(mine) == 1:
            keys = np.array([str(i % 10) for i in range(len(rows))])
        scores = np.zeros(len(rows))
        for key in sorted(set(keys)):
            here = keys == key
            known = rows[~here]
            slope, shift = calibrate(logits[~here], table.is_spam[known], _even(table, known))
            scores[here] = sigmoid(logits[here] * slope + shift)
        error = calibration_error(table.is_spam[rows], scores)
        spam = int(table.is_spam[rows].sum())
        lines.append(
            Line(
                protocol="H",
                name=name,
                measure=measure,
                value=error,
                low=float("nan"),
                high=float("nan"),
                spam=spam,
                ham=len(rows) - spam,
                groups=len(mine),
            )
        )
    return lines
