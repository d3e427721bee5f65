"""What was decided, by whom, newest first: the list that undo starts from."""

from __future__ import annotations

import dataclasses

from service.domain.decision import Act, Decision
from service.domain.moderator import Action, Moderator, may
from service.domain.site import Site
from service.domain.submission import Submission
from service.errors import NotPermitted
from service.storage.store import Store

PAGE_ROWS = 50


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DecidedRow:
    """One Decision, the Submission it speaks of, and whether it was taken back since."""

    decision: Decision
    submission: Submission
    is_undone: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DecidedPage:
    """One page of Decisions; *before* asks for the next one."""

    rows: tuple[DecidedRow, ...]
    before: int | None
    sites: dict[int, Site]


def list_decided(moderator: Moderator, *, before: int | None = None, store: Store) -> DecidedPage:
    """One page of Decisions, newest first (fast I/O). Raises NotPermitted."""
    if not may(moderator, Action.LOOK):
        raise NotPermitted
    with store.read() as unit:
        found = unit.decisions.page(before=before, limit=PAGE_ROWS + 1)
        rows = []
        for decision, guid in found[:PAGE_ROWS]:
            others = unit.decisions.list_of(decision.submission_id)
            is_undone = any(o.act is Act.UNDO and o.undoes == decision.decision_id for o in others)
            rows.append(
                DecidedRow(
                    decision=decision,
                    submission=unit.submissions.get(guid),
                    is_undone=is_undone,
                ),
            )
        sites = {site.site_id: site for site in unit.sites.list_all()}
    return DecidedPage(
        rows=tuple(rows),
        before=rows[-1].decision.decision_id if len(found) > PAGE_ROWS else None,
        sites=sites,
    )
