"""The lists as people see them: each line with what it found and how often people agreed."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Final

from service.domain.entry import Entry
from service.domain.moderator import Action, Moderator, require, scope, sees
from service.domain.site import Site
from service.storage.entries import Hits
from service.storage.store import Store

DAYS: Final = 30


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EntryPage:
    """Entries newest first, with their Hits of the last `DAYS` days and who made each."""

    entries: tuple[Entry, ...]
    hits: dict[int, Hits]
    makers: dict[int, str]
    sites: dict[int, Site]


def list_entries(
    moderator: Moderator,
    *,
    site_id: int | None = None,
    with_ended: bool = False,
    store: Store,
    now: dt.datetime,
) -> EntryPage:
    """The lists of this person's Sites (slow I/O: counts hits). Raises NotFound, NotPermitted."""
    require(moderator, Action.LOOK)
    site_ids = scope(moderator, site_id)
    with store.read() as unit:
        entries = unit.entries.list_all(site_ids=site_ids, with_ended=with_ended)
        every = unit.sites.list_all()
        return EntryPage(
            entries=tuple(entries),
            hits=unit.entries.count_hits(entries, since=now - dt.timedelta(days=DAYS)),
            makers={one.moderator_id: one.name for one in unit.moderators.list_all()},
            sites={site.site_id: site for site in every if sees(moderator, site.site_id)},
        )
