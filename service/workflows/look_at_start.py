"""What there is to do before the first comment of a blog came, and whether one has asked yet."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Final

from service.domain.moderator import Action, Moderator, may, require, scope, sees
from service.domain.site import Key, Site
from service.storage.store import Store
from service.storage.unit import Unit

MOST_COUNTED: Final = 10_000
_MOST_KEYS: Final = 3


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A deployment, or a person's part of it, to which no comment came yet.

    *keys* are a few that work, each with its Site; *asked_at* is when any of them was used last
    (None: never). *imported* counts the history brought in, to `MOST_COUNTED`. Who may not see keys
    is told none of this.
    """

    has_site: bool = False
    keys: tuple[tuple[Site, Key], ...] = ()
    asked_at: dt.datetime | None = None
    imported: int = 0


def look_at_start(moderator: Moderator, *, store: Store, now: dt.datetime) -> Start | None:
    """What *moderator* is shown of the beginning; None once a comment came (fast I/O).

    Raises NotPermitted.
    """
    require(moderator, Action.LOOK)
    with store.read() as unit:
        if unit.submissions.has_any(scope(moderator)):
            return None
        if not may(moderator, Action.SEE_KEYS):
            return Start()
        keys = _keys(unit, moderator, now)
        return Start(
            has_site=bool(unit.sites.list_all()),
            keys=tuple(keys[:_MOST_KEYS]),
            asked_at=max((key.last_used_at for _, key in keys if key.last_used_at), default=None),
            imported=unit.imports.count(scope(moderator), most=MOST_COUNTED),
        )


def _keys(unit: Unit, moderator: Moderator, now: dt.datetime) -> list[tuple[Site, Key]]:
    """The Keys that work, of the Sites that have any: a network's children ask with its own."""
    return [
        (site, key)
        for site in unit.sites.list_all()
        if site.parent_id is None and sees(moderator, site.site_id)
        for key in unit.sites.list_keys(site.site_id)
        if key.suspended_at is None and (key.revoked_at is None or key.revoked_at > now)
    ]
