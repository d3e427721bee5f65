"""Whom to write what: a summary at the hour each person chose, and an alarm when it burns."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from typing import Final

from models.verdict import Verdict
from service.domain.decision import Outcome
from service.domain.moderator import Action, Moderator, may, scope
from service.domain.preferences import Digest
from service.domain.submission import Submission
from service.errors import Conflict
from service.storage.lists import ListAsk
from service.storage.store import Store
from service.storage.submissions import PageAsk
from service.storage.unit import Unit

_LEASE: Final = dt.timedelta(minutes=5)
_SHOWN: Final = 5
# An alarm is told once, and again when it still burns a day later.
_ALARM_AGAIN: Final = {"age": dt.timedelta(hours=24), "flood": dt.timedelta(hours=6)}


class Occasion(enum.Enum):
    """Why somebody is written to."""

    DIGEST = "digest"
    AGE = "age"
    FLOOD = "flood"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """When it burns: something waits longer than *goal*, or more than *flood* came in an hour."""

    goal: dt.timedelta
    flood: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One mail to be written. *waiting* is counted to 10 000, *oldest* are those that wait longest.

    *discarded*: what blogs were told to throw away since the last one, undecided still.

    *chore* is the claim it was planned under, done when the mail is posted; due again at *next_at*.
    """

    person: Moderator
    occasion: Occasion
    waiting: int
    new: int
    discarded: int
    oldest: tuple[Submission, ...]
    sites: dict[int, str]
    chore: str
    next_at: dt.datetime


def plan_mail(*, by: str, alarms: Alarms, store: Store, now: dt.datetime) -> list[Due]:
    """The mails that are due now, each claimed for *by* alone (fast I/O for each person).

    Who has nothing waiting gets none: their turn passes in silence.
    """
    with store.read() as unit:
        people = [
            one
            for one in unit.moderators.list_all()
            if one.email and one.deactivated_at is None and one.preferences.digest is not Digest.OFF
        ]
    found: list[Due | None] = []
    for person in people:
        found.append(_digest(person, by=by, store=store, now=now))
        if may(person, Action.DECIDE):
            found += [
                _alarm(person, occasion, by=by, alarms=alarms, store=store, now=now)
                for occasion in (Occasion.AGE, Occasion.FLOOD)
            ]
    return [one for one in found if one is not None]


def post_mail(
    due: Due, *, subject: str, body: str, by: str, store: Store, now: dt.datetime
) -> None:
    """Keep the mail until it is sent, and settle the chore: both or neither (fast I/O)."""
    with store.begin() as unit:
        unit.chores.add_mail(
            due.person.moderator_id,
            kind=due.occasion.value,
            subject=subject,
            body=body,
            now=now,
        )
        unit.chores.finish(due.chore, by=by, due_at=due.next_at, now=now)
        unit.commit()


def next_digest(person: Moderator, now: dt.datetime) -> dt.datetime:
    """When this person's next summary is due after *now*. Free."""
    if person.preferences.digest is Digest.HOURLY:
        return now.replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)
    hour = person.preferences.digest_hour
    today = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today > now else today + dt.timedelta(days=1)


def _digest(person: Moderator, *, by: str, store: Store, now: dt.datetime) -> Due | None:
    chosen = person.preferences
    # Another hour is another chore: a changed choice never waits for the old one.
    name = f"digest:{person.moderator_id}:{chosen.digest.value}:{chosen.digest_hour}"
    next_at = next_digest(person, now)
    if not _claimed(name, first_at=next_at, by=by, store=store, now=now):
        return None
    hourly = chosen.digest is Digest.HOURLY
    since = now - dt.timedelta(hours=1 if hourly else 24)
    with store.read() as unit:
        due = _told(unit, person, Occasion.DIGEST, name, since=since, next_at=next_at)
    if due.waiting:
        return due
    _pass(name, by=by, next_at=next_at, store=store, now=now)
    return None


def _alarm(
    person: Moderator,
    occasion: Occasion,
    *,
    by: str,
    alarms: Alarms,
    store: Store,
    now: dt.datetime,
) -> Due | None:
    hour_ago = now - dt.timedelta(hours=1)
    name = f"alarm:{person.moderator_id}:{occasion.value}"
    with store.read() as unit:
        again = now + _ALARM_AGAIN[occasion.value]
        due = _told(unit, person, occasion, name, since=hour_ago, next_at=again)
    if occasion is Occasion.AGE:
        burns = bool(due.oldest) and now - due.oldest[0].received_at > alarms.goal
    else:
        burns = alarms.flood > 0 and due.new > alarms.flood
    if burns and _claimed(name, first_at=now, by=by, store=store, now=now):
        return due
    return None


def _told(
    unit: Unit,
    person: Moderator,
    occasion: Occasion,
    chore: str,
    *,
    since: dt.datetime,
    next_at: dt.datetime,
) -> Due:
    site_ids = scope(person)
    waits = PageAsk(outcome=Outcome.UNSURE, site_ids=site_ids, after=0, limit=_SHOWN)
    new = ListAsk(outcome=Outcome.UNSURE, site_ids=site_ids, received_after=since)
    thrown_away = dataclasses.replace(
        new, outcome=Outcome.SPAM, verdict=Verdict.BLATANT, is_decided=False
    )
    return Due(
        person=person,
        occasion=occasion,
        waiting=unit.submissions.count(PageAsk(outcome=Outcome.UNSURE, site_ids=site_ids)),
        new=unit.lists.count(new),
        discarded=unit.lists.count(thrown_away),
        oldest=tuple(reversed(unit.submissions.page(waits))),
        sites={site.site_id: site.name for site in unit.sites.list_all()},
        chore=chore,
        next_at=next_at,
    )


def _claimed(name: str, *, first_at: dt.datetime, by: str, store: Store, now: dt.datetime) -> bool:
    try:
        with store.begin() as unit:
            unit.chores.ensure(name, due_at=first_at)
            is_ours = unit.chores.claim(name, by=by, now=now, lease=_LEASE)
            unit.commit()
    except Conflict:
        # Another process made the row in the same moment; whose turn it is, is its matter.
        return False
    return is_ours


def _pass(name: str, *, by: str, next_at: dt.datetime, store: Store, now: dt.datetime) -> None:
    with store.begin() as unit:
        unit.chores.finish(name, by=by, due_at=next_at, now=now)
        unit.commit()
