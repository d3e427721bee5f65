"""R-12: processes that write, read and empty SQLite's log for long spoil and lose nothing."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import subprocess
import sys
import time
from pathlib import Path

from service.storage import migrate
from service.storage.store import Store
from tests.builders import BLOG, NOON
from tests.nightly.board import ROOT, Figure, Night, fact
from tests.nightly.durability import is_whole, stored

MOST_LOG = 64 * 2**20
_PROCESSES = 2


def _soaked(night: Night, kind: str) -> Figure:
    seconds = night.count(600, least=6)
    file = night.folder / "chaffinch.sqlite3"
    store = Store.open(f"sqlite:///{file}")
    migrate.upgrade(store.engine)
    with store.begin() as unit:
        unit.sites.add(blog=BLOG, name="x", now=NOON)
        unit.commit()
    store.close()
    said, largest = _run(file, seconds, kind)
    lines = [line.split() for line in said]
    wanted = [line[1] for line in lines if line[0] == "stored"]
    held = sorted((int(line[1]), int(line[2])) for line in lines if line[0] == "held")
    at_once = sum(after[0] < before[1] for before, after in itertools.pairwise(held))
    emptied = sum(line[0] == "emptied" for line in lines)
    rows = stored(f"sqlite:///{file}")
    lost, twice = len(set(wanted) - set(rows)), len(rows) - len(set(rows))
    text = (
        f"{seconds} s, {len(wanted)} acknowledged, {len(lines) - len(wanted) - len(held) - emptied}"
        f" refused, {lost} lost, {twice} twice, log emptied {emptied} times, at most"
        f" {largest / 2**20:.1f} MB, whole {is_whole(file)}, {at_once} of {len(held)} at once"
    )
    is_met = lost == twice == at_once == 0 and largest < MOST_LOG and is_whole(file)
    return Figure(text, is_met and len(wanted) > seconds and emptied > 0)


def _run(file: Path, seconds: int, kind: str) -> tuple[list[str], int]:
    """What all processes told, and how large the log was at most."""
    command = [sys.executable, "-m", "tests.nightly.soaker", str(file), str(seconds), kind]
    outs = [file.with_name(f"told-{number}.txt") for number in range(_PROCESSES)]
    with contextlib.ExitStack() as stack:
        running = []
        for out in outs:
            opened = stack.enter_context(out.open("w"))
            running.append(stack.enter_context(subprocess.Popen(command, cwd=ROOT, stdout=opened)))
        log, largest = file.with_name(f"{file.name}-wal"), 0
        while any(one.poll() is None for one in running):
            with contextlib.suppress(FileNotFoundError):
                largest = max(largest, log.stat().st_size)
            time.sleep(0.05)
    if any(one.returncode for one in running):
        raise RuntimeError(f"they ended with {[one.returncode for one in running]}")
    return [line for out in outs for line in out.read_text().splitlines()], largest


@fact(
    "R-12",
    "processes that write, read and empty SQLite's log for long spoil nothing and lose nothing",
    how=f"10 minutes: {_PROCESSES} processes of 3 writers, a reader and one that checkpoints",
    target="0 lost, 0 twice, file whole, log < 64 MB, never two at the file at once",
    twin=lambda night: _soaked(dataclasses.replace(night, scale=night.scale / 10), "together"),
)
def _soak(night: Night) -> Figure:
    return _soaked(night, "alone")
