"""Who called lately with a good key: what is answered by while the database is gone."""

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


class Known(Generic[_T]):
    """What was found for a (key's hash, blog), as long as it is fresh. Safe between threads."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._found: collections.OrderedDict[tuple[str, str], tuple[float, _T]] = (
            collections.OrderedDict()
        )
        self._turn = threading.Lock()

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

    def recall(self, key_hash: str, blog: str) -> _T | None:
        """What was found last, or None when nothing was, or too long ago (free)."""
        with self._turn:
            found = self._found.get((key_hash, blog))
        if found is None or self._monotonic() - found[0] > KEPT_S:
            return None
        return found[1]
