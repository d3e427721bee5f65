"""Who called lately with a good key: not asked again at once, nor while the database is gone."""

from __future__ import annotations

import collections
import threading
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar

_T = TypeVar("_T")
# A key revoked while the database is gone still works so long; one not used so long is refused.
KEPT_S: Final = 12 * 3600.0
_MOST: Final = 10_000
# So long what was found is not asked again: another process's change to a key, a site or a policy
# is seen a quarter of a second later; one made in this process at once.
FRESH_S: Final = 0.25


class Known(Generic[_T]):
    """What was found for a (key's hash, blog), as long as it is fresh. Safe between threads."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._found: collections.OrderedDict[tuple[str, str], tuple[float, _T]] = (
            collections.OrderedDict()
        )
        self._doubted_at = float("-inf")
        self._turn = threading.Lock()

    def now(self) -> float:
        """The moment before a question, for `keep`."""
        return self._monotonic()

    def doubt(self) -> None:
        """Something was written: what was asked before now may have changed (free)."""
        self._doubted_at = self._monotonic()

    def keep(self, key_hash: str, blog: str, found: _T, *, asked_at: float | None = None) -> None:
        """The database, asked at *asked_at*, said so; the one least asked for goes (free)."""
        at = self._monotonic() if asked_at is None else asked_at
        with self._turn:
            self._found[key_hash, blog] = at, found
            self._found.move_to_end((key_hash, blog))
            if len(self._found) > _MOST:
                self._found.popitem(last=False)

    def forget(self, key_hash: str) -> None:
        """The database has just refused this key."""
        with self._turn:
            for place in [one for one in self._found if one[0] == key_hash]:
                del self._found[place]

    def recall(self, key_hash: str, blog: str) -> _T | None:
        """What was found last, or None when nothing was, or too long ago (free)."""
        with self._turn:
            found = self._found.get((key_hash, blog))
        if found is None or self._monotonic() - found[0] > KEPT_S:
            return None
        return found[1]

    def recall_fresh(self, key_hash: str, blog: str) -> _T | None:
        """What the database said a moment ago, when nothing was written here since (free)."""
        found = self._found.get((key_hash, blog))
        if found is None or found[0] <= self._doubted_at:
            return None
        return found[1] if self._monotonic() - found[0] < FRESH_S else None
