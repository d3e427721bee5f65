"""R: what was acknowledged is there after kills, power cuts, failed writes and a full disk."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Self

import httpx
import sqlalchemy as sa

from tests.builders import BLOG
from tests.nightly import trace
from tests.nightly.appender import LEDGER
from tests.nightly.board import ROOT, Figure, Night, fact
from tests.nightly.house import postgresql
from tests.nightly.unguarded import ANSWERS_FIRST, without
from tests.program import free_port, started

STORED = "stored "


class Blog:
    """Clients that ask until told to stop, each noting what was acknowledged before it asks on."""

    def __init__(self, address: str, key: str, threads: int = 4, text: str = "Thank you.") -> None:
        self.acknowledged: list[str] = []
        self.took: list[float] = []
        self.others: list[str] = []
        self._stop = threading.Event()
        self._fields = {"key": key, "blog": BLOG, "user_ip": "203.0.113.9", "comment_content": text}
        self._url = f"{address}/1.1/comment-check"
        self._threads = [threading.Thread(target=self._ask) for _ in range(threads)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def _ask(self) -> None:
        with httpx.Client(timeout=20) as http:
            while not self._stop.is_set():
                begun = time.monotonic()
                try:
                    answer = http.post(self._url, data=self._fields)
                except httpx.HTTPError as error:
                    self.others.append(type(error).__name__)
                    time.sleep(0.02)
                    continue
                self.took.append(time.monotonic() - begun)
                if answer.text in {"true", "false"}:
                    self.acknowledged.append(answer.headers["X-akismet-guid"])
                else:
                    self.others.append(str(answer.status_code))

    def wait_for(self, more: int, *, seconds: float = 60) -> bool:
        """Whether *more* were acknowledged within *seconds*."""
        wanted, until = len(self.acknowledged) + more, time.monotonic() + seconds
        while len(self.acknowledged) < wanted and time.monotonic() < until:
            time.sleep(0.01)
        return len(self.acknowledged) >= wanted


def stored(url: str) -> list[str]:
    """The guids of every row."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = list(connection.exec_driver_sql("SELECT guid FROM submission").scalars())
    engine.dispose()
    return found


def settled(url: str, data: Path, wanted: set[str]) -> list[str]:
    """The rows, once the spool of the running program is empty or half a minute is over."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        rows = stored(url)
        if wanted <= set(rows) and not list((data / "spool").glob("*.spool")):
            return rows
        time.sleep(0.3)
    return stored(url)


def is_whole(place: Path) -> bool:
    """Whether SQLite finds nothing wrong with the file."""
    with contextlib.closing(sqlite3.connect(place)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def _killed(night: Night, url: str, settings: dict[str, str], off: str) -> Figure:
    settings = settings | without(off, night.folder)
    cycles, live, wanted, key, port = night.count(200, least=2), 0, set(), "", free_port()
    draw = night.random
    for _ in range(cycles):
        with started(night.folder, port=port, **settings) as program:
            key = key or program.key
            with Blog(program.address, key) as blog:
                is_live = blog.wait_for(3)
                time.sleep(draw.random())
                program.kill()
            live += is_live
            wanted |= set(blog.acknowledged)
    with started(night.folder, port=port, **settings):
        rows = settled(url, night.folder, wanted)
    lost, twice = len(wanted - set(rows)), len(rows) - len(set(rows))
    is_broken = url.startswith("sqlite") and not is_whole(night.folder / "chaffinch.sqlite3")
    text = f"{cycles} kills ({live} live), {len(wanted)} acknowledged, {lost} lost, {twice} twice"
    return Figure(text, lost == twice == 0 and live >= 0.9 * cycles and not is_broken)


def _few(night: Night) -> Night:
    """A tenth of it: nearly every kill costs something once the safeguard is off."""
    return dataclasses.replace(night, scale=night.scale / 10)


@fact(
    "R-01",
    "kill -9 loses nothing acknowledged, on SQLite",
    how="200 kills of the real program under load",
    target="0 lost, 0 twice, 90 % live",
    twin=lambda night: _kill_sqlite(_few(night), off=ANSWERS_FIRST),
)
def _kill_sqlite(night: Night, *, off: str = "") -> Figure:
    return _killed(night, f"sqlite:///{night.folder / 'chaffinch.sqlite3'}", {}, off)


@fact(
    "R-01b",
    "the same on PostgreSQL",
    how="200 kills of the real program under load",
    target="0 lost, 0 twice, 90 % live",
    twin=lambda night: _kill_postgresql(_few(night), off=ANSWERS_FIRST),
)
def _kill_postgresql(night: Night, *, off: str = "") -> Figure:
    with postgresql() as url:
        return _killed(night, url, {"CHAFFINCH_DATABASE_URL": url}, off)


def _power(night: Night, synchronous: str) -> Figure:
    draw = night.random
    # Every twenty pages end in a checkpoint: as many comments as have dozens of those.
    comments = min(240, night.count(2400, least=90))
    found = trace.steps(trace.append(night.folder, comments, synchronous))
    begins = next(n for n, one in enumerate(found) if one.content == b"begin\n")
    cuts = night.count(5000, least=100)
    places = sorted(draw.randrange(begins, len(found)) for _ in range(cuts))
    disk, lost, broken, done = trace.Disk(), 0, 0, 0
    for number, step in enumerate(found):
        while done < cuts and places[done] == number:
            done += 1
            with _cut(night.folder / "cut", disk, draw) as place:
                rows, is_good = _rows(place)
            told = {line.removeprefix(STORED) for line in disk.told if line.startswith(STORED)}
            lost += bool(told - rows)
            broken += not is_good
        disk.do(step)
    syncs = sum(step.what == "sync" for step in found)
    text = (
        f"{cuts} cuts in {len(found)} steps ({syncs} syncs): {lost} cuts lost rows,"
        f" {broken} left a corrupt file"
    )
    return Figure(text, lost == broken == 0)


@contextlib.contextmanager
def _cut(folder: Path, disk: trace.Disk, draw):
    folder.mkdir()
    disk.cut(folder, draw)
    yield folder / "chaffinch.sqlite3"
    shutil.rmtree(folder)


def _rows(place: Path) -> tuple[set[str], bool]:
    """What a program finds after the cut, and whether the file is whole."""
    try:
        with contextlib.closing(sqlite3.connect(place)) as connection:
            rows = {row[0] for row in connection.execute("SELECT guid FROM submission")}
            whole = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    except sqlite3.DatabaseError:
        return set(), False
    return rows, whole


@fact(
    "R-02",
    "a power cut loses nothing acknowledged",
    how="5 000 cuts of a traced run of the deployed SQLite; unsynced writes lost or torn",
    target="0 cuts lost rows, 0 corrupt",
    twin=lambda night: _power(night, "NORMAL"),
)
def _power_cut(night: Night) -> Figure:
    return _power(night, "FULL")


def unsynced(found: list[trace.Step]) -> tuple[int, int]:
    """How many were told stored, and how many of them before the log that holds them was synced."""
    pending, durable, told, early = b"", b"", 0, 0
    for step in found:
        if step.what == "write" and step.name.endswith("-wal"):
            pending += step.content
        elif step.what == "sync" and step.name.endswith("-wal"):
            # A page is written again with its next row: that it was synced once is what counts.
            durable, pending = durable + pending, b""
        elif step.what == "told" and step.content.startswith(STORED.encode()):
            told += 1
            early += step.content.split()[1] not in durable
    return told, early


def _synced(night: Night, synchronous: str) -> Figure:
    count = night.count(300, least=60)
    told, early = unsynced(trace.steps(trace.append(night.folder, count, synchronous)))
    return Figure(f"{told} acknowledged, {early} before their fsync", told > 0 and not early)


@fact(
    "R-03",
    "what is acknowledged was synced before",
    how="strace of 300 stored comments",
    target="0 before their fsync",
    twin=lambda night: _synced(night, "NORMAL"),
)
def _fsync_first(night: Night) -> Figure:
    return _synced(night, "FULL")


def _failing(night: Night, mode: str) -> Figure:
    base = night.folder / "base"
    base.mkdir()
    append = [sys.executable, "-m", "tests.nightly.appender"]
    subprocess.run([*append, str(base), "3", "FULL"], cwd=ROOT, check=True)
    points, lost, broken, refused = night.count(100, least=4), 0, 0, 0
    for point in range(points):
        folder = night.folder / f"{point}"
        shutil.copytree(base, folder)
        (folder / LEDGER).unlink()
        call, fault = (("pwrite64", "ENOSPC"), ("fdatasync", "EIO"))[point % 2]
        when = f"{night.random.randrange(1, 6) + point // 2}{'+' if point % 4 < 2 else ''}"
        files = [
            part for name in ("", "-wal") for part in ("-P", f"{folder}/chaffinch.sqlite3{name}")
        ]
        trace.append(folder, 45, mode, *files, "-e", f"inject={call}:error={fault}:when={when}")
        told = [line.split() for line in (folder / LEDGER).read_text().splitlines()]
        wanted = {line[1] for line in told if line[0] == "stored"}
        refused += sum(line[0] == "refused" for line in told)
        rows, is_good = _rows(folder / "chaffinch.sqlite3")
        lost, broken = lost + len(wanted - rows), broken + (not is_good)
    text = f"{points} runs, {refused} refused, {lost} acknowledged and lost, {broken} corrupt"
    return Figure(text, lost == broken == 0 and refused > 0)


@fact(
    "R-04b",
    "a write or sync that fails loses nothing acknowledged",
    how="100 runs; the Nth write is ENOSPC or the Nth sync EIO, once or from then on",
    target="0 lost, 0 corrupt",
    twin=lambda night: _failing(night, "EARLY"),
)
def _failing_writes(night: Night) -> Figure:
    return _failing(night, "FULL")
