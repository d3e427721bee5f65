"""Forget comment text past its keeping time; counts, Verdicts and hashes stay."""

from __future__ import annotations

import datetime as dt

from service.domain.site import Site
from service.errors import NotFound
from service.storage.store import Store


def retain(
    *,
    blog: str = "",
    before: dt.datetime | None = None,
    store: Store,
    now: dt.datetime,
) -> list[tuple[Site, int]]:
    """Every Site that forgot something, with how many Submissions (slow I/O).

    By each Site's Policy (*kept_days*), or everything received *before* when that is given; of
    one *blog*, or of all. Raises NotFound for a blog we don't know.
    """
    with store.read() as unit:
        sites = [s for s in unit.sites.list_all() if not blog or s == unit.sites.find_by_blog(blog)]
    if not sites:
        raise NotFound(f"There is no site for {blog}.")
    forgotten = []
    for site in sites:
        until = before or _until(site, now)
        if until is None:
            continue
        with store.begin() as unit:
            rows = unit.submissions.purge(site.site_id, before=until)
            rows += unit.imports.purge_old(site.site_id, before=until)
            unit.commit()
        if rows:
            forgotten.append((site, rows))
    return forgotten


def _until(site: Site, now: dt.datetime) -> dt.datetime | None:
    days = site.policy.kept_days
    return None if days is None else now - dt.timedelta(days=days)
