"""Facts to be shown, each with a figure and a target; what a night found, as a table.

A fact's *twin* is the same measurement with the safeguard off. It must miss the target: a fact
whose twin meets it has shown nothing, and counts as failed.
"""

from __future__ import annotations

import dataclasses
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


class Figure(NamedTuple):
    """What was measured, in words, and whether it meets the target."""

    text: str
    is_met: bool


class Missing(Exception):
    """A part that this machine does not have; the fact is not shown, and that is said."""


@dataclasses.dataclass(frozen=True)
class Night:
    """One run: how much of the whole is done, by which seed, in which folder."""

    scale: float
    seed: int
    folder: Path
    ref: str = ""

    def count(self, whole: int, *, least: int = 1) -> int:
        """So many of *whole* at this scale, but never fewer than *least*."""
        return max(least, round(whole * self.scale))

    @property
    def random(self) -> random.Random:
        """Chance that is the same for the same seed and fact."""
        return random.Random(f"{self.seed}/{self.ref}")


Measure = Callable[[Night], Figure]


@dataclasses.dataclass(frozen=True)
class Fact:
    """*ref* is TESTPLAN's; *how* says what is done at scale 1."""

    ref: str
    fact: str
    how: str
    target: str
    measure: Measure
    twin: Measure | None = None


FACTS: dict[str, Fact] = {}


def fact(
    ref: str, says: str, *, how: str, target: str, twin: Measure | None = None
) -> Callable[[Measure], Measure]:
    """Put the decorated measurement on the board."""

    def keep(measure: Measure) -> Measure:
        assert ref not in FACTS, ref
        FACTS[ref] = Fact(ref, says, how, target, measure, twin)
        return measure

    return keep


def by_tests(ref: str, says: str, *nodes: str, how: str = "the gate's own tests, new seed") -> None:
    """A fact that tests of the gate show; Hypothesis draws by the night's seed."""

    def measure(night: Night) -> Figure:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider"),
                *(f"--hypothesis-seed={night.seed}", *nodes),
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        lines = [line for line in done.stdout.splitlines() if line.strip()]
        is_met = done.returncode == 0
        if not is_met:
            print(done.stdout[-4000:], flush=True)
        return Figure(lines[-1].strip("= ") if lines else "nothing ran", is_met)

    FACTS[ref] = Fact(ref, says, how, "all pass", measure)


class Found(NamedTuple):
    """A line of the table."""

    fact: Fact
    figure: str
    twin: str
    word: str
    took_s: float


def look(one: Fact, night: Night) -> Found:
    """Measure *one* and its twin."""
    started = time.monotonic()
    figure, twin, word = "", "none", "FAILED"
    try:
        with tempfile.TemporaryDirectory(prefix="night-") as name:
            here = dataclasses.replace(night, ref=one.ref, folder=Path(name))
            measured = one.measure(here)
            figure, word = measured.text, "met" if measured.is_met else "MISSED"
        if one.twin is not None:
            with tempfile.TemporaryDirectory(prefix="night-") as name:
                found = one.twin(dataclasses.replace(here, folder=Path(name)))
            twin = found.text
            word = "VOID" if found.is_met else word
    except Missing as error:
        figure, word = f"not here: {error}", "skipped"
    except Exception as error:  # noqa: BLE001 - one fact that breaks hides no other
        traceback.print_exc()
        figure, word = f"{figure} broke off: {type(error).__name__}".strip(), "FAILED"
    return Found(one, figure, twin, word, time.monotonic() - started)


def table(rows: list[Found]) -> str:
    """The rows in Markdown."""
    head = [
        "| id | fact | figure | target | safeguard off | | s |",
        "|---|---|---|---|---|---|---|",
    ]
    lines = [
        f"| {r.fact.ref} | {r.fact.fact} | {r.figure} | {r.fact.target} | {r.twin} | {r.word}"
        f" | {r.took_s:.0f} |"
        for r in rows
    ]
    return "\n".join(head + lines)


def machine() -> str:
    """How large the machine is, without its name."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return f"{os.cpu_count()} cores, {pages * size / 2**30:.0f} GiB, {platform.python_version()}"
