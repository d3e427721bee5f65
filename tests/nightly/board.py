"""Facts to be shown, each with a figure and a target; what a night found, as a table.

A fact's *twin* is the same measurement with the safeguard off. It must miss the target: a fact
whose twin meets it has shown nothing, and counts as failed. A fact without one says why.
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

from tests.examples import MORE, SEED
from tests.nightly.unguarded import without

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
    """*ref* is TESTPLAN's; *how* says what is done at scale 1, *twin* why there is none."""

    ref: str
    fact: str
    how: str
    target: str
    measure: Measure
    twin: Measure | str


FACTS: dict[str, Fact] = {}


def fact(
    ref: str,
    says: str,
    *,
    how: str,
    target: str,
    twin: Measure | None = None,
    no_twin: str = "",
) -> Callable[[Measure], Measure]:
    """Put the decorated measurement on the board, with its *twin* or why it has none."""
    assert ref not in FACTS, ref
    # One of the two: what shows nothing must not look as if it did.
    assert bool(twin) != bool(no_twin), ref

    def keep(measure: Measure) -> Measure:
        FACTS[ref] = Fact(ref, says, how, target, measure, twin or no_twin)
        return measure

    return keep


def by_tests(
    ref: str,
    says: str,
    *nodes: str,
    how: str = "the gate's own tests, new seed",
    examples: int = 0,
    off: str = "",
    shown_by: str = "",
    no_twin: str = "",
) -> None:
    """A fact that tests of the gate show; Hypothesis draws by the night's seed.

    Its twin: the first of them that fails under *off*, some lines of `unguarded.py`. *shown_by*
    names the file that shall see it, where others before it would take long. At scale 1 so many
    *examples* are drawn of each, if the gate draws fewer.
    """
    twin = (lambda night: _tested(night, (shown_by,) if shown_by else nodes, off)) if off else None
    keep = fact(ref, says, how=how, target="all pass", twin=twin, no_twin=no_twin)
    keep(lambda night: _tested(night, nodes, more=examples and night.count(examples)))


def _tested(night: Night, nodes: tuple[str, ...], off: str = "", more: int = 0) -> Figure:
    options = ["-x"] if off else []
    drawn = {SEED: str(night.seed)}
    if more:
        # The gate's own limit on a test's time is for the gate's own number.
        options.append("--timeout=0")
        drawn[MORE] = str(more)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider"),
            *(f"--hypothesis-seed={night.seed}", *options, *nodes),
        ],
        cwd=ROOT,
        env=os.environ | drawn | without(off, night.folder),
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    # A twin must end with a test that failed, not with one that could not be read.
    if done.returncode not in ({0, 1} if off else {0}):
        print(done.stdout[-4000:], flush=True)
    if off and done.returncode not in {0, 1}:
        raise RuntimeError(f"pytest ended with {done.returncode}")
    if off and done.returncode:
        named = [line.partition("::")[2].partition(" ")[0] for line in lines if "::" in line]
        return Figure(f"`{named[-1] if named else '?'}` fails", is_met=False)
    told = lines[-1].strip("= ") if lines else "nothing ran"
    return Figure(f"{told}; {more} examples" if more else told, done.returncode == 0)


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
    figure, twin, word = "", one.twin if isinstance(one.twin, str) else "", "FAILED"
    try:
        with tempfile.TemporaryDirectory(prefix="night-") as name:
            here = dataclasses.replace(night, ref=one.ref, folder=Path(name))
            measured = one.measure(here)
            figure, word = measured.text, "met" if measured.is_met else "MISSED"
        if callable(one.twin):
            with tempfile.TemporaryDirectory(prefix="night-") as name:
                found = one.twin(dataclasses.replace(here, folder=Path(name)))
            twin = found.text
            word = "VOID" if found.is_met else word
    except Missing as error:
        # On CI every real part must be there, as for the gate's own tests.
        is_ci = bool(os.environ.get("CI"))
        figure, word = f"not here: {error}", "FAILED" if is_ci else "skipped"
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
