"""What changed in a list since it was shown: how many are new, and what became of its rows."""

from __future__ import annotations

import dataclasses
import datetime as dt

from service.domain.claim import Claim
from service.domain.decision import Decision, standing
from service.domain.moderator import Action, Moderator, require, sees
from service.domain.submission import Submission
from service.domain.view import View
from service.storage.asking import ask_for
from service.storage.store import Store

_MOST_NEW = 100


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """*fresh* counts what came after the newest that was shown (to 100).

    *rows* are the Submissions asked about with the Decision that holds, *claims* who has them open.
    """

    fresh: int
    rows: tuple[tuple[Submission, Decision | None], ...]
    claims: dict[int, Claim]


def watch(
    moderator: Moderator,
    view: View,
    guids: list[str],
    *,
    newest_id: int,
    store: Store,
    now: dt.datetime,
) -> Watched:
    """What a page that shows *guids* and nothing after *newest_id* should know (fast I/O)."""
    require(moderator, Action.LOOK)
    with store.read() as unit:
        sites = [site for site in unit.sites.list_all() if sees(moderator, site.site_id)]
        find = unit.moderators.find
        ask, _hints = ask_for(view, moderator, sites=sites, find_moderator=find, now=now)
        fresh = unit.lists.count(dataclasses.replace(ask, since_id=newest_id), most=_MOST_NEW)
        found = [
            one for one in unit.submissions.list_by_guid(guids[:60]) if sees(moderator, one.site_id)
        ]
        ids = [one.submission_id for one in found]
        decisions = unit.decisions.list_of_many(ids)
        rows = tuple((one, standing(decisions[one.submission_id])) for one in found)
        claims = unit.claims.list_of(ids, now) if ids else {}
    return Watched(fresh=fresh, rows=rows, claims=claims)
