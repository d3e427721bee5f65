"""One Submission with everything that happened to it."""

from __future__ import annotations

import dataclasses

from service.domain.decision import Decision, standing
from service.domain.moderator import Action, Moderator, may, require_sight, scope
from service.domain.site import Site
from service.domain.submission import Submission
from service.errors import NotPermitted
from service.storage.store import Store, Unit
from service.storage.submissions import PageAsk


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A Submission, its Site, its Decisions oldest first, and the one that holds (None: none).

    *newer* and *older* are the guids beside it in the list it stands in, "" at an end.
    """

    submission: Submission
    site: Site
    decisions: tuple[Decision, ...]
    standing: Decision | None
    newer: str = ""
    older: str = ""


def look_at(moderator: Moderator, guid: str, *, site_id: int | None = None, store: Store) -> Seen:
    """What a moderator sees of one Submission (fast I/O). Raises NotFound, NotPermitted.

    *site_id* narrows the list that its neighbours are looked for in.
    """
    if not may(moderator, Action.LOOK):
        raise NotPermitted
    site_ids = scope(moderator, site_id)
    with store.read() as unit:
        submission = unit.submissions.get(guid)
        require_sight(moderator, submission.site_id)
        own, outcome = submission.submission_id, submission.outcome
        older = PageAsk(outcome=outcome, site_ids=site_ids, before=own, limit=1)
        newer = PageAsk(outcome=outcome, site_ids=site_ids, after=own, limit=1)
        decisions = tuple(unit.decisions.list_of(submission.submission_id))
        return Seen(
            submission=submission,
            site=unit.sites.get(submission.site_id),
            decisions=decisions,
            standing=standing(decisions),
            newer=_only_guid(unit, newer),
            older=_only_guid(unit, older),
        )


def _only_guid(unit: Unit, ask: PageAsk) -> str:
    return next((one.guid for one in unit.submissions.page(ask)), "")
