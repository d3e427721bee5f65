"""Limits on tries: in this process, or shared by all through Redis.

When Redis is gone each process counts alone: nobody is refused because of our own trouble, and
nobody may try without end.
"""

from __future__ import annotations

import collections
import logging
import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from limits import RateLimitItemPerSecond
from limits.storage import RedisStorage
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

from service.errors import TooManyRequests

_log = logging.getLogger(__name__)
# Bounds memory, whatever names are tried.
_MOST_NAMES: Final = 10_000
_REDIS_TIMEOUT_S: Final = 0.5


class Limiter(Protocol):
    """At most so many tries of one name in a window."""

    def count(self, name: str) -> None:
        """Count one try of *name*. Raises TooManyRequests with the wait when there were enough."""
        ...

    def forget(self, name: str) -> None:
        """A try of *name* was right: start over."""
        ...


class ProcessLimiter:
    """Counts in this process; monotonic time, so a clock that steps back locks nobody out."""

    def __init__(
        self, most: int, window_s: int, *, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._window_s = window_s
        self._ticks = ticks
        self._tries: dict[str, collections.deque[float]] = {}
        self._turn = threading.Lock()

    def count(self, name: str) -> None:
        """Count one try of *name* (free). Raises TooManyRequests."""
        now = self._ticks()
        with self._turn:
            if len(self._tries) > _MOST_NAMES:
                self._drop_old(now)
            tries = self._tries.setdefault(name, collections.deque())
            while tries and tries[0] <= now - self._window_s:
                tries.popleft()
            if len(tries) >= self._most:
                raise TooManyRequests(retry_after_s=int(tries[0] + self._window_s - now) + 1)
            tries.append(now)

    def forget(self, name: str) -> None:
        """A try of *name* was right: start over (free)."""
        with self._turn:
            self._tries.pop(name, None)

    def _drop_old(self, now: float) -> None:
        oldest = now - self._window_s
        old = [name for name, tries in self._tries.items() if not tries or tries[-1] <= oldest]
        # When all are new, those that came first go: somebody is trying names to fill us up.
        for name in old or list(self._tries)[: _MOST_NAMES // 10]:
            del self._tries[name]


class RedisLimiter:
    """Counts in Redis for all processes; windows end by Redis' own clock."""

    def __init__(self, url: str, most: int, window_s: int) -> None:
        storage = RedisStorage(
            url,
            socket_timeout=_REDIS_TIMEOUT_S,
            socket_connect_timeout=_REDIS_TIMEOUT_S,
        )
        self._limiter = FixedWindowRateLimiter(storage)
        self._item = RateLimitItemPerSecond(most, window_s, "chaffinch")
        self._window_s = window_s
        self._alone = ProcessLimiter(most, window_s)

    def count(self, name: str) -> None:
        """Count one try of *name* (fast I/O). Raises TooManyRequests."""
        try:
            is_free = self._limiter.hit(self._item, name)
        except RedisError:
            _log.warning("redis does not answer: counting tries in this process")
            self._alone.count(name)
            return
        if not is_free:
            raise TooManyRequests(retry_after_s=self._window_s)

    def forget(self, name: str) -> None:
        """A try of *name* was right: start over (fast I/O)."""
        self._alone.forget(name)
        try:
            self._limiter.clear(self._item, name)
        except RedisError:
            _log.warning("redis does not answer: its count stays until its window ends")


def make_limiter(redis_url: str, most: int, window_s: int) -> Limiter:
    """The Limiter for these settings: through Redis when an address is given."""
    return RedisLimiter(redis_url, most, window_s) if redis_url else ProcessLimiter(most, window_s)
