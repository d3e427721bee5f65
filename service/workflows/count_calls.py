"""Usage, sites and statistics of a key, counted from what is stored."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
from typing import Final

from service.domain.site import Site
from service.errors import InvalidField
from service.storage.counts import Tally
from service.storage.store import Store
from service.storage.unit import Unit

ORDERS: Final = {
    "total": "api_calls",
    "spam": "spam",
    "ham": "ham",
    "missed_spam": "missed_spam",
    "false_positives": "false_positives",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SitesAsk:
    """Which page of a key's sites: *month* "YYYY-MM", *filter* part of the address."""

    month: str
    filter: str = ""
    order: str = "total"
    limit: int = 500
    offset: int = 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SiteCount:
    """One site's month. *is_revoked* is true when no living key asks for it any more."""

    blog: str
    api_calls: int = 0
    spam: int = 0
    ham: int = 0
    missed_spam: int = 0
    false_positives: int = 0
    is_revoked: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class SitesPage:
    """One page of site counts and how many there are in all."""

    rows: tuple[SiteCount, ...]
    total: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MonthCount:
    """One month's counts over all sites of a key; *blogs* is how many of them called."""

    spam: int = 0
    ham: int = 0
    missed_spam: int = 0
    false_positives: int = 0
    blogs: int = 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Counts since some day, whole and by month ("YYYY-MM", the present one always in it)."""

    spam: int
    ham: int
    missed_spam: int
    false_positives: int
    months: dict[str, MonthCount]


def count_usage(site: Site, *, store: Store, now: dt.datetime) -> int:
    """Checks asked this calendar month (UTC) by a Site, or by all of a network."""
    start = now.astimezone(dt.UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    with store.read() as unit:
        ids = [one.site_id for one in _sites_of(unit, site)]
        return unit.counts.calls(ids, since=start)


def count_sites(site: Site, ask: SitesAsk, *, store: Store) -> SitesPage:
    """The sites of one key with their month's counts. Raises InvalidField for a bad month or order.

    A network lists each blog it met; a plain Site lists itself.
    """
    since, until = _month_bounds(ask.month)
    if ask.order not in ORDERS:
        raise InvalidField("order", f"order is one of {', '.join(ORDERS)}.")
    with store.read() as unit:
        sites = [one for one in _sites_of(unit, site) if not one.is_network or one is site]
        tallies = unit.counts.by_month([s.site_id for s in sites], since=since, until=until)
        has_key = any(key.revoked_at is None for key in unit.sites.list_keys(site.site_id))
    counted = {tally.site_id: tally for tally in tallies}
    rows = [
        _site_count(one, counted.get(one.site_id), is_revoked=not has_key)
        for one in sites
        if (not one.is_network or one.site_id in counted or len(sites) == 1)
        and ask.filter.lower() in one.blog.lower()
    ]
    rows.sort(key=lambda row: (-int(getattr(row, ORDERS[ask.order])), row.blog))
    return SitesPage(tuple(rows[ask.offset : ask.offset + ask.limit]), len(rows))


def count_statistics(
    site: Site, *, since: dt.datetime | None, store: Store, now: dt.datetime
) -> Statistics:
    """Counts since *since* (None: ever) of a Site, or of all of a network."""
    with store.read() as unit:
        ids = [one.site_id for one in _sites_of(unit, site)]
        tallies = unit.counts.by_month(ids, since=since)
    names = ("spam", "ham", "missed_spam", "false_positives")
    months: dict[str, collections.Counter[str]] = {f"{now:%Y-%m}": collections.Counter()}
    for tally in tallies:
        month = months.setdefault(tally.month, collections.Counter())
        month.update({name: int(getattr(tally, name)) for name in names} | {"blogs": 1})
    return Statistics(
        **{name: sum(month[name] for month in months.values()) for name in names},
        months={name: MonthCount(**months[name]) for name in sorted(months)},
    )


def _sites_of(unit: Unit, site: Site) -> list[Site]:
    return [site, *unit.sites.list_children(site)] if site.is_network else [site]


def _site_count(site: Site, tally: Tally | None, *, is_revoked: bool) -> SiteCount:
    if tally is None:
        return SiteCount(blog=site.blog, is_revoked=is_revoked)
    names = ("api_calls", "spam", "ham", "missed_spam", "false_positives")
    counts = {name: int(getattr(tally, name)) for name in names}
    return SiteCount(blog=site.blog, is_revoked=is_revoked, **counts)


def _month_bounds(month: str) -> tuple[dt.datetime, dt.datetime]:
    try:
        start = dt.datetime.strptime(month, "%Y-%m").replace(tzinfo=dt.UTC)
    except ValueError:
        raise InvalidField("month", "month looks like 2026-11.") from None
    return start, (start + dt.timedelta(days=32)).replace(day=1)
