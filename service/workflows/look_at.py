"""One Submission with everything that happened to it, and what else is known of its author."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Final

from service.domain import tokens
from service.domain.author import Standing, author_key
from service.domain.claim import SOFT, Claim
from service.domain.decision import Decision, Outcome, standing
from service.domain.entry import Entry
from service.domain.event import Event
from service.domain.handover import Handover
from service.domain.moderator import (
    Action,
    Moderator,
    decides,
    may,
    require,
    require_sight,
    scope,
    sees,
)
from service.domain.query import Term
from service.domain.recheck import Recheck
from service.domain.remark import Remark
from service.domain.site import Site
from service.domain.submission import Submission
from service.domain.view import Sort, View, listing_of, sorts_of
from service.errors import NotFound
from service.storage.asking import ask_for
from service.storage.lists import ListAsk, cursor_of
from service.storage.store import Store
from service.storage.unit import Unit

_MOST_BESIDE: Final = 8


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A Submission, its Site, its Decisions oldest first, and the one that holds (None: none).

    *newer* and *older* are the guids before and after it in the list it was opened from, "" at an
    end. *earlier* holds what else came from its author, its address, its domain, by that word;
    *like* its near-duplicates. *claim* is who has it open, *events* what blogs and webhooks were
    told of it. *handovers* and *rechecks* happened to it, oldest first; *colleagues* are whom who
    looks can send it to. *parent* is the comment it answers to, if that is known here; *entry* the
    line of the lists that answered it, if one did.
    """

    submission: Submission
    site: Site
    decisions: tuple[Decision, ...]
    standing: Decision | None
    remarks: tuple[Remark, ...] = ()
    handovers: tuple[Handover, ...] = ()
    rechecks: tuple[Recheck, ...] = ()
    colleagues: tuple[Moderator, ...] = ()
    parent: Submission | None = None
    entry: Entry | None = None
    events: tuple[Event, ...] = ()
    claim: Claim | None = None
    author: Standing = dataclasses.field(default_factory=Standing)
    earlier: tuple[tuple[str, tuple[Submission, ...]], ...] = ()
    like: tuple[Submission, ...] = ()
    size: int = 0
    sites: dict[int, Site] = dataclasses.field(default_factory=dict)
    newer: str = ""
    older: str = ""


def look_at(
    moderator: Moderator,
    guid: str,
    view: View | None = None,
    *,
    claims: bool = False,
    store: Store,
    now: dt.datetime,
) -> Seen:
    """What a moderator sees of one Submission (fast I/O). Raises NotFound, NotPermitted.

    *view* is the list that its neighbours are looked for in; *claims* holds it for this person for
    a while, unless somebody else does.
    """
    require(moderator, Action.LOOK)
    with store.read() as unit:
        seen = _seen(unit, moderator, guid, view=view, now=now)
    is_free = seen.claim is None or seen.claim.moderator_id == moderator.moderator_id
    waits = seen.standing is None and seen.submission.outcome.value == "UNSURE"
    if claims and waits and is_free and may(moderator, Action.DECIDE):
        held = seen.claim or Claim(
            submission_id=seen.submission.submission_id,
            moderator_id=moderator.moderator_id,
            moderator=moderator.name,
            is_deliberate=False,
            ends_at=now,
        )
        wanted = dataclasses.replace(held, ends_at=max(now + SOFT, held.ends_at))
        with store.begin() as unit:
            unit.claims.set(wanted)
            unit.commit()
        seen = dataclasses.replace(seen, claim=wanted)
    return seen


def _seen(
    unit: Unit, moderator: Moderator, guid: str, *, view: View | None, now: dt.datetime
) -> Seen:
    submission = unit.submissions.get(guid)
    require_sight(moderator, submission.site_id)
    own = submission.submission_id
    sites = {one.site_id: one for one in unit.sites.list_all() if sees(moderator, one.site_id)}
    decisions = tuple(unit.decisions.list_of(own))
    newer, older = _beside(
        unit, moderator, submission, view=view, sites=list(sites.values()), now=now
    )
    key = author_key(submission.arrival.comment)
    pair = (submission.site_id, key or "")
    group = submission.campaign_id
    return Seen(
        submission=submission,
        site=sites[submission.site_id],
        decisions=decisions,
        standing=standing(decisions),
        remarks=tuple(unit.claims.list_remarks(own)),
        handovers=tuple(unit.claims.list_handovers(own)),
        rechecks=tuple(unit.rechecks.list_of(own)),
        colleagues=_colleagues(unit, moderator, submission),
        parent=_parent(unit, submission),
        entry=_entry(unit, submission),
        events=tuple(unit.events.list_about(guid)),
        claim=unit.claims.list_of([own], now).get(own),
        author=unit.authors.standings([pair] if key else []).get(pair, Standing()),
        earlier=tuple(_earlier(unit, moderator, submission)),
        like=_like(unit, moderator, submission),
        size=unit.campaigns.sizes([group]).get(group, 0) if group is not None else 0,
        sites=sites,
        newer=newer,
        older=older,
    )


def _beside(
    unit: Unit,
    moderator: Moderator,
    one: Submission,
    *,
    view: View | None,
    sites: list[Site],
    now: dt.datetime,
) -> tuple[str, str]:
    if view is None:
        listing = listing_of(one.outcome)
        view = View(listing=listing, sort=sorts_of(listing)[0])
    find = unit.moderators.find
    try:
        ask, _hints = ask_for(view, moderator, sites=sites, find_moderator=find, now=now)
    except NotFound:
        return "", ""
    cursor = cursor_of(one, view.sort)
    if view.sort in {Sort.PRIORITY, Sort.SITE} and cursor.value is None:
        return "", ""
    ask = dataclasses.replace(ask, after=cursor, limit=1)
    back = dataclasses.replace(ask, is_backwards=True)
    return _only_guid(unit, back), _only_guid(unit, ask)


def _only_guid(unit: Unit, ask: ListAsk) -> str:
    return next((one.guid for one in unit.lists.page(ask)), "")


def _earlier(
    unit: Unit, moderator: Moderator, one: Submission
) -> list[tuple[str, tuple[Submission, ...]]]:
    comment = one.arrival.comment
    asked = (
        ("email", tokens.email_words(comment.author_email)[:1]),
        ("name", tokens.author_words(comment.author)),
        ("ip", tokens.ip_words(comment.user_ip)[:1]),
        ("domain", tokens.domain_words(comment.author_url)[:1]),
    )
    found = []
    for word, words in asked:
        if words:
            terms = tuple(Term((one_word,)) for one_word in words)
            ask = ListAsk(terms=terms, site_ids=scope(moderator), limit=_MOST_BESIDE + 1)
            others = [s for s in unit.lists.page(ask) if s.submission_id != one.submission_id]
            found.append((word, tuple(others[:_MOST_BESIDE])))
    return found


def _colleagues(unit: Unit, moderator: Moderator, one: Submission) -> tuple[Moderator, ...]:
    if one.outcome is not Outcome.UNSURE or not may(moderator, Action.DECIDE):
        return ()
    others = (other for other in unit.moderators.list_all() if decides(other, one.site_id))
    found = [other for other in others if other.moderator_id != moderator.moderator_id]
    return tuple(sorted(found, key=lambda other: other.name))


def _parent(unit: Unit, one: Submission) -> Submission | None:
    """The newest that came as the comment of the blog which *one* answers to, on the same page.

    A blog names numbers of its own: we know the parent's when it was sent with one.
    """
    number = one.arrival.comment.parent
    if not number:
        return None
    term = Term((tokens.coded(tokens.NUMBER, number),))
    ask = ListAsk(terms=(term,), site_ids=(one.site_id,), limit=_MOST_BESIDE)
    page = _page(one)
    same = (
        other
        for other in unit.lists.page(ask)
        if other.submission_id != one.submission_id
        and other.other_blog == one.other_blog
        and _page(other) == page
    )
    return next(same, None)


def _entry(unit: Unit, one: Submission) -> Entry | None:
    kind, _, number = (one.scoring.rule if one.scoring else "").partition(":")
    if kind != "entry" or not number.isdecimal():
        return None
    try:
        return unit.entries.get(int(number))
    except NotFound:
        # It named a person who was forgotten.
        return None


def _page(one: Submission) -> str:
    return one.arrival.comment.permalink.partition("#")[0].strip()


def _like(unit: Unit, moderator: Moderator, one: Submission) -> tuple[Submission, ...]:
    if one.campaign_id is None:
        return ()
    ask = ListAsk(campaign_id=one.campaign_id, site_ids=scope(moderator), limit=_MOST_BESIDE + 1)
    others = [s for s in unit.lists.page(ask) if s.submission_id != one.submission_id]
    return tuple(others[:_MOST_BESIDE])
