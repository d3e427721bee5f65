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
    target="0 lost, 0 twice, every answer within 5 s",
)
def _restarts(night: Night) -> Figure:
    with (
        cluster() as database,
        started(
            night.folder, CHAFFINCH_DATABASE_URL=database.url.replace("+psycopg", "")
        ) as program,
    ):
        count = night.count(50, least=2)
        with Blog(program.address, program.key) as blog:
            live = 0
            for number in range(count):
                live += blog.wait_for(5)
                database.do("restart", "-m", ("fast", "immediate")[number % 2])
            blog.wait_for(5)
        rows = settled(database.url, night.folder, set(blog.acknowledged))
    lost, twice = len(set(blog.acknowledged) - set(rows)), len(rows) - len(set(rows))
    text = (
        f"{count} restarts ({live} live), {len(blog.acknowledged)} acknowledged, {lost} lost, "
        f"{len(blog.others)} sent away, slowest {max(blog.took):.1f} s"
    )
    return Figure(text, lost == twice == 0 and live >= 0.9 * count and max(blog.took) < 5)


MODES = ("refuse", "swallow", "slow", "half")


@fact(
    "R-07",
    "while the database is gone known keys hear the verdict in time, and all is stored later",
    how="60 s each: refused, swallowed, 500 ms slower, half open",
    target="99.9 % verdicts, p99 < 2 s, 0 lost (C-04)",
)
def _gone(night: Night) -> Figure:
    with cluster() as database:
        proxy = FaultProxy(database.port)
        url = database.url.replace("+psycopg", "").replace(str(database.port), str(proxy.port))
        told, is_good, wanted = [], True, set()
        with started(night.folder, CHAFFINCH_DATABASE_URL=url) as program:
            for mode in MODES:
                with Blog(program.address, program.key) as blog:
                    blog.wait_for(5)
                    blog.took.clear()
                    proxy.become(mode)
                    time.sleep(night.count(60, least=8))
                    proxy.become("pass")
                    blog.wait_for(5, seconds=30)
                took = sorted(blog.took) or [99.0]
                p99 = took[int(len(took) * 0.99)]
                all_asked = len(blog.acknowledged) + len(blog.others)
                share = len(blog.acknowledged) / max(1, all_asked)
                told.append(f"{mode} {share:.1%} p99 {p99:.1f} s")
                is_good &= share >= 0.999 and p99 < 2
                wanted |= set(blog.acknowledged)
            lost = len(wanted - set(settled(database.url, night.folder, wanted)))
        proxy.close()
    return Figure(
        f"{'; '.join(told)}; {len(wanted)} acknowledged, {lost} lost", is_good and not lost
    )


by_tests(
    "R-09",
    "one event that cannot be sent stops no other",
    "tests/unit/service/workflows/test_events.py",
    "tests/storage/test_writer.py",
)
by_tests("R-07r", "a Redis that goes away refuses nobody", "tests/unit/service/test_limits.py")
