"""Shapes of the account endpoints: counts -> Akismet's JSON and CSV. Pure.

Which numbers are strings and which are not is the wire's, not ours (§5, §6).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from typing import Any, Final

from service.akismet.form import Pairs, first
from service.errors import InvalidField
from service.workflows.count_calls import SitesAsk, SitesPage, Statistics

# What a moderator would have needed for each spam comment, as the real service reckons (7455/149).
_SECONDS_SAVED: Final = 50
_SINCE: Final = {"60-days": 60, "6-months": 183, "year": 365, "all": None}


def read_sites_ask(pairs: Pairs, now: dt.datetime) -> SitesAsk:
    """The page of key-sites that is asked for. Raises InvalidField."""
    month = first(pairs, "month") or f"{now:%Y-%m}"
    if not re.fullmatch(r"\d{4}-(?:0[1-9]|1[0-2])", month) or month < "0001":
        raise InvalidField("month", "month looks like 2026-11.")
    return SitesAsk(
        month=month,
        filter=first(pairs, "filter")[:200],
        order=first(pairs, "order") or "total",
        limit=_count(pairs, "limit", 500),
        offset=_count(pairs, "offset", 0),
    )


def _count(pairs: Pairs, name: str, default: int) -> int:
    text = first(pairs, name).strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004 - a billion
        raise InvalidField(name, f"{name} is a whole number.")
    # Not bounded further: clients check that what they asked for is said back.
    return int(text)


def write_key_sites(page: SitesPage, ask: SitesAsk) -> dict[str, Any]:
    """key-sites as JSON: one bucket named for the month, counters as strings, paging echoed."""
    rows = [
        {
            "site": row.blog,
            "api_calls": str(row.api_calls),
            "spam": str(row.spam),
            "ham": str(row.ham),
            "missed_spam": str(row.missed_spam),
            "false_positives": str(row.false_positives),
            "is_revoked": row.is_revoked,
        }
        for row in page.rows
    ]
    return {ask.month: rows, "limit": ask.limit, "offset": ask.offset, "total": page.total}


def write_key_sites_csv(page: SitesPage, ask: SitesAsk, shown_key: str) -> str:
    """key-sites as CSV, headed as the real one; *shown_key* is only its first four characters."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    for row in page.rows:
        counts = (row.api_calls, row.spam, row.ham, row.missed_spam, row.false_positives)
        writer.writerow([_safe_cell(row.blog), *counts, str(row.is_revoked).lower()])
    paging = f"limit:{ask.limit}, offset: {ask.offset}, total: {page.total}"
    return (
        f"Active sites for {shown_key} during {ask.month} ({paging})\n"
        "Site,Total API Calls,Spam,Ham,Missed Spam,False Positives,Is Revoked\n"
        f"{lines.getvalue()}"
    )


def _safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def write_usage(usage: int, *, is_extended: bool) -> dict[str, Any]:
    """usage-limit: your own machine knows no limit, so nothing of it is used up."""
    table = {"limit": "none", "usage": usage, "percentage": "0", "throttled": False}
    extended = {"notice_level": None, "upgrade": False}
    return table | (extended if is_extended else {})


def write_subscription(site_id: int, *, is_suspended: bool = False) -> dict[str, Any]:
    """get-subscription: WordPress keeps a key only when the status is `active`.

    `suspended` is how it tells a suspended key from one that never was: both are `invalid`.
    Not "free-api-key": with that type the plugin asks its owner for a donation.
    """
    return {
        "account_id": site_id,
        "account_type": "self-hosted",
        "account_name": "Chaffinch (self-hosted)",
        "status": "suspended" if is_suspended else "active",
        "next_billing_date": False,
        "limit_reached": False,
    }


def read_since(pairs: Pairs, now: dt.datetime) -> dt.datetime | None:
    """Since when statistics are asked for; None means ever. An unknown word means 60 days."""
    days = _SINCE.get(first(pairs, "from").strip() or "60-days", 60)
    return None if days is None else now - dt.timedelta(days=days)


def write_statistics(found: Statistics) -> dict[str, Any]:
    """get-stats: whole numbers, `accuracy` as text, months with counters as text.

    Accuracy is the share of calls nobody had to correct. No other top-level field: one more and
    WordPress' Abilities API answers 500 (WORDPRESS.md, fact 6).
    """
    calls = found.spam + found.ham
    wrong = min(calls, found.missed_spam + found.false_positives)
    return {
        "spam": found.spam,
        "ham": found.ham,
        "missed_spam": found.missed_spam,
        "false_positives": found.false_positives,
        "accuracy": f"{100 * (calls - wrong) / calls:.2f}" if calls else "100",
        "time_saved": found.spam * _SECONDS_SAVED,
        "breakdown": {
            month: {
                "spam": str(count.spam),
                "ham": str(count.ham),
                "missed_spam": str(count.missed_spam),
                "false_positives": str(count.false_positives),
                "blogs": str(count.blogs),
                "da": f"{month}-01",
            }
            for month, count in found.months.items()
        },
    }
