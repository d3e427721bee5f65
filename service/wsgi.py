"""The application for a WSGI server: `service.wsgi:make_application` (a factory)."""

from __future__ import annotations

import contextlib
import ctypes
import gc
from typing import Final

import flask

from service.app import create_app
from service.logs import start_logging
from service.runtime import Runtime
from service.schedule import Schedule
from service.settings import Settings
from service.storage.restoring import RestoreMark

# New objects until the collector looks through the youngest. A page has a few thousand at a time
# and leaves some 130 behind in circles (SQLAlchemy's): looking rarely, there is little to clear.
_COLLECT_AFTER: Final = 10_000
# glibc's own number for "at most so many heaps" (malloc.h).
_M_ARENA_MAX: Final = -8
_HEAPS: Final = 2


def make_application() -> flask.Flask:
    """The application with the settings of this process's environment."""
    _share_heaps()
    settings = Settings.load()
    start_logging(settings.log_level, is_json=settings.log_format == "json")
    RestoreMark(settings.data_dir).require_none()
    runtime = Runtime.from_settings(settings)
    application = create_app(runtime)
    application.extensions["chaffinch-background"].start()
    Schedule(application, runtime).start()
    settle_memory()
    return application


def _share_heaps() -> None:
    """Let all threads have two heaps together; only where there is glibc.

    It would give each of many threads its own and keep what was freed there: a fifth of a worker's
    memory once pages were shown and models swapped (tests/perf/README.md). Python computes in one
    thread at a time, so hardly any thread waits for another's heap.
    """
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _HEAPS)


def settle_memory() -> None:
    """What is here now stays: the collector need not look through it again and again.

    Walking some 170,000 objects cost one page in a hundred three times its median.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)
