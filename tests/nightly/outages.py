"""R: PostgreSQL is restarted, and gone in four ways: answers come in time, nothing is lost."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.fault_proxy import FaultProxy
from tests.nightly.board import Figure, Missing, Night, by_tests, fact
from tests.nightly.durability import Blog, settled
from tests.nightly.unguarded import ANSWERS_FIRST, NEEDS_REDIS, NO_RETRY_ALONE, NO_SPOOL, without
from tests.program import free_port, started

_PLACES = (Path("/usr/lib/postgresql"), Path("/usr/local/pgsql"))


def _tool(name: str) -> str:
    """The newest PostgreSQL's tool of this name. Raises Missing."""
    found = sorted(place for root in _PLACES for place in root.glob(f"**/bin/{name}"))
    if not found:
        raise Missing(name)
    return str(found[-1])


class Cluster:
    """A PostgreSQL of our own, which may be stopped and started."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        # It refuses to run as root; then it runs as the account its package made.
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as:
            shutil.chown(folder, "postgres")
        self._run(_tool("initdb"), "-A", "trust", "-U", "night", "-D", str(folder / "db"))
        self.url = f"postgresql+psycopg://night@127.0.0.1:{self.port}/postgres"

    def _run(self, *command: str) -> None:
        subprocess.run(
            [*self._as, *command], cwd=self.folder, check=True, stdout=subprocess.DEVNULL
        )

    def do(self, *words: str) -> None:
        """What pg_ctl does: start, stop -m fast, restart -m immediate."""
        asked = f"-p {self.port} -k {self.folder} -h 127.0.0.1"
        more = () if words[0] == "stop" else ("-o", asked, "-l", str(self.folder / "log"))
        self._run(_tool("pg_ctl"), "-D", str(self.folder / "db"), "-w", *words, *more)


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """A running PostgreSQL, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="night-pg-") as name:
        made = Cluster(Path(name))
        made.do("start")
        try:
            yield made
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):
                made.do("stop", "-m", "immediate")


@fact(
    "R-08",
    "a PostgreSQL that is restarted or crashes loses nothing acknowledged",
    how="50 restarts under load, fast and immediate in turns",
    target="0 lost, 0 twice, a verdict within 1 s of its return, every answer within 5 s",
    twin=lambda night: _restarts(night, off=ANSWERS_FIRST),
)
def _restarts(night: Night, *, off: str = "") -> Figure:
    with cluster() as database:
        settings = {"CHAFFINCH_DATABASE_URL": database.url.replace("+psycopg", "")}
        settings |= without(off, night.folder)
        with started(night.folder, **settings) as program:
            count, live, firsts = night.count(50, least=2), 0, []
            with Blog(program.address, program.key) as blog:
                for number in range(count):
                    live += blog.wait_for(5)
                    database.do("restart", "-m", ("fast", "immediate")[number % 2])
                    begun = time.monotonic()
                    blog.wait_for(1)
                    firsts.append(time.monotonic() - begun)
                blog.wait_for(5)
            rows = settled(database.url, night.folder, set(blog.acknowledged))
    lost, twice = len(set(blog.acknowledged) - set(rows)), len(rows) - len(set(rows))
    text = (
        f"{count} restarts ({live} live), {len(blog.acknowledged)} acknowledged, {lost} lost, "
        f"{len(blog.others)} sent away, first verdict after {max(firsts):.1f} s, "
        f"slowest {max(blog.took):.1f} s"
    )
    is_soon = max(firsts) < 1 and max(blog.took) < 5
    return Figure(text, lost == twice == 0 and live >= 0.9 * count and is_soon)


@contextlib.contextmanager
def _redis() -> Iterator[FaultProxy]:
    """A Redis of our own behind a proxy. Raises Missing."""
    if not shutil.which("redis-server"):
        raise Missing("redis-server")
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    proxy = FaultProxy(port)
    try:
        yield proxy
    finally:
        proxy.close()
        running.terminate()
        running.wait(10)


# Of the database alone, and of the database and Redis together.
MODES = ("refuse", "swallow", "slow", "half", "refuse both", "swallow both")
# The word: every answer, whatever is gone.
_ANSWERED_IN_S = 2.0


def _without_database(night: Night, modes: tuple[str, ...], off: str = "") -> Figure:
    told, is_good, wanted = [], True, set()
    with cluster() as database, _redis() as redis:
        proxy = FaultProxy(database.port)
        url = database.url.replace("+psycopg", "").replace(str(database.port), str(proxy.port))
        settings = {
            "CHAFFINCH_DATABASE_URL": url,
            "CHAFFINCH_REDIS_URL": f"redis://127.0.0.1:{redis.port}/0",
        }
        with started(night.folder, **settings, **without(off, night.folder)) as program:
            for mode in modes:
                way, _, both = mode.partition(" ")
                gone = (proxy, redis) if both else (proxy,)
                with Blog(program.address, program.key) as blog:
                    blog.wait_for(5)
                    blog.took.clear()
                    for one in gone:
                        one.become(way)
                    time.sleep(night.count(60, least=8))
                    for one in gone:
                        one.become("pass")
                    blog.wait_for(5, seconds=30)
                slowest = max(blog.took, default=99.0)
                share = len(blog.acknowledged) / max(1, len(blog.acknowledged) + len(blog.others))
                told.append(f"{mode} {share:.1%}, slowest {slowest:.1f} s")
                is_good &= share >= 0.999 and slowest < _ANSWERED_IN_S
                wanted |= set(blog.acknowledged)
            lost = len(wanted - set(settled(database.url, night.folder, wanted)))
        proxy.close()
    text = f"{'; '.join(told)}; {len(wanted)} acknowledged, {lost} lost"
    return Figure(text, is_good and not lost)


@fact(
    "R-07",
    "while the database is gone known keys hear the verdict in time, and all is stored later",
    how="60 s each: refused, swallowed, 500 ms slower, half open; then Redis gone with it",
    target="99.9 % verdicts, every answer within 2 s, 0 lost (C-04)",
    twin=lambda night: _without_database(night, MODES[:1], NO_SPOOL),
)
def _gone(night: Night) -> Figure:
    return _without_database(night, MODES)


by_tests(
    "R-09",
    "one event that cannot be sent stops no other",
    "tests/unit/service/workflows/test_events.py",
    "tests/storage/test_writer.py",
    off=NO_RETRY_ALONE,
    shown_by="tests/storage/test_writer.py",
)
by_tests(
    "R-07r",
    "a Redis that goes away refuses nobody",
    "tests/unit/service/test_limits.py",
    off=NEEDS_REDIS,
)
