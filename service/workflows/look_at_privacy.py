"""What is kept for how long and what goes when, who hears of it, whom we forgot: for an owner."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from service.domain.change import Change, What
from service.domain.decision import Outcome
from service.domain.erasure import NAMES, Certificate, Erased
from service.domain.moderator import Action, Moderator, require_everywhere
from service.domain.site import Site, UnsureMeans
from service.errors import NotFound
from service.storage.changes import ChangeAsk
from service.storage.erasure_list import ErasureList
from service.storage.retention import Going
from service.storage.store import Store
from service.storage.unit import Unit

# Looked ahead so many days.
WITHIN: Final = (1, 7, 30)
_MOST: Final = 50


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One keeping time of a Site: *days* None keeps for good, and *going* is None then."""

    outcomes: tuple[Outcome, ...]
    days: int | None
    going: Going | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SiteKept:
    """A Site's keeping times, and who hears what was decided: its blog, and hosts of webhooks."""

    site: Site
    terms: tuple[Term, ...]
    tells_blog: bool
    receivers: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PrivacySeen:
    """Every Site, and the newest erasures, each a line of the log."""

    sites: tuple[SiteKept, ...]
    erasures: tuple[Change, ...]


def look_at_privacy(person: Moderator, *, store: Store, now: dt.datetime) -> PrivacySeen:
    """What the privacy page shows (slow I/O: counts what is old). Raises NotPermitted."""
    require_everywhere(person, Action.ERASE)
    with store.read() as unit:
        sites = tuple(_kept(unit, site, now) for site in unit.sites.list_all())
        erasures = unit.changes.page(ChangeAsk(what=What.ERASURE, limit=_MOST))
    return PrivacySeen(sites=sites, erasures=tuple(erasures))


def find_certificate(
    person: Moderator, number: int | None, *, data_dir: Path, store: Store
) -> tuple[int, Certificate, bool]:
    """The erasure of this *number*, or this person's newest: number, counts, and if it is finished.

    Fast I/O. Raises NotPermitted, NotFound.
    """
    require_everywhere(person, Action.ERASE)
    by = person.moderator_id if number is None else None
    before = None if number is None else number + 1
    ask = ChangeAsk(what=What.ERASURE, moderator_id=by, before=before, limit=1)
    with store.read() as unit:
        found = next(iter(unit.changes.page(ask)), None)
    if found is None or number not in {None, found.change_id}:
        raise NotFound("There is no such erasure.")
    counts = {name: int(text) for name, text in found.detail.items() if name in NAMES}
    certificate = Certificate(
        erased_at=found.made_at.isoformat(), person=found.subject, counts=Erased(**counts)
    )
    is_open = any(mark.startswith(found.subject) for mark in ErasureList(data_dir).list_open())
    return found.change_id, certificate, not is_open


def _kept(unit: Unit, site: Site, now: dt.datetime) -> SiteKept:
    heard = tuple(one for one in (site.site_id, site.parent_id) if one is not None)
    hosts = {urlsplit(one.url).hostname or "" for one in unit.webhooks.list_of(heard)}
    return SiteKept(
        site=site,
        terms=tuple(_terms(unit, site, now)),
        tells_blog=site.policy.unsure is UnsureMeans.HOLD,
        receivers=tuple(sorted(hosts - {""})),
    )


def _terms(unit: Unit, site: Site, now: dt.datetime) -> list[Term]:
    found = [
        Term(
            outcomes=outcomes,
            days=days,
            going=unit.retention.count_going(
                site.site_id, kept_days=days, outcomes=outcomes, within_days=WITHIN, now=now
            ),
        )
        for days, outcomes in site.policy.terms().items()
    ]
    timed = {outcome for one in found for outcome in one.outcomes}
    rest = tuple(outcome for outcome in Outcome if outcome not in timed)
    return [*found, Term(outcomes=rest, days=None)] if rest else found
