"""A gate in front of the work: whoever would wait too long for a turn is told so at once.

A blog's visitor waits with it, and a client that hangs up asks again on top of the load. So it is
better to answer "not now" in seconds than a verdict in a minute; the comment is held meanwhile.
"""

from __future__ import annotations

import itertools
import threading
import time
from typing import Final

import flask

from service.errors import Overloaded

# Far below the 15 s after which blogs hang up; a burst that is worked off by then is answered.
PATIENCE_S: Final = 3.0
# How much the newest turn counts for the pace: one slow fsync is no overload.
_NEWEST: Final = 0.1


class Gate:
    """At most *most* requests at a time; others wait *patience_s* for their turn.

    Who would wait longer than that at the pace of the latest turns is told so at once: else those
    who wait fill the server's threads, and the next ones wait unseen in its own queue.

    *entered*: about how many have had one so far.
    """

    def __init__(self, most: int, *, patience_s: float | None = None) -> None:
        self._turns = threading.BoundedSemaphore(most)
        self._patience_s = PATIENCE_S if patience_s is None else patience_s
        # Counts without a lock: `next` is one step of the interpreter.
        self._numbers = itertools.count(1)
        self.entered = 0
        self._guard = threading.Lock()
        self._waiting = 0
        # Seconds from one turn's end to the next while somebody waits.
        self._pace_s = 0.0
        self._left_at = 0.0

    def enter(self) -> None:
        """Take a turn. Raises Overloaded."""
        if not self._turns.acquire(blocking=False):
            self._wait()
        self.entered = next(self._numbers)

    def leave(self) -> None:
        """Give the turn to the next one."""
        self._turns.release()
        now = time.monotonic()
        with self._guard:
            if self._waiting and self._left_at:
                took = min(now - self._left_at, self._patience_s)
                weight = _NEWEST if self._pace_s else 1.0
                self._pace_s += (took - self._pace_s) * weight
            # While nobody waits, the time between two turns says nothing.
            self._left_at = now if self._waiting else 0.0

    def _wait(self) -> None:
        with self._guard:
            if self._waiting * self._pace_s > self._patience_s:
                raise Overloaded(detail="too many wait for a turn already")
            self._waiting += 1
        try:
            if not self._turns.acquire(timeout=self._patience_s):
                raise Overloaded(detail="no turn was free")
        finally:
            with self._guard:
                self._waiting -= 1


def guard(app: flask.Flask, gate: Gate) -> None:
    """Let requests of *app* through *gate*, except for the question whether the process lives."""

    def enter() -> None:
        if flask.request.endpoint != "health.alive":
            gate.enter()
            flask.g.has_turn = True

    def leave(_error: BaseException | None) -> None:
        if flask.g.pop("has_turn", False):
            gate.leave()

    app.before_request(enter)
    app.teardown_request(leave)
