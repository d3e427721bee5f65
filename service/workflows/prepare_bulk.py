"""Freeze what a bulk would decide, so that what is shown is what is done."""

from __future__ import annotations

import datetime as dt

from service.domain.bulk import Bulk
from service.domain.decision import Act
from service.domain.moderator import Action, Moderator, require, scope, sees
from service.domain.submission import new_guid
from service.domain.view import View
from service.errors import InvalidField
from service.storage.asking import ask_for
from service.storage.store import Store

# A snapshot that nobody started is forgotten after this.
_KEPT = dt.timedelta(days=1)


def prepare_bulk(
    moderator: Moderator,
    act: Act,
    view: View,
    guids: list[str] | None = None,
    *,
    asked: str = "",
    store: Store,
    now: dt.datetime,
) -> Bulk:
    """A snapshot of *guids*, or of all that *view* shows when None (slow I/O for many).

    Comments of authors whom moderators trust are left out unless they are to be approved; they can
    be taken in before the start. Raises InvalidField when nothing is chosen, NotPermitted,
    NotFound.
    """
    require(moderator, Action.BULK)
    with store.begin() as unit:
        unit.bulks.purge_shown(now - _KEPT)
        bulk_id = unit.bulks.add(new_guid(), moderator.moderator_id, act, asked=asked, now=now)
        if guids is None:
            sites = [site for site in unit.sites.list_all() if sees(moderator, site.site_id)]
            find = unit.moderators.find
            ask, hints = ask_for(view, moderator, sites=sites, find_moderator=find, now=now)
            if hints:
                # A word that could not be read must not widen what is decided.
                raise InvalidField("q", f"{hints[0][0]}: {hints[0][1]}")
            ids = unit.lists.ids(ask)
        else:
            ids = unit.submissions.ids(guids, site_ids=scope(moderator))
        total = unit.bulks.freeze(bulk_id, ids, leaves_trusted_out=act is not Act.APPROVE)
        if not total:
            raise InvalidField("item", "Nothing is chosen.")
        unit.bulks.set(bulk_id, total=total)
        unit.commit()
        return unit.bulks.get(bulk_id)
