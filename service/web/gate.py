"""A gate in front of the work: whoever would wait too long for a turn is told so at once.

A blog's visitor waits with it, and a client that hangs up asks again on top of the load. So it is
better to answer "not now" in seconds than a verdict in a minute; the comment is held meanwhile.
"""

from __future__ import annotations

import itertools
import threading
from typing import Final

import flask

from service.errors import Overloaded

# Far below the 15 s after which blogs hang up; a burst that is worked off by then is answered.
PATIENCE_S: Final = 3.0


class Gate:
    """At most *most* requests at a time; others wait *patience_s* for their turn.

    *entered*: about how many have had one so far.
    """

    def __init__(self, most: int, *, patience_s: float | None = None) -> None:
        self._turns = threading.BoundedSemaphore(most)
        self._patience_s = PATIENCE_S if patience_s is None else patience_s
        # Counts without a lock: `next` is one step of the interpreter.
        self._numbers = itertools.count(1)
        self.entered = 0

    def enter(self) -> None:
        """Take a turn. Raises Overloaded."""
        if not self._turns.acquire(timeout=self._patience_s):
            raise Overloaded(detail="no turn was free")
        self.entered = next(self._numbers)

    def leave(self) -> None:
        """Give the turn to the next one."""
        self._turns.release()


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
