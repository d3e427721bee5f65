"""M: reports that poison, and texts in disguise, by the maintainer's own evaluation protocols."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.nightly.board import ROOT, Figure, Missing, Night, fact
from tests.nightly.unguarded import READS_AS_WRITTEN, without

# Percentage points that an attack may cost.
_TRIGGER_MAY_COST = 0.10
_DICTIONARY_MAY_COST = 0.01


class Line(NamedTuple):
    """A measure as `chaffinch-train evaluate --protocols` prints it."""

    protocol: str
    part: str
    measure: str
    value: float
    aim: str
    met: str


@functools.cache
def measured(which: str, lines: str = "", folder: str = "") -> tuple[Line, ...]:
    """The lines of these protocols. Raises Missing without corpora."""
    if not os.environ.get("CHAFFINCH_CORPORA"):
        raise Missing("CHAFFINCH_CORPORA, a folder of corpora")
    done = subprocess.run(
        [sys.executable, "-m", "training", "evaluate", "--protocols", "--only", which],
        cwd=ROOT,
        env=os.environ | without(lines, Path(folder)),
        capture_output=True,
        text=True,
        check=True,
    )
    cells = [line.split("\t") for line in done.stdout.splitlines() if line.count("\t") > 9]
    return tuple(Line(one[0], one[1], one[2], float(one[3]), one[9], one[10]) for one in cells[1:])


def _cost(kind: str, road: str) -> float:
    """The most that an attack of *kind* costs on *road*: guarded or unguarded."""
    lines = {(one.part, one.measure): one.value for one in measured("I")}
    costs = []
    for (part, measure), value in lines.items():
        figure, _, said = measure.rpartition(", ")
        if part.startswith(kind) and said == road:
            costs.append(abs(lines[part, f"{figure}, without the attack"] - value))
    return max(costs)


def _poisoned(road: str) -> Figure:
    trigger, dictionary = _cost("M-10", road), _cost("M-12", road)
    lines = {(one.part, one.measure): one.value for one in measured("I")}
    apart = []
    for size in (20, 50):
        part = f"M-11, batches of {size}"
        honest = lines[part, "most harm of an honest batch"]
        apart.append(lines[part, "least harm of a turned batch"] - honest)
    text = (
        f"a trigger costs {trigger:.1%}, a dictionary {dictionary:.1%}; "
        f"turned batches stand {min(apart):.3f} above honest ones"
    )
    is_met = trigger <= _TRIGGER_MAY_COST and dictionary <= _DICTIONARY_MAY_COST
    return Figure(text, is_met and min(apart) > 0)


@fact(
    "M-10",
    "reports that poison cost little",
    how="protocol I: 2 and 20 reports with a trigger, 5 % of dictionaries, turned batches",
    target="trigger <= 10 points, dictionary <= 1, every turned batch above every honest one",
    twin=lambda _night: _poisoned("unguarded"),
)
def _poison(_night: Night) -> Figure:
    return _poisoned("guarded")


def _in_disguise(night: Night, lines: str = "") -> Figure:
    which = "ABG" if night.scale >= 1 and not lines else "BG"
    found = [
        one for one in measured(which, lines, str(night.folder)) if one.protocol == "G" and one.aim
    ]
    missed = [one for one in found if one.met != "met"]
    worst = min(found, key=lambda one: one.value)
    text = f"{len(found)} measures, {len(missed)} missed, worst {worst.measure} {worst.value:.3f}"
    return Figure(text, bool(found) and not missed)


@fact(
    "M-20",
    "spam in disguise is found nearly as well as undisguised",
    how="protocol G over A and B (below scale 1: B): every way to disguise a text, on unseen blogs",
    target="within 3 points of the undisguised; padded with good words >= 0.85",
    twin=lambda night: _in_disguise(night, READS_AS_WRITTEN),
)
def _disguise(night: Night) -> Figure:
    return _in_disguise(night)
