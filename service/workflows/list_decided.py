"""What was decided, by whom, newest first: the list that undo starts from. A bulk is one line."""

from __future__ import annotations

import dataclasses
from typing import Final

from service.domain.bulk import Bulk
from service.domain.decision import Decision
from service.domain.moderator import Action, Moderator, require, scope, sees
from service.domain.site import Site
from service.domain.submission import Submission
from service.storage.store import Store

PAGE_ROWS: Final = 50
PINNED: Final = 10


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DecidedRow:
    """One Decision and the Submission it speaks of, or one Bulk; and whether it was taken back."""

    decision: Decision | None = None
    submission: Submission | None = None
    bulk: Bulk | None = None
    is_undone: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DecidedPage:
    """One page of Decisions; *before* asks for the next one. *own* are one's last ten."""

    rows: tuple[DecidedRow, ...]
    own: tuple[DecidedRow, ...]
    before: int | None
    sites: dict[int, Site]


def list_decided(moderator: Moderator, *, before: int | None = None, store: Store) -> DecidedPage:
    """One page of Decisions, newest first (fast I/O). Raises NotPermitted."""
    require(moderator, Action.LOOK)
    site_ids = scope(moderator)
    with store.read() as unit:
        found = unit.decisions.page(before=before, site_ids=site_ids, limit=PAGE_ROWS + 1)
        mine = unit.decisions.page(by=moderator.moderator_id, site_ids=site_ids, limit=PINNED)
        own = mine if before is None else []
        ids = [one.decision_id for one, _guid in (*found, *own)]
        undone = unit.decisions.undone(ids)
        guids = list({guid for _one, guid in (*found, *own)})
        by_guid = {one.guid: one for one in unit.submissions.list_by_guid(guids)}

        def row(one: Decision, guid: str) -> DecidedRow:
            return DecidedRow(
                decision=one, submission=by_guid[guid], is_undone=one.decision_id in undone
            )

        rows = [(one.decision_id, row(one, guid)) for one, guid in found[:PAGE_ROWS]]
        until = rows[-1][0] if len(found) > PAGE_ROWS else 0
        # Who works on some Sites only sees the bulks of his own hand.
        rows += [
            (last_id, DecidedRow(bulk=one, is_undone=unit.bulks.find_undo(one.bulk_id) is not None))
            for one, last_id in unit.bulks.page(before=before)
            if last_id >= until and (site_ids is None or one.moderator_id == moderator.moderator_id)
        ]
        rows.sort(key=lambda pair: -pair[0])
        sites = {s.site_id: s for s in unit.sites.list_all() if sees(moderator, s.site_id)}
        return DecidedPage(
            rows=tuple(one for _last, one in rows),
            own=tuple(row(one, guid) for one, guid in own),
            before=found[PAGE_ROWS - 1][0].decision_id if len(found) > PAGE_ROWS else None,
            sites=sites,
        )
