"""R: a disk that is full, and many that write at once."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.nightly.appender import LEDGER
from tests.nightly.board import ROOT, Figure, Missing, Night, by_tests, fact
from tests.nightly.durability import Blog, is_whole, settled
from tests.nightly.unguarded import (
    ANSWERS_FIRST,
    NEVER_HEARD_BEFORE,
    NO_PROOF,
    TRUSTS_THE_CLOCK,
    without,
)
from tests.program import started

_SMALL = "size=6m"


@contextlib.contextmanager
def small_disk(place: Path) -> Iterator[None]:
    """A disk of six megabytes at *place*. Raises Missing where nobody may mount."""
    place.mkdir()
    if (
        os.geteuid()
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", _SMALL, "night", str(place)],
            check=False,
            capture_output=True,
        ).returncode
    ):
        raise Missing("the right to mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@fact(
    "R-04",
    "a full disk loses nothing acknowledged, and the program goes on when there is room",
    how="the real program on a disk of 6 MB, filled by comments, then 2 MB are freed",
    target="0 lost, answers again without a restart, file whole",
    twin=lambda night: _full(night, off=ANSWERS_FIRST, seconds=15),
)
def _full(night: Night, *, off: str = "", seconds: float = 120) -> Figure:
    data = night.folder / "disk"
    with small_disk(data):
        (data / "ballast").write_bytes(bytes(2 * 1024 * 1024))
        with started(data, **without(off, night.folder)) as program:
            text = "Thank you for all of these words. " * 900
            with Blog(program.address, program.key, text=text) as blog:
                until = time.monotonic() + seconds
                while len(blog.others) < 20 and time.monotonic() < until:
                    time.sleep(0.1)
            is_filled = len(blog.others) >= 20 and set(blog.others) == {"503"}
            lives = httpx.get(f"{program.address}/healthz", timeout=20).status_code == 200
            (data / "ballast").unlink()
            with Blog(program.address, program.key) as after:
                is_back = after.wait_for(5)
            wanted = {*blog.acknowledged, *after.acknowledged}
            rows = settled(f"sqlite:///{data / 'chaffinch.sqlite3'}", data, wanted)
        whole = is_whole(data / "chaffinch.sqlite3")
    lost = len(wanted - set(rows))
    said = f"{len(wanted)} acknowledged, {len(blog.others)} refused, {lost} lost"
    return Figure(f"{said}, back {is_back}", is_filled and lives and is_back and whole and not lost)


def _storm(night: Night, mode: str) -> Figure:
    shutil.rmtree(night.folder)
    night.folder.mkdir()
    append = [sys.executable, "-m", "tests.nightly.appender", str(night.folder)]
    subprocess.run([*append, "0", "FULL"], cwd=ROOT, check=True)
    count = str(night.count(3000, least=120))
    running = [subprocess.Popen([*append, count, mode], cwd=ROOT) for _ in range(3)]
    codes = [one.wait(900) for one in running]
    lines = (night.folder / LEDGER).read_text().split()
    refused, kept = lines.count("refused"), lines.count("stored")
    is_met = refused == 0 and kept > 0 and codes == [0, 0, 0]
    return Figure(f"{kept} stored, {refused} refused as locked", is_met)


@fact(
    "R-05",
    "many writers do not lock each other out",
    how="9 000 rows by three processes of three threads on one SQLite file, looked at first",
    target="0 refused",
    twin=lambda night: _storm(night, "DEFERRED"),
)
def _storms(night: Night) -> Figure:
    return _storm(night, "LOOKING")


by_tests(
    "R-06",
    "a report or call repeated counts once",
    "tests/storage/test_at_once.py",
    "tests/storage/test_once_and_history.py",
    off=NEVER_HEARD_BEFORE,
    shown_by="tests/storage/test_at_once.py",
)
by_tests(
    "R-10",
    "a clock that jumps publishes nothing, ends no forms and locks nobody out",
    "tests/contract/test_failures.py",
    "tests/storage/test_address_key.py",
    "tests/unit/service/test_limits.py",
    off=TRUSTS_THE_CLOCK,
    shown_by="tests/storage/test_address_key.py",
)
by_tests(
    "R-13",
    "a backup comes back whole",
    "tests/unit/service/commands/test_backup.py",
    off=NO_PROOF,
)
