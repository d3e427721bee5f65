"""Who called lately with a good key: what is answered by while the database is gone."""

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
# How much older than it is a memory on disk may be.
_TOLD_EVERY_S: Final = 300.0


class Known(Generic[_T]):
    """What was found for a (key's hash, blog), as long as it is fresh. Safe between threads."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._found: collections.OrderedDict[tuple[str, str], tuple[float, _T]] = (
            collections.OrderedDict()
        )
        self._turn = threading.Lock()
        self._told: dict[tuple[str, str], float] = {}

    def keep(self, key_hash: str, blog: str, found: _T) -> None:
        """The database has just said so; what was asked for longest ago goes (free)."""
        with self._turn:
            self._found[key_hash, blog] = self._monotonic(), found
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
