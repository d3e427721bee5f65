"""Put one line on the lists: from the lists' own page, or together with a Decision."""

from __future__ import annotations

import dataclasses
import datetime as dt

from service.domain.change import What
from service.domain.draft import EntryDraft, read_draft
from service.domain.entry import Entry
from service.domain.moderator import Moderator
from service.storage.store import Store


def add_entry(
    moderator: Moderator,
    draft: EntryDraft,
    *,
    decision_id: int | None = None,
    store: Store,
    now: dt.datetime,
) -> Entry:
    """The Entry, looked for from the next comment on; the one that is there, if it is (fast I/O).

    With *decision_id* it is a part of that Decision, and ends when that is taken back. Raises
    InvalidField, NotPermitted, NotFound for a Site that is not the person's.
    """
    new = read_draft(moderator, draft, now=now)
    with store.begin() as unit:
        same = unit.entries.find_same(new)
        if same is not None:
            return same
        added = unit.entries.add(dataclasses.replace(new, decision_id=decision_id))
        unit.changes.append(
            What.ENTRY_ADD,
            added.pattern,
            by=moderator,
            now=now,
            site_id=added.site_id,
            detail={
                "kind": added.kind.value,
                "effect": added.effect.value,
                "status": added.status.value,
                "why": added.why,
            },
        )
        unit.commit()
    store.lists.forget()
    return added
