"""Forget comment text past its keeping time; counts, Verdicts and hashes stay."""

from __future__ import annotations

import datetime as dt

from service.domain.decision import Outcome
from service.domain.site import Site
from service.errors import NotFound
from service.storage.store import Store
from service.storage.unit import Unit


def retain(
    *,
    blog: str = "",
    before: dt.datetime | None = None,
    store: Store,
    now: dt.datetime,
) -> list[tuple[Site, int]]:
    """Every Site that forgot something, with how many Submissions (slow I/O).

    By each Site's Policy (for each Outcome), or everything received *before* when that is given; of
    one *blog* (a network with all its blogs), or of all. In many short transactions, so that
    checks go on meanwhile. Raises NotFound for a blog we don't know.
    """
    with store.read() as unit:
        sites = _chosen(unit, blog)
    if blog and not sites:
        raise NotFound(f"There is no site for {blog}.")
    forgotten = []
    for site in sites:
        rows = sum(_forget(site, until, some, store) for until, some in _terms(site, before, now))
        if rows:
            forgotten.append((site, rows))
    return forgotten


def _chosen(unit: Unit, blog: str) -> list[Site]:
    if not blog:
        return unit.sites.list_all()
    named = unit.sites.list_by_address(blog)
    children = [child for site in named for child in unit.sites.list_children(site)]
    return list({site.site_id: site for site in [*named, *children]}.values())


def _forget(site: Site, until: dt.datetime, outcomes: tuple[Outcome, ...], store: Store) -> int:
    forgotten = 0
    while True:
        with store.begin() as unit:
            rows = unit.retention.purge(site.site_id, before=until, outcomes=outcomes)
            unit.commit()
        if not rows:
            return forgotten
        forgotten += rows


def _terms(
    site: Site, before: dt.datetime | None, now: dt.datetime
) -> list[tuple[dt.datetime, tuple[Outcome, ...]]]:
    """Until when what is forgotten: one moment for all, or one for each keeping time."""
    if before is not None:
        return [(before, tuple(Outcome))]
    return [
        (now - dt.timedelta(days=days), outcomes) for days, outcomes in site.policy.terms().items()
    ]
