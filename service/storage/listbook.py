"""The lists in memory: each Site's Matcher, read again only when some Entry changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Final

from service.domain.entry import Entry
from service.domain.matcher import Matcher
from service.domain.site import Site
from service.errors import StoreUnavailable
from service.storage.entries import Entries

# How long another process's change may go unseen; one's own is seen at once.
STALE_S: Final = 5.0
# Opens a transaction that looks at the entries.
Reading = Callable[[], AbstractContextManager[Entries]]


class ListBook:
    """Matchers by Site. Safe to share between threads.

    Asking costs a dictionary look-up; every `STALE_S` seconds one small query asks whether
    anything changed, and only then is a Site's list read again (fast I/O).
    """

    def __init__(
        self, reading: Reading, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._reading = reading
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._matchers: dict[int, Matcher] = {}
        self._version = ""
        self._asked_at = float("-inf")

    def matcher(self, site: Site) -> Matcher:
        """What is looked for in the comments of *site*. Raises StoreUnavailable.

        While the database is gone, what was known of it last.
        """
        found = self._matchers.get(site.site_id)
        try:
            self._look_again()
        except StoreUnavailable:
            if found is None:
                raise
            return found
        found = self._matchers.get(site.site_id)
        if found is not None:
            return found
        version = self._version
        site_ids = [one for one in (site.site_id, site.parent_id) if one is not None]
        with self._reading() as entries:
            made = Matcher(entries.list_on(site_ids))
        with self._lock:
            # Read while the lists changed: good for this answer, not to be kept.
            if version == self._version:
                self._matchers[site.site_id] = made
        return made

    def expect(self, entries: Sequence[Entry], sites: Iterable[Site]) -> None:
        """What was looked for on *sites* before this process began, until the database is asked."""
        with self._lock:
            for site in sites:
                ids = (None, site.site_id, site.parent_id)
                own = [one for one in entries if one.site_id in ids]
                self._matchers.setdefault(site.site_id, Matcher(own))

    def forget(self) -> None:
        """Something was changed here: the next question reads it."""
        with self._lock:
            self._asked_at = float("-inf")

    def _look_again(self) -> None:
        now = self._monotonic()
        if now - self._asked_at < STALE_S:
            return
        with self._lock:
            self._asked_at = now
        with self._reading() as entries:
            version = entries.version()
        with self._lock:
            if version != self._version:
                self._version = version
                self._matchers = {}
