"""Give each of several serving processes a core of its own.

Python computes in one thread at a time. Where a process may use two cores, threads that take turns
at the interpreter wake each other across them, which costs a check a quarter of its CPU and more
(`tests/perf/README.md`).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path
from typing import IO, Final

# Held open for as long as this process lives; its place is free again when it ends, however.
_PLACES: Final[list[IO[str]]] = []


def take_core(processes: int, folder: str) -> int | None:
    """Keep this process, one of *processes* that share *folder*, to one core; which one, or None.

    Only when every core gets as many of them as any other: else some would wait for a core while
    another idles. Several servers on one machine stay level, too. Only where the system can.
    """
    if not hasattr(os, "sched_getaffinity"):
        return None
    cores = sorted(os.sched_getaffinity(0))
    if not folder or len(cores) < 2 or processes % len(cores):  # noqa: PLR2004 - one is no choice
        return None
    for place in range(processes):
        # Closed by nobody: the lock is what says that the place is taken.
        mark = Path(folder, f"process-{place}.lock").open("w")  # noqa: SIM115
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            mark.close()
            continue
        _PLACES.append(mark)
        core = cores[place % len(cores)]
        _keep_to(core)
        return core
    return None


def _keep_to(core: int) -> None:
    """All threads of this process; those that they begin keep to it, too."""
    for thread in Path("/proc/self/task").iterdir():
        # One that ended meanwhile needs no core.
        with contextlib.suppress(OSError):
            os.sched_setaffinity(int(thread.name), {core})
