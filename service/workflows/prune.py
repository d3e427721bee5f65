"""Drop rows whose text was forgotten long ago; counts by day stay."""

from __future__ import annotations

import datetime as dt

from service.domain.site import Site
from service.storage.store import Store


def prune(*, rows_days: int, store: Store, now: dt.datetime) -> int:
    """Drop what was received *rows_days* ago and forgotten since; answers with how many (slow I/O).

    Only where a Site's Policy forgets: what it keeps for good stays, and so does what a person
    decided. In many short transactions, so that checks go on meanwhile.
    """
    before = now - dt.timedelta(days=rows_days)
    with store.read() as unit:
        sites = unit.sites.list_all()
    return sum(_prune(site, before, store) for site in sites)


def _prune(site: Site, before: dt.datetime, store: Store) -> int:
    outcomes = [one for some in site.policy.terms().values() for one in some]
    if not outcomes:
        return 0
    dropped, last = 0, None
    while True:
        with store.begin() as unit:
            gone = unit.pruning.purge(site.site_id, outcomes=outcomes, after=last, before=before)
            unit.commit()
        dropped, last = dropped + gone.rows, gone.last
        if last is None:
            return dropped
