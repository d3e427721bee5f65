"""A bulk as it stands: what its snapshot holds before the start, how far it is after."""

from __future__ import annotations

import dataclasses

from service.domain.bulk import Bulk, BulkState, ItemState
from service.domain.moderator import Action, Moderator, require, sees
from service.domain.site import Site
from service.domain.submission import Submission
from service.errors import NotFound
from service.storage.bulk_looks import Figures
from service.storage.store import Store


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BulkSeen:
    """A Bulk, its figures and samples while it is only shown, and the undo of it, if any.

    *samples* are the least certain, *trusted* those left out unless taken in, *changed* those
    passed over. *waits* is how many would be done as it stands. *acted* is, of an undo, at how many
    the blog's owner acted since the Decision that was taken back: what is there stays.
    """

    bulk: Bulk
    figures: Figures
    waits: int
    samples: tuple[Submission, ...]
    trusted: tuple[Submission, ...]
    changed: tuple[Submission, ...]
    undone_by: Bulk | None
    undoes: Bulk | None
    acted: int
    sites: dict[int, Site]


def look_at_bulk(moderator: Moderator, guid: str, *, store: Store) -> BulkSeen:
    """What a person sees of a bulk (fast I/O). Raises NotFound, NotPermitted."""
    require(moderator, Action.LOOK)
    with store.read() as unit:
        bulk = unit.bulks.find(guid)
        is_own = bulk.moderator_id == moderator.moderator_id
        is_shown = bulk.state is BulkState.SHOWN
        if not is_own and (is_shown or moderator.site_ids is not None):
            raise NotFound("There is no such bulk.")
        sites = {s.site_id: s for s in unit.sites.list_all() if sees(moderator, s.site_id)}
        own = bulk.bulk_id
        return BulkSeen(
            bulk=bulk,
            figures=unit.bulk_looks.figures(own),
            waits=unit.bulks.count(own, ItemState.WAITS),
            samples=_visible(unit.bulk_looks.samples(own) if is_shown else [], sites),
            trusted=_visible(unit.bulk_looks.trusted(own) if is_shown else [], sites),
            changed=_visible(unit.bulk_looks.changed(own) if bulk.passed_over else [], sites),
            undone_by=unit.bulks.find_undo(own),
            undoes=unit.bulks.get(bulk.undoes) if bulk.undoes is not None else None,
            acted=unit.bulk_looks.count_acted(own) if bulk.undoes is not None else 0,
            sites=sites,
        )


def _visible(found: list[Submission], sites: dict[int, Site]) -> tuple[Submission, ...]:
    return tuple(one for one in found if one.site_id in sites)
