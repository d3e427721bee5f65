"""What stands beside a comment in its row: who has it open, whether its author is trusted."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Final

from service.domain.author import Standing, author_key
from service.domain.claim import Claim
from service.domain.submission import Submission
from service.domain.view import Listing
from service.moderation import words
from service.moderation.letters import visible
from service.workflows.review import ReviewPage


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What the row says beside the text.

    *held* says who has it open, or who sent it to whom, "" for nobody or oneself; *gone* when its
    text will be forgotten. *is_rechecked*: by a person, here.
    """

    standing: str = ""
    is_trusted: bool = False
    held: str = ""
    is_mine: bool = False
    like: int = 0
    campaign_id: int | None = None
    is_late: bool = False
    gone: str = ""
    is_rechecked: bool = False


NOTHING: Final = Beside()


def beside(
    one: Submission,
    found: ReviewPage,
    listing: Listing,
    *,
    moderator_id: int,
    goal: dt.timedelta,
    now: dt.datetime,
) -> Beside:
    """What stands beside *one* on the page *found*; late is what waits longer than *goal*. Free."""
    key = (one.site_id, author_key(one.arrival.comment) or "")
    standing = found.standings.get(key, Standing())
    claim = found.claims.get(one.submission_id)
    waits = listing is Listing.WAITING
    kept_days = found.sites[one.site_id].policy.days_of(one.outcome)
    return Beside(
        standing=standing_line(standing),
        is_trusted=standing.is_trusted,
        held=held_line(claim, moderator_id),
        is_mine=bool(claim and claim.is_deliberate and claim.moderator_id == moderator_id),
        is_rechecked=one.submission_id in found.rechecked,
        like=found.sizes.get(one.campaign_id, 0) if one.campaign_id is not None else 0,
        campaign_id=one.campaign_id,
        is_late=waits and now - one.received_at > goal,
        gone=gone(one.received_at, kept_days, now) if listing is Listing.DISCARDED else "",
    )


def standing_line(standing: Standing) -> str:
    """How moderators decided about an author so far; "" when they have not."""
    if not standing.approved and not standing.spam:
        return ""
    return words.STANDING.format(approved=standing.approved, spam=standing.spam)


def held_line(claim: Claim | None, moderator_id: int) -> str:
    """Who else has it open or claimed it, or who sent it to whom; "" for nobody and for oneself.

    What was sent says why to who got it.
    """
    if claim is None:
        return ""
    if claim.moderator_id == moderator_id:
        return _sent_to_you(claim) if claim.sent_by else ""
    name = visible(claim.moderator)
    if claim.sent_by:
        return words.SENT_BY.format(name=name, sender=visible(claim.sent_by))
    return (words.CLAIMED_BY if claim.is_deliberate else words.OPEN_BY).format(name=name)


def _sent_to_you(claim: Claim) -> str:
    sent = words.SENT_TO_YOU.format(sender=visible(claim.sent_by))
    note = visible(claim.note)
    return words.SENT_NOTE.format(sent=sent, note=note) if note else sent


def gone(received_at: dt.datetime, kept_days: int | None, now: dt.datetime) -> str:
    """In how many days the text of this will be forgotten."""
    if kept_days is None:
        return words.KEPT
    left = (received_at + dt.timedelta(days=kept_days) - now).days
    return words.GONE.format(days=left) if left > 0 else words.GONE_TODAY
