"""One thread that writes for all, and commits for many at a time.

An fsync costs the same for one row and for fifty; threads that each commit alone fight for the
same lock (performance/LIMITS.md §4: 205 against 9 013 rows a second at eight writers).
"""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from service.errors import ServiceError, StoreUnavailable

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
# Bounds one transaction's time, and so the wait of whoever comes next.
_MOST_IN_GROUP: Final = 256
# A slow disk is waited for, but not until the blog hangs up: its limit is 15 s (TESTPLAN §2).
WAIT_S: Final = 5.0


@dataclasses.dataclass(slots=True)
class _Ticket(Generic[_T]):
    """One waiting item. The lock is taken until the outcome is known: lighter than an Event."""

    item: _T
    done: threading.Lock
    error: BaseException | None = None


class GroupWriter(Generic[_T]):
    """Calls *write* with what waits, in order; `put` returns when its item is durable."""

    def __init__(
        self, write: Callable[[list[_T]], None], *, name: str, wait_s: float = WAIT_S
    ) -> None:
        self._write = write
        self._name = name
        self._wait_s = wait_s
        self._waiting: list[_Ticket[_T]] = []
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def put(self, item: _T) -> None:
        """Block until *item* is written. Raises what *write* raised, or StoreUnavailable.

        An item given up while it still waited is never written; one given up while its group was
        being written may be there in the end, but nobody was told so.
        """
        done = threading.Lock()
        done.acquire()
        ticket = _Ticket(item, done)
        with self._wake:
            if self._is_closed:
                raise StoreUnavailable(detail="the writer is closed")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._waiting.append(ticket)
            self._wake.notify()
        if not done.acquire(timeout=self._wait_s):
            self._give_up(ticket)
            raise StoreUnavailable(detail=f"no answer from the writer in {self._wait_s:g} s")
        if ticket.error is not None:
            raise ticket.error

    def close(self) -> None:
        """Write what waits, then end the thread."""
        with self._wake:
            self._is_closed = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join(self._wait_s)

    def _give_up(self, ticket: _Ticket[_T]) -> None:
        with self._wake:
            self._waiting = [waiting for waiting in self._waiting if waiting is not ticket]

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._waiting and not self._is_closed:
                    self._wake.wait()
                if not self._waiting:
                    return
                group = self._waiting[:_MOST_IN_GROUP]
                del self._waiting[: len(group)]
            self._write_group(group)
            for ticket in group:
                ticket.done.release()

    def _write_group(self, group: list[_Ticket[_T]]) -> None:
        try:
            self._write([ticket.item for ticket in group])
        except Exception as error:  # noqa: BLE001 - the thread must outlive any one item
            if len(group) == 1 or isinstance(error, StoreUnavailable):
                for ticket in group:
                    ticket.error = error
            else:
                # One bad item must not take its neighbours along: each tries alone.
                for ticket in group:
                    self._write_group([ticket])
            if not isinstance(error, ServiceError):
                _log.exception("writing failed", extra={"rows": len(group)})
