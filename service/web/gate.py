"""A gate in front of the work: whoever would wait too long for a turn is told so at once.

A blog's visitor waits with it, and a client that hangs up asks again on top of the load. So it is
better to answer "not now" in seconds than a verdict in a minute; the comment is held meanwhile.
Turns go round among those who ask: one blog's flood takes its own turns, not its neighbours'.
"""

from __future__ import annotations

import collections
import threading
import time
from typing import Final

import flask

from service.errors import Overloaded

# Far below the 15 s after which blogs hang up; a burst that is worked off by then is answered.
PATIENCE_S: Final = 3.0
# So many may wait for each that works (`service/server.py` has threads for them): enough for a
# burst of one blog; who is sent away and asks again at once costs turns, too.
WAITING: Final = 8
# How much the newest turn counts for the pace: one slow fsync is no overload.
_NEWEST: Final = 0.1


class _Waiter:
    """One who waits: its *bell* rings when it has a turn, or when it is sent away."""

    __slots__ = ("bell", "has_turn")

    def __init__(self) -> None:
        self.bell = threading.Lock()
        self.bell.acquire()
        self.has_turn = False


class Gate:
    """At most *most* requests at a time; others wait *patience_s* for their turn.

    Who would wait longer than that at the pace of the latest turns is told so at once, and so is
    the last of the longest line when all places are taken: else those who wait fill the server's
    threads, and the next ones wait unseen in its own queue.

    *entered*: how many have had a turn so far.
    """

    def __init__(self, most: int, *, patience_s: float | None = None) -> None:
        self._free = most
        self._places = WAITING * most
        self._patience_s = PATIENCE_S if patience_s is None else patience_s
        self.entered = 0
        self._guard = threading.Lock()
        # Who waits, by name; the name whose turn is next stands first.
        self._lines: dict[str, collections.deque[_Waiter]] = {}
        # Seconds from one turn's end to the next while somebody waits.
        self._pace_s = 0.0
        self._left_at = 0.0

    def enter(self, name: str = "") -> None:
        """Take a turn as *name*: each name that waits gets one before any gets a second.

        Raises Overloaded.
        """
        with self._guard:
            if self._free:
                self._free -= 1
                self.entered += 1
                return
            waiter = self._stand(name)
        waiter.bell.acquire(timeout=self._patience_s)
        with self._guard:
            if not waiter.has_turn:
                self._go(name, waiter)
                raise Overloaded(detail="no turn was free")
            self.entered += 1

    def leave(self) -> None:
        """Give the turn to the next one."""
        now = time.monotonic()
        with self._guard:
            if self._lines and self._left_at:
                took = min(now - self._left_at, self._patience_s)
                weight = _NEWEST if self._pace_s else 1.0
                self._pace_s += (took - self._pace_s) * weight
            # While nobody waits, the time between two turns says nothing.
            self._left_at = now if self._lines else 0.0
            if not self._lines:
                self._free += 1
                return
            name = next(iter(self._lines))
            waiter = self._lines[name].popleft()
            line = self._lines.pop(name)
            if line:
                self._lines[name] = line
            waiter.has_turn = True
            waiter.bell.release()

    def _stand(self, name: str) -> _Waiter:
        """A place in the line of *name*. Raises Overloaded."""
        own = self._lines.get(name, ())
        sizes = [len(line) for line in self._lines.values()]
        before = sum(min(size, len(own) + 1) for size in sizes) - bool(own)
        if before * self._pace_s > self._patience_s:
            raise Overloaded(detail="too many wait for a turn already")
        if sum(sizes) >= self._places:
            longest = max(self._lines, key=lambda one: len(self._lines[one]))
            if len(self._lines[longest]) <= len(own) + 1:
                raise Overloaded(detail="every place to wait in is taken")
            self._lines[longest].pop().bell.release()
        waiter = _Waiter()
        self._lines.setdefault(name, collections.deque()).append(waiter)
        return waiter

    def _go(self, name: str, waiter: _Waiter) -> None:
        """Out of the line without a turn; whoever was sent away is out of it already."""
        line = self._lines.get(name)
        if line and waiter in line:
            line.remove(waiter)
            if not line:
                del self._lines[name]


def guard(app: flask.Flask, gate: Gate) -> None:
    """Let requests of *app* through *gate*, except for the question whether the process lives."""

    def enter() -> None:
        if flask.request.endpoint != "health.alive":
            gate.enter(flask.request.remote_addr or "")
            flask.g.has_turn = True

    def leave(_error: BaseException | None) -> None:
        if flask.g.pop("has_turn", False):
            gate.leave()

    app.before_request(enter)
    app.teardown_request(leave)
