"""As many processes as cores: each keeps to one of its own, also one that took another's place."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.program import started

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
TAKE = "import sys; from service.cores import take_core; print(take_core(int(sys.argv[1]), '.'))"


def workers(program):
    parent = program.process.pid
    return [int(one) for one in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def cores_of(pid):
    """The cores that each thread of this process may use, once for each different answer."""
    found = set()
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            found.add(tuple(sorted(os.sched_getaffinity(int(thread.name)))))
    return found


def is_level(program):
    """Whether each core has one process, all of whose threads keep to it."""
    found = [cores_of(pid) for pid in workers(program)]
    wanted = [{(core,)} for core in sorted(os.sched_getaffinity(0))]
    return sorted(found, key=str) == sorted(wanted, key=str)


def becomes_level(program):
    until = time.monotonic() + 60
    while not is_level(program) and time.monotonic() < until:
        time.sleep(0.2)
    return is_level(program)


@pytest.mark.e2e
@pytest.mark.postgres
@pytest.mark.skipif(CORES == 1, reason="one core is no choice")
def test_each_process_keeps_to_a_core_of_its_own(postgres_url, tmp_path):
    settings = {"CHAFFINCH_DATABASE_URL": postgres_url, "CHAFFINCH_PROCESSES": str(CORES)}
    with started(tmp_path, **settings) as program:
        assert becomes_level(program)
        first, *_ = workers(program)
        os.kill(first, signal.SIGKILL)
        until = time.monotonic() + 60
        while first in workers(program) and time.monotonic() < until:
            time.sleep(0.1)
        assert becomes_level(program)
        assert first not in workers(program)


@pytest.mark.parametrize("processes", [1, CORES + 1])
@pytest.mark.skipif(CORES == 1, reason="one core is no choice")
def test_where_cores_would_not_be_level_nobody_is_kept_to_one(tmp_path, processes):
    command = [sys.executable, "-c", TAKE, str(processes)]
    environ = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    said = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, check=True)
    assert said.stdout.strip() == b"None"
    assert not list(tmp_path.iterdir())
