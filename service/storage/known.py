"""Who called lately with a good key: not asked again at once, nor while the database is gone."""

from __future__ import annotations

import collections
import threading
import time
from collections.abc import Callable, Iterable
from typing import Final, Generic, TypeVar

_T = TypeVar("_T")
# A key revoked while the database is gone still works so long; one not used so long is refused.
KEPT_S: Final = 12 * 3600.0
_MOST: Final = 10_000
# So long what was found is not asked again: another process's change to a key, a site or a policy
# is seen a quarter of a second later; one made in this process at once.
FRESH_S: Final = 0.25
# While one asks again, the others need not: they would all ask at the same moment. At most so old.
ASKING_S: Final = 1.0
# How much older than it is a memory on disk may be.
_TOLD_EVERY_S: Final = 300.0


class Known(Generic[_T]):
    """What was found for a (key's hash, blog), as long as it is fresh. Safe between threads."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._found: collections.OrderedDict[tuple[str, str], tuple[float, _T]] = (
            collections.OrderedDict()
        )
        self._doubted_at = float("-inf")
        self._turn = threading.Lock()
        self._told: dict[tuple[str, str], float] = {}
        self._asking: dict[tuple[str, str], float] = {}

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

    def list_news(self) -> list[tuple[str, str, float, _T]]:
        """What was kept and not noted as told within five minutes: hash, blog, age in s, found."""
        now = self._monotonic()
        with self._turn:
            return [
                (*place, now - at, found)
                for place, (at, found) in self._found.items()
                if at - self._told.get(place, float("-inf")) >= _TOLD_EVERY_S
            ]

    def note_told(self, news: Iterable[tuple[str, str, float, _T]]) -> None:
        """These are on disk: they are no news for five minutes."""
        now = self._monotonic()
        with self._turn:
            self._told |= {(key_hash, blog): now for key_hash, blog, _, _ in news}
            self._told = {one: at for one, at in self._told.items() if one in self._found}

    def recall_from(self, key_hash: str, blog: str, found: _T, *, age_s: float) -> None:
        """A memory so many seconds old comes back, unless there is a fresher one (free)."""
        with self._turn:
            at = self._monotonic() - age_s
            self._found.setdefault((key_hash, blog), (at, found))

    def recall(self, key_hash: str, blog: str) -> _T | None:
        """What was found last, or None when nothing was, or too long ago (free)."""
        with self._turn:
            found = self._found.get((key_hash, blog))
        if found is None or self._monotonic() - found[0] > KEPT_S:
            return None
        return found[1]

    def recall_fresh(self, key_hash: str, blog: str) -> _T | None:
        """What the database said a moment ago, when nothing was written here since (free).

        None says: ask now. Of many who call in one moment one is told so; what the others get may
        be `ASKING_S` old.
        """
        place = key_hash, blog
        found = self._found.get(place)
        if found is None or found[0] <= self._doubted_at:
            return None
        now = self._monotonic()
        if now - found[0] < FRESH_S:
            return found[1]
        with self._turn:
            is_asked = now - self._asking.get(place, float("-inf")) < FRESH_S
            if is_asked and now - found[0] < ASKING_S:
                return found[1]
            if len(self._asking) >= _MOST:
                self._asking.clear()
            self._asking[place] = now
            return None
