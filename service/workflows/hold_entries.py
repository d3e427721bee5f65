"""Let entries hold for a person once moderators have gone against them too often; undo of that."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Final

from service.domain.change import What
from service.domain.entry import Entry, has_fallen
from service.domain.moderator import Action, Moderator, require, require_reach
from service.storage.changes import CLOCK
from service.storage.store import Store

DAYS: Final = 30


def hold_entries(*, store: Store, now: dt.datetime) -> list[Entry]:
    """The entries that hold from now on (slow I/O: looks at what each found in `DAYS` days).

    Those that call comments good or spam, and whose word moderators took back too often; see
    `has_fallen`. Nothing that was answered before is changed.
    """
    held = []
    with store.begin() as unit:
        for one in unit.entries.list_deciding(now):
            since = now - dt.timedelta(days=DAYS)
            if one.counted_from is not None:
                since = max(since, one.counted_from)
            wrong, decided = unit.entries.count_contradicted(one, since=since)
            if not has_fallen(wrong, decided):
                continue
            unit.entries.set_held(one.entry_id, now, wrong=wrong, of=decided, now=now)
            unit.changes.append(
                What.ENTRY_HOLD,
                one.pattern,
                by=None,
                actor=CLOCK,
                now=now,
                site_id=one.site_id,
                detail={"effect": one.effect.value, "wrong": wrong, "of": decided},
            )
            held.append(dataclasses.replace(one, held_at=now, held_wrong=wrong, held_of=decided))
        unit.commit()
    if held:
        store.lists.forget()
    return held


def restore_entry(moderator: Moderator, entry_id: int, *, store: Store, now: dt.datetime) -> Entry:
    """The Entry, deciding by itself again; what it found so far is not held against it.

    Twice is harmless (fast I/O). Raises NotFound, NotPermitted.
    """
    require(moderator, Action.EDIT_LISTS)
    with store.begin() as unit:
        found = unit.entries.get(entry_id)
        require_reach(moderator, found.site_id)
        if found.held_at is None:
            return found
        unit.entries.set_held(entry_id, None, now=now)
        unit.changes.append(
            What.ENTRY_RESTORE, found.pattern, by=moderator, now=now, site_id=found.site_id
        )
        restored = unit.entries.get(entry_id)
        unit.commit()
    store.lists.forget()
    return restored
