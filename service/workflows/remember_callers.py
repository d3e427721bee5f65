"""Keep who called lately in a file, and bring it back at a start: the database may be gone then."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence

from service.storage.remembered import Called, Memory, Remembered
from service.storage.store import Store

_log = logging.getLogger(__name__)


def remember_callers(remembered: Remembered, *, store: Store, now: dt.datetime) -> None:
    """Write down who called since the last time, if anybody did (fast I/O, one fsync).

    The database says which keys still live and what the lists look for: a revoked key is not
    remembered. Raises StoreUnavailable, and then forgets nothing.
    """
    news = store.known.list_news()
    if not news:
        return
    here = remembered.now()
    called = [Called(key_hash, blog, here - age, found) for key_hash, blog, age, found in news]

    def look(ordered: Sequence[Called]) -> Memory:
        with store.read() as unit:
            living = unit.sites.list_living([one.key_hash for one in ordered], now)
            kept = tuple(one for one in ordered if one.key_hash in living)
            sites = {one.caller.site.site_id for one in kept}
            sites |= {one.caller.owner.site_id for one in kept}
            return Memory(kept, tuple(unit.entries.list_on(sites)))

    try:
        remembered.update(called, look)
        store.known.note_told(news)
    except OSError as error:
        # The next caller is the next try.
        _log.warning("callers cannot be remembered: %s", error.strerror)


def recall_callers(remembered: Remembered, *, store: Store) -> int:
    """Know again who is remembered, and their lists; answers with how many (fast I/O, once)."""
    memory, here = remembered.read(), remembered.now()
    for one in memory.called:
        store.known.recall_from(one.key_hash, one.blog, one.caller, age_s=max(0.0, here - one.at))
    store.lists.expect(memory.entries, [one.caller.site for one in memory.called])
    return len(memory.called)
