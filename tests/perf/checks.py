"""A whole comment-check against a no-op: the same server, the same form, side by side in one run.

    CHAFFINCH_CORPORA=folder python -m tests.perf.checks [--seconds 8] [--rounds 3] [--processes 2]

What is checked is complete: key, rules, score with evidence, the row on disk before the answer.
The no-op (`_noop.py`) only reads the form; on PostgreSQL both have so many *--processes*. The load
comes from `wrk` (a Debian package) here, in turns, so that both meet the same neighbours. Prints
requests a second, p50 and p99 of both, and the ratio of their medians over the rounds.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from tests.builders import BLOG
from tests.perf._goals import held
from tests.perf.moderator import comments
from tests.program import free_port, started

# With a short road in front of Flask; inside of Flask's own it would be 0.75 at 64.
_GOALS = {"sqlite": {16: 0.80, 64: 1.4}, "postgresql": {16: 0.80, 64: 0.80}}
_P99_GOAL = 3.0
_MANY = 2000
_SCRIPT = """
local bodies, at = {}, 0
for line in io.lines("BODIES") do bodies[#bodies + 1] = line end
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
request = function()
  at = at % #bodies + 1
  return wrk.format(nil, nil, nil, bodies[at])
end
done = function(summary, latency)
  io.write(string.format("measured %.1f %.3f %.3f %d\\n", summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, summary.errors.status))
end
"""


class Load(NamedTuple):
    """Requests a second, p50 and p99 in milliseconds, and how many were sent away (503)."""

    rate: float
    p50: float
    p99: float
    refused: float


def bodies(place: Path, key: str) -> str:
    """Forms of real comments, one a line; answers with where they come from."""
    found, told = comments()
    forms = [
        urlencode(
            {
                "key": key,
                "blog": BLOG,
                "user_ip": f"203.0.113.{number % 250}",
                "user_agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0",
                "comment_type": "comment",
                "comment_author": comment.author,
                "comment_author_email": comment.author_email,
                "comment_author_url": comment.author_url,
                "comment_content": comment.text,
                "permalink": comment.permalink,
            },
            errors="replace",
        )
        for number, (comment, _) in enumerate(found[:_MANY])
    ]
    place.write_text("\n".join(forms), encoding="utf-8")
    return told


def load(address: str, script: Path, *, concurrency: int, seconds: int) -> Load:
    """One round of load. Raises RuntimeError when `wrk` does not say what it measured."""
    command = ["wrk", "-t1", f"-c{concurrency}", f"-d{seconds}s", "--timeout", "15s"]
    said = subprocess.run(
        [*command, "-s", str(script), f"{address}/1.1/comment-check"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = re.search(r"measured (\S+) (\S+) (\S+) (\d+)", said)
    if not found:
        raise RuntimeError(f"nothing was measured: {said}")
    return Load(*map(float, found.groups()))


@contextlib.contextmanager
def noop(threads: int, processes: int = 1) -> Iterator[str]:
    """The no-op server, ready."""
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "tests.perf._noop", str(port), str(threads), str(processes)],
        cwd=Path(__file__).parents[2],
    ) as process:
        address = f"http://127.0.0.1:{port}"
        for _ in range(100):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}/1.1/comment-check", data=b"a=b").close()
                break
            time.sleep(0.1)
        try:
            yield address
        finally:
            process.terminate()


def measure(engine: str, folder: Path, settings: dict[str, str], asked: argparse.Namespace) -> bool:
    """Both servers under the same load, in turns; answers whether every goal was met."""
    is_good = True
    processes = int(settings.get("CHAFFINCH_PROCESSES", "1"))
    with started(folder, **settings) as program, noop(16 * 4, processes) as plain:
        script = folder / "load.lua"
        script.write_text(_SCRIPT.replace("BODIES", str(folder / "bodies.txt")))
        print(f"comments: {bodies(folder / 'bodies.txt', program.key)}")
        load(program.address, script, concurrency=16, seconds=2)
        for concurrency, goal in _GOALS[engine].items():
            ours, theirs = [], []
            for _ in range(asked.rounds):
                for address, found in ((program.address, ours), (plain, theirs)):
                    one = load(address, script, concurrency=concurrency, seconds=asked.seconds)
                    found.append(one)
            is_good &= tell(f"{engine}, {concurrency} at a time", ours, theirs, goal)
    return is_good


def tell(name: str, ours: list[Load], theirs: list[Load], goal: float) -> bool:
    mine, other = (Load(*map(statistics.median, zip(*one, strict=True))) for one in (ours, theirs))
    ratio, slower = mine.rate / other.rate, mine.p99 / other.p99
    print(f"  {name:<25}requests/s    p50 ms    p99 ms    sent away")
    for who, one in (("comment-check", mine), ("no-op", other)):
        print(f"    {who:<19}{one.rate:11.0f}{one.p50:10.1f}{one.p99:10.1f}{one.refused:13.0f}")
    text = f"{mine.rate:.0f} to {other.rate:.0f} requests/s, ratio {ratio:.2f}"
    is_good = held(f"{name}: rate", text, f">= {goal:.2f}", is_met=ratio >= goal)
    text = f"{slower:.1f} times the no-op's"
    return is_good & held(f"{name}: p99", text, f"<= {_P99_GOAL:g}", is_met=slower <= _P99_GOAL)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--processes", type=int, default=1)
    asked = parser.parse_args()
    if not shutil.which("wrk"):
        print("wrk is not here (Debian: apt-get install wrk); nothing was measured")
        return 1
    is_good = True
    for engine, database in engines(CHAFFINCH_PROCESSES=str(asked.processes)):
        print(f"{engine}:", flush=True)
        with tempfile.TemporaryDirectory() as name, database as settings:
            is_good &= measure(engine, Path(name), settings, asked)
    return 0 if is_good else 1


def engines(
    only: str | None = None, **more: str
) -> Iterator[tuple[str, contextlib.AbstractContextManager[dict[str, str]]]]:
    """Each engine that is here, with settings that name a fresh database of it while it is open."""
    if only != "postgresql":
        yield "sqlite", contextlib.nullcontext({})
    if only != "sqlite" and shutil.which("psql"):
        server = os.environ.get("CHAFFINCH_TEST_POSTGRES_URL", "postgresql://127.0.0.1/postgres")
        yield "postgresql", _database(server, more)


@contextlib.contextmanager
def _database(server: str, more: dict[str, str]) -> Iterator[dict[str, str]]:
    """Settings that name a fresh database, gone afterwards, and *more*."""
    name = f"chaffinch_perf_{os.getpid()}"
    ask = ["psql", "-q", "-w", server, "-c"]
    subprocess.run([*ask, f"CREATE DATABASE {name}"], check=True)
    try:
        yield {"CHAFFINCH_DATABASE_URL": re.sub(r"/[^/]*$", f"/{name}", server)} | more
    finally:
        subprocess.run([*ask, f"DROP DATABASE {name} WITH (FORCE)"], check=True)


if __name__ == "__main__":
    sys.exit(main())
