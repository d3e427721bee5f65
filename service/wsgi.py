"""The application for a WSGI server: `service.wsgi:make_application` (a factory)."""

from __future__ import annotations

import contextlib
import ctypes
import gc
from typing import Final

import flask

from service.app import create_app
from service.cores import take_core
from service.logs import start_logging
from service.runtime import Runtime
from service.schedule import Schedule
from service.settings import Settings, shared_counts
from service.storage.restoring import RestoreMark

# New objects until the collector looks through the youngest. A page has a few thousand at a time
# and leaves some 130 behind in circles (SQLAlchemy's): looking rarely, there is little to clear.
_COLLECT_AFTER: Final = 10_000
# glibc's own numbers for "at most so many heaps" and "what is larger comes from the system and goes
# back to it" (malloc.h).
_M_ARENA_MAX, _HEAPS = -8, 2
_M_MMAP_FROM, _LARGE = -3, 256 * 1024


def make_application() -> flask.Flask:
    """The application with the settings of this process's environment."""
    _share_heaps()
    settings = Settings.load()
    start_logging(settings.log_level, is_json=settings.log_format == "json")
    take_core(settings.processes, shared_counts())
    RestoreMark(settings.data_dir).require_none()
    runtime = Runtime.from_settings(settings)
    application = create_app(runtime)
    application.extensions["chaffinch-background"].start()
    Schedule(application, runtime).start()
    settle_memory()
    return application


def _share_heaps() -> None:
    """Let all threads have two heaps together, and large pieces none; only where there is glibc.

    It would give each of many threads its own and keep what was freed there, and after the first
    model that was let go it would keep the next in a heap as well: together a third of a worker's
    memory once pages were shown and models swapped (tests/perf/README.md). Python computes in one
    thread at a time, so hardly any thread waits for another's heap.
    """
    with contextlib.suppress(AttributeError, OSError):
        glibc = ctypes.CDLL(None)
        glibc.mallopt(_M_ARENA_MAX, _HEAPS)
        glibc.mallopt(_M_MMAP_FROM, _LARGE)


def settle_memory() -> None:
    """What is here now stays: the collector need not look through it again and again.

    Walking some 170,000 objects cost one page in a hundred three times its median.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)
