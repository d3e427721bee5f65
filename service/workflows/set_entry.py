"""Turn one line of the lists live, to shadow, or end it; ending it is its undo."""

from __future__ import annotations

import dataclasses
import datetime as dt

from service.domain.change import What
from service.domain.entry import Entry, EntryStatus
from service.domain.moderator import Action, Moderator, require, require_reach
from service.storage.store import Store


def set_entry(
    moderator: Moderator, entry_id: int, status: EntryStatus, *, store: Store, now: dt.datetime
) -> Entry:
    """The Entry with its new *status* (fast I/O). Raises NotFound, NotPermitted."""
    require(moderator, Action.EDIT_LISTS)
    with store.begin() as unit:
        entry = unit.entries.get(entry_id)
        require_reach(moderator, entry.site_id)
        if entry.status is status:
            return entry
        unit.entries.set_status(entry_id, status, now)
        unit.changes.append(
            What.ENTRY_STATUS,
            entry.pattern,
            by=moderator,
            now=now,
            site_id=entry.site_id,
            detail={"from": entry.status.value, "to": status.value},
        )
        unit.commit()
    store.lists.forget()
    return dataclasses.replace(entry, status=status)
