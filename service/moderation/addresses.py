"""A View in the address bar, both ways; the guard of every place that we lead people to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from service.domain.view import Age, Listing, View, sorts_of
from service.moderation.forms import read_number
from service.storage.lists import Cursor

ROOT: Final = "/moderation/"
# The last part of each list's address.
PATHS: Final = {
    Listing.WAITING: "",
    Listing.SPAM: "spam",
    Listing.DISCARDED: "discarded",
    Listing.PASSED: "passed",
    Listing.REMOVED: "removed",
    Listing.ANY: "search",
}
_LISTINGS: Final = {path: listing for listing, path in PATHS.items()}
_MOST_TEXT: Final = 200


def read_view(listing: Listing, args: Mapping[str, str]) -> View:
    """The View that *args* ask for; what cannot be read is left out. Total."""
    sorts = sorts_of(listing)
    sort = next((one for one in sorts if one.value == args.get("sort")), sorts[0])
    age = next((one for one in Age if one.value == args.get("age", "")), Age.ANY)
    is_queue = listing is Listing.WAITING
    return View(
        listing=listing,
        sort=sort,
        site_id=read_number(args.get("site")),
        reason=args.get("reason", "")[:_MOST_TEXT],
        language=args.get("lang", "")[:20],
        age=age,
        campaign_id=read_number(args.get("campaign")),
        is_skipped=is_queue and args.get("skipped") == "1",
        is_sent=is_queue and args.get("sent") == "1",
        query=args.get("q", "").strip()[:500],
    )


def write_view(view: View, **changes: str) -> str:
    """The address of *view*, with *changes* to its words ("" takes one away)."""
    words = {
        "q": view.query,
        "sort": view.sort.value if view.sort is not sorts_of(view.listing)[0] else "",
        "site": "" if view.site_id is None else str(view.site_id),
        "reason": view.reason,
        "lang": view.language,
        "age": view.age.value,
        "campaign": "" if view.campaign_id is None else str(view.campaign_id),
        "skipped": "1" if view.is_skipped else "",
        "sent": "1" if view.is_sent else "",
    } | changes
    text = urlencode({name: value for name, value in words.items() if value})
    return ROOT + PATHS[view.listing] + (f"?{text}" if text else "")


def read_place(place: str) -> View | None:
    """The View of the list at *place*, None when that is none of the lists."""
    parts = urlsplit(place)
    listing = _LISTINGS.get(parts.path.removeprefix(ROOT).strip("/"))
    if listing is None or not parts.path.startswith(ROOT.rstrip("/")):
        return None
    return read_view(listing, dict(parse_qsl(parts.query)))


def read_cursor(text: str | None) -> Cursor | None:
    """Where a page begins, None for the first one or for what cannot be read."""
    key, *numbers = (text or "").split("~")
    found = [read_number(number) for number in numbers]
    own_id, site_id = (*found, 0)[:2] if 1 <= len(found) <= 2 else (None, None)  # noqa: PLR2004 - as it is written
    if own_id is None or site_id is None:
        return None
    try:
        value = float(key) if key else None
    except ValueError:
        return None
    return Cursor(value, own_id, site_id) if value is None or math.isfinite(value) else None


def write_cursor(cursor: Cursor) -> str:
    """The spelling that `read_cursor` reads, exactly."""
    site = f"~{cursor.site_id}" if cursor.site_id else ""
    return f"{'' if cursor.value is None else repr(cursor.value)}~{cursor.submission_id}{site}"
