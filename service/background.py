"""What goes on beside the requests of one process: what was spooled, bulks, words, groups.

Everything it does is kept in the database and safe to do in several processes at once, so a process
that ends in the middle loses nothing: the next one goes on.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from service.errors import ServiceError, StoreUnavailable
from service.storage.remembered import Remembered
from service.storage.store import Store
from service.workflows.index_new import index_new
from service.workflows.measure_drift import measure_drift
from service.workflows.remember_callers import remember_callers
from service.workflows.run_bulk import run_bulk

_log = logging.getLogger(__name__)
# How soon a new comment can be found; asking costs one look-up.
_EVERY_S: Final = 1.0
_AFTER_FAULT_S: Final = 10.0
# What waits in the spool is stored soon after the database is back.
_GONE_S: Final = 2.0
# A look at the scores of a thousand comments; what they tell changes slowly.
_DRIFT_S: Final = 60.0
# Requests during one piece of work from which on blogs are asking a lot.
_MANY: Final = 3
_BUSY_RESTS: Final = 9
# On a slow machine a piece takes half a second, and nine times that must not become one second.
_LONGEST_S: Final = 5.0
# A burst is over by then; what lasts longer must not keep new comments from being found.
_BURST_S: Final = 60.0


def rest_s(worked_s: float, *, came: int, behind_s: float, is_awaited: bool) -> float:
    """How many seconds to rest after a piece of work, when more is left.

    As many as the work took: answers to blogs come first. Nine times that while blogs ask a lot
    (*came*: requests meanwhile), unless a person waits for the work or the thread has been
    *behind_s* for longer than a burst lasts.
    """
    if came >= _MANY and behind_s < _BURST_S and not is_awaited:
        return min(_LONGEST_S, worked_s * _BUSY_RESTS)
    return min(_EVERY_S, worked_s)


class Background:
    """One thread that works while there is work, and never more than half of the time.

    *asked* tells how many requests came so far.
    """

    def __init__(
        self,
        store: Store,
        clock: Callable[[], dt.datetime],
        remembered: Remembered | None = None,
        asked: Callable[[], int] = lambda: 0,
    ) -> None:
        self._store = store
        self._remembered = remembered
        self._clock = clock
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._turn = threading.Lock()
        self._thread: threading.Thread | None = None
        self._drift_at = float("-inf")
        self._asked = asked
        self._is_awaited = False

    def start(self) -> None:
        """Look for work every second from now on. Twice is harmless."""
        with self._turn:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="background", daemon=True)
                self._thread.start()

    def wake(self) -> None:
        """There is work: begin at once."""
        self.start()
        self._wake.set()

    def close(self) -> None:
        """End the thread after the piece it is at."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(5)

    def step(self) -> bool:
        """Do one piece of everything; answers whether more is left."""
        drained = self._store.drain(self._clock())
        if drained:
            _log.info("%d comments from the spool were stored", drained)
        if self._remembered is not None:
            remember_callers(self._remembered, store=self._store, now=self._clock())
        with self._store.read() as unit:
            running = unit.bulks.list_running()
        has_more = False
        for bulk_id in running:
            has_more |= run_bulk(bulk_id, store=self._store, now=self._clock())
        self._is_awaited = has_more
        if time.monotonic() - self._drift_at >= _DRIFT_S:
            self._drift_at = time.monotonic()
            measure_drift(store=self._store, now=self._clock())
        return bool(index_new(store=self._store, now=self._clock())) or has_more

    def _run(self) -> None:
        wait, caught_up_at = 0.0, time.monotonic()
        while not self._stop.is_set():
            self._wake.wait(wait)
            self._wake.clear()
            if self._stop.is_set():
                return
            # Of the processor, not of the clock: while blogs ask a lot the one is a small part of
            # the other, and the rest shall be long then and not short.
            started, before = time.thread_time(), self._asked()
            try:
                has_more = self.step()
            except ServiceError as error:
                _log.warning("background work waits: %s", error.detail or error)
                wait = _GONE_S if isinstance(error, StoreUnavailable) else _AFTER_FAULT_S
                continue
            except Exception:  # noqa: BLE001 - the thread must outlive any one piece
                _log.exception("background work failed")
                wait = _AFTER_FAULT_S
                continue
            now = time.monotonic()
            if not has_more:
                wait, caught_up_at = _EVERY_S, now
                continue
            wait = rest_s(
                time.thread_time() - started,
                came=self._asked() - before,
                behind_s=now - caught_up_at,
                is_awaited=self._is_awaited,
            )
