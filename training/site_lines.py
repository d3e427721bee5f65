"""Protocols E, F and I as lines of the table that A to D stand in."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from models.verdict import Cutoffs
from training.campaign_protocol import campaign_logits, measure_campaigns
from training.example import Example
from training.fit import Floats
from training.poisoning import Attack, Bench, measure_batches, measure_poisoning
from training.protocols import Line, mean_interval
from training.site_protocols import DECISIONS, DRAWS, Held, SiteRow, decisions_rows

_BENCH: Final = 6000
_NORMAL: Final = 1.96
_UNKNOWN: Final = float("nan")
_KINDS: Final = {"blog": "blogs", "video": "videos", "mixed": "sites of two sources"}


def decision_lines(
    examples: Sequence[Example],
    unseen: Floats,
    chosen: Cutoffs,
    *,
    seen: Callable[[str], None] = lambda _: None,
    draws: int = DRAWS,
) -> list[Line]:
    """Protocol E (minutes of CPU): AUC of the Site's rest by kind of Site and k; the worst change.

    Intervals are drawn by Site. *unseen*: logits of a model blind to each Example's unit.
    """
    rows = decisions_rows(examples, unseen, chosen, seen=seen, draws=draws)
    lines = []
    for kind in sorted({row.kind for row in rows}):
        for k in DECISIONS:
            here = [row for row in rows if (row.kind, row.k) == (kind, k)]
            if here:
                before, after = [r.auc_before for r in here], [r.auc for r in here]
                lines += [
                    _mean(_KINDS[kind], f"AUC before, k = {k}", here, before),
                    _mean(_KINDS[kind], f"AUC after {k} decisions", here, after),
                ]
    changes = [row.auc - row.auc_before for row in rows]
    if changes:
        worst = rows[int(np.argmin(changes))]
        name = f"{worst.site}, k = {worst.k}"
        lines.append(
            _plain("E", name, "worst change of a site", value=min(changes), groups=len(rows))
        )
    return lines


def _mean(name: str, measure: str, rows: Sequence[SiteRow], values: Sequence[float]) -> Line:
    low, high = mean_interval(values)
    return Line(
        protocol="E",
        name=name,
        measure=measure,
        value=float(np.mean(values)),
        low=low,
        high=high,
        spam=sum(row.spam for row in rows),
        ham=sum(row.ham for row in rows),
        groups=len(rows),
    )


def _plain(protocol: str, name: str, measure: str, *, value: float, groups: int) -> Line:
    return Line(
        protocol=protocol,
        name=name,
        measure=measure,
        value=value,
        low=_UNKNOWN,
        high=_UNKNOWN,
        spam=0,
        ham=0,
        groups=groups,
    )


def campaign_lines(
    folder: Path, examples: Sequence[Example], unseen: Floats, chosen: Cutoffs
) -> Iterator[Line]:
    """Protocol F over all corpora (a minute): what one Decision catches, what it takes wrongly."""
    logits = campaign_logits(
        [e.corpus for e in examples], [e.twins for e in examples], list(unseen)
    )
    row = next(r for r in measure_campaigns(folder, logits, chosen.spam_from) if r.corpus == "all")
    share = row.spam / row.members
    low, high = _wilson(row.spam, row.members)
    yield Line(
        protocol="F",
        name="",
        measure="rest of the campaign caught",
        value=share,
        low=low,
        high=high,
        spam=row.members,
        ham=0,
        groups=row.campaigns,
    )
    low, high = _wilson(row.merged, row.short)
    yield Line(
        protocol="F",
        name="",
        measure="short good comments merged",
        value=row.merged / row.short,
        low=low,
        high=high,
        spam=0,
        ham=row.short,
        groups=row.campaigns,
    )


def _wilson(count: int, total: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    z, share = _NORMAL**2 / total, count / total
    middle = (share + z / 2) / (1 + z)
    half = _NORMAL * ((share * (1 - share) + z / 4) / total) ** 0.5 / (1 + z)
    return max(0.0, middle - half), min(1.0, middle + half)


def poisoning_lines(
    examples: Sequence[Example],
    unseen: Floats,
    chosen: Cutoffs,
    *,
    jobs: int = 1,
    seen: Callable[[str], None] = lambda _: None,
) -> Iterator[Line]:
    """Protocol I (minutes): each attack clean, without the guards, with them; M-11's batches."""
    order = list(examples)
    random.Random(0).shuffle(order)  # noqa: S311 - a draw, not a secret
    for attack in measure_poisoning(Bench(order[:_BENCH], jobs=jobs), seen=seen):
        yield from _attack(attack)
    blogs = [e for e in examples if e.corpus.startswith(("wp_", "ham_"))]
    held = Held.of(examples, unseen, chosen)
    for size in (20, 50):
        honest, turned = measure_batches(blogs, held.score, size=size)
        name = f"M-11, batches of {size}"
        for said, harm, count in (
            ("most harm of an honest batch", max(honest), len(honest)),
            ("least harm of a turned batch", min(turned), len(turned)),
        ):
            yield _plain("I", name, said, value=harm, groups=count)


def _attack(attack: Attack) -> Iterator[Line]:
    for said, value in (
        ("without the attack", attack.clean),
        ("unguarded", attack.unguarded),
        ("guarded", attack.guarded),
    ):
        figure = f"{attack.figure}, {said}"
        yield _plain("I", attack.name, figure, value=value, groups=attack.sent)
