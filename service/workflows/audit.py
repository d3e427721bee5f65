"""Measure the machine by a blind sample: draw one now, and read what people said of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Final

from service.domain.audit import AuditFigures
from service.domain.moderator import Action, Moderator, require, scope
from service.domain.priority import drawn_priority
from service.domain.site import Site
from service.storage.store import Store

DRAWN_AT_ONCE: Final = 10
_SINCE: Final = dt.timedelta(days=7)


@dataclasses.dataclass(frozen=True, slots=True)
class Audited:
    """A Site and what its sample says."""

    site: Site
    figures: AuditFigures


def draw_sample(moderator: Moderator, *, store: Store, now: dt.datetime) -> int:
    """Put ten of the machine's own answers of the last week into the queue; answers how many.

    Only from the Sites of *moderator*. Raises NotPermitted.
    """
    require(moderator, Action.DECIDE)
    with store.begin() as unit:
        drawn = unit.audits.draw(
            DRAWN_AT_ONCE,
            site_ids=scope(moderator),
            since=now - _SINCE,
            priority=drawn_priority(now),
        )
        unit.commit()
        return drawn


def read_audits(moderator: Moderator, *, store: Store) -> list[Audited]:
    """What the samples of this person's Sites say (fast I/O). Raises NotPermitted."""
    require(moderator, Action.LOOK)
    with store.read() as unit:
        sites = {site.site_id: site for site in unit.sites.list_all()}
        return [Audited(sites[one.site_id], one) for one in unit.audits.figures(scope(moderator))]
