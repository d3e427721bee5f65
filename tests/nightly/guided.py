"""F-09: what strangers wrote, made by a fuzzer that sees which lines of ours it reaches."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.nightly.board import ROOT, Figure, Missing, Night, fact
from tests.nightly.fuzzer import MOST_S
from tests.nightly.targets import TARGETS

FUZZER = ROOT / ".venv" / "fuzz"
_LOOKS = 3
_DONE = re.compile(r"Done (\d+) (?:runs )?in|#(\d+)\s+DONE")


class Found(NamedTuple):
    """What a target's run came to: inputs tried, crashes, and slow ones without instruments."""

    tried: int
    crashes: int
    slow: int
    worst_s: float


def _fuzzed(night: Night, name: str, seconds: int, *naive: str) -> Found:
    if not FUZZER.is_dir():
        raise Missing("atheris (make nightly installs it)")
    folder = night.folder / name
    folder.mkdir()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.nightly.fuzzer", name, str(folder)),
            *(str(seconds), str(night.seed % 2**31 or 1), *naive),
        ],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(FUZZER)},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    said = _DONE.search(done.stderr)
    if done.returncode or not (said or naive):
        print(done.stderr[-3000:], flush=True)
    for told in sorted(folder.glob("crash-*.txt")):
        print(f"  {name}: {told.read_text()[-600:]}", flush=True)
    # What ended the fuzzer itself (a fault in C, memory, 20 s) is a crash as well.
    crashes = len(list(folder.glob("crash-*.txt"))) + bool(done.returncode)
    slow = [one for one in folder.glob("slow-*") if not one.suffix]
    seconds_each = _again(name, slow, naive)
    many = sum(took > MOST_S for took in seconds_each)
    tried = int(said[1] or said[2]) if said else 0
    return Found(tried, crashes, many, max(seconds_each, default=0))


def _again(name: str, places: list[Path], naive: tuple[str, ...]) -> list[float]:
    """The least seconds of CPU of each, without instruments, each time in a process of its own."""
    if not places:
        return []
    command = [sys.executable, "-m", "tests.nightly.fuzzer", name, *map(str, places), *naive]
    looks = []
    for _ in range(_LOOKS):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        looks.append([float(line) for line in done.stdout.split()])
    least = [min(each) for each in zip(*looks, strict=True)]
    for place, took in zip(places, least, strict=True):
        if took > MOST_S:
            print(f"  {name}: {took:.2f} s {place.read_bytes()[:80]!r}", flush=True)
    return least


def _naively(night: Night) -> Figure:
    """The twin: with its safeguard off each target is found out."""
    found = {}
    for name in TARGETS:
        one = _fuzzed(night, name, night.count(120, least=60), "--naive")
        found[name] = one.crashes + one.slow
    unseen = [name for name, many in found.items() if not many]
    text = f"{len(found) - len(unseen)} of {len(found)} found out"
    # One that nothing was found in shows nothing: then the fact is void.
    return Figure(f"{text}, not {', '.join(unseen)}" if unseen else text, bool(unseen))


@fact(
    "F-09",
    "a fuzzer led by coverage finds no crash and nothing slow in what reads strangers' text",
    how=f"atheris, {len(TARGETS)} x 120 s: {', '.join(TARGETS)}",
    target=f"0 crashes, 0 above {MOST_S * 1000:g} ms of CPU",
    twin=_naively,
)
def _guided(night: Night) -> Figure:
    found = [_fuzzed(night, name, night.count(120, least=5)) for name in TARGETS]
    crashes, slow = sum(one.crashes for one in found), sum(one.slow for one in found)
    tried = sum(one.tried for one in found)
    text = f"{len(found)} targets, {tried} inputs, {crashes} crashes, {slow} slow"
    return Figure(text, crashes == slow == 0 and all(one.tried for one in found))
