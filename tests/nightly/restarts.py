"""R: servers that are stopped, rolled or killed for their memory; blogs hear an answer."""

from __future__ import annotations

import collections
import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.builders import KEY
from tests.deploy.conftest import Topology
from tests.nightly.board import Figure, Missing, Night, fact
from tests.nightly.durability import Blog, settled
from tests.nightly.unguarded import ANSWERS_FIRST, without
from tests.program import started

# A worker starts anew in about a second; a machine that does much else takes longer.
_BACK_IN_S = 2.0
_ONE_AFTER_ANOTHER = 40
# A worker that dies twice within 5.5 s is in a loop to granian, which then ends with an error:
# whoever started it (systemd, compose) starts it again.
_NO_LOOP_S = 6.0


@contextlib.contextmanager
def _topology() -> Iterator[Topology]:
    """nginx, three servers, PostgreSQL, Redis. Raises Missing."""
    for name in ("nginx", "redis-server"):
        if not shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin"):
            raise Missing(name)
    if not list(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")):
        raise Missing("PostgreSQL's programs")
    with tempfile.TemporaryDirectory(prefix="chaffinch-rolls-") as name:
        # PostgreSQL and nginx run as somebody else.
        folder = Path(name)
        folder.chmod(0o777)
        made = Topology(folder)
        try:
            yield made
        finally:
            made.close()


def _rolled(night: Night, *, is_told: bool) -> Figure:
    """Each server in turn is ended and started again while blogs ask through nginx."""
    rolls = night.count(50, least=3)
    with _topology() as topology:
        with Blog(topology.address, KEY) as blog:
            for number in range(rolls):
                assert blog.wait_for(_ONE_AFTER_ANOTHER)
                server = topology.servers[number % len(topology.servers)]
                if is_told:
                    server.process.send_signal(signal.SIGTERM)
                    server.process.wait(20)
                else:
                    server.kill()
                assert blog.wait_for(_ONE_AFTER_ANOTHER)
                topology.restart(number % len(topology.servers))
                topology.wait()
            assert blog.wait_for(_ONE_AFTER_ANOTHER)
        other = collections.Counter(blog.others)
        url = topology.postgres.url.replace("postgresql:", "postgresql+psycopg:")
        wanted = set(blog.acknowledged)
        lost = len(wanted - set(settled(url, topology.folder / "data-1", wanted)))
    text = f"{rolls} rolls, {len(wanted)} verdicts, {sum(other.values())} without, {lost} lost"
    return Figure(text, not other and not lost)


@fact(
    "R-14",
    "servers are rolled one by one under load, and no blog notices",
    how="50 rolls of three servers behind nginx, each told to stop (TERM) and started again",
    target="0 without a verdict, 0 lost",
    twin=lambda night: _rolled(night, is_told=False),
)
def _rolls(night: Night) -> Figure:
    return _rolled(night, is_told=True)


def _workers(program: int) -> list[int]:
    found = subprocess.run(
        ["pgrep", "-P", str(program)], capture_output=True, text=True, check=False
    )
    return [int(one) for one in found.stdout.split()]


@fact(
    "R-15",
    "a worker killed for its memory is there again at once, and nothing acknowledged is lost",
    how="30 times the worker of the real program ends as the kernel ends it when memory runs out",
    target=f"verdicts again within {_BACK_IN_S:g} s each time, 0 lost",
    twin=lambda night: _out_of_memory(night, off=ANSWERS_FIRST),
)
def _out_of_memory(night: Night, *, off: str = "") -> Figure:
    times, waits = night.count(30, least=3), []
    with started(night.folder, **without(off, night.folder)) as program:
        with Blog(program.address, program.key) as blog:
            for _ in range(times):
                time.sleep(_NO_LOOP_S)
                assert blog.wait_for(_ONE_AFTER_ANOTHER)
                for worker in _workers(program.process.pid):
                    os.kill(worker, signal.SIGKILL)
                # What was on its way may still be read: it counts from the kill on.
                begun = time.monotonic()
                time.sleep(0.1)
                assert blog.wait_for(2)
                waits.append(time.monotonic() - begun)
        wanted = set(blog.acknowledged)
        url = f"sqlite:///{night.folder / 'chaffinch.sqlite3'}"
        lost = len(wanted - set(settled(url, night.folder, wanted)))
    text = f"{times} times, slowest {max(waits):.1f} s, {len(wanted)} verdicts, {lost} lost"
    return Figure(text, max(waits) < _BACK_IN_S and not lost)
