"""Hold a Submission, renew that, or let it go: softly by being there, deliberately by asking."""

from __future__ import annotations

import dataclasses
import datetime as dt

from service.domain.claim import DELIBERATE, SOFT, Claim
from service.domain.moderator import Action, Moderator, require, require_sight
from service.domain.remark import RemarkKind
from service.errors import Conflict
from service.storage.store import Store


def claim_item(
    moderator: Moderator,
    guid: str,
    *,
    wants: bool,
    is_deliberate: bool,
    store: Store,
    now: dt.datetime,
) -> Claim | None:
    """The claim that holds afterwards, None for none (fast I/O).

    A soft claim never takes anything from anybody, a deliberate one takes over a soft one; each is
    over by itself. Only deliberate ones are written into the history. Raises Conflict when
    somebody else holds it deliberately, but for who sent it there; NotFound, NotPermitted.
    """
    require(moderator, Action.DECIDE)
    with store.begin() as unit:
        submission = unit.submissions.get(guid)
        require_sight(moderator, submission.site_id)
        own = submission.submission_id
        held = unit.claims.list_of([own], now).get(own)
        is_mine = held is not None and held.moderator_id == moderator.moderator_id
        if held and not is_mine and wants:
            if not is_deliberate:
                return held
            if held.is_deliberate and held.sent_by_id != moderator.moderator_id:
                raise Conflict(f"{held.moderator} has claimed this.")
        was_deliberate = bool(held and is_mine and held.is_deliberate)
        if not wants:
            if was_deliberate and not is_deliberate:
                return held  # leaving a page does not give up what was asked for
            unit.claims.purge(own, moderator.moderator_id)
        else:
            keeps = is_deliberate or was_deliberate
            new = Claim(
                submission_id=own,
                moderator_id=moderator.moderator_id,
                moderator=moderator.name,
                is_deliberate=keeps,
                ends_at=now + (DELIBERATE if keeps else SOFT),
            )
            kept = held if held is not None and is_mine else new
            held = dataclasses.replace(kept, is_deliberate=keeps, ends_at=new.ends_at)
            unit.claims.set(held)
        if is_deliberate and wants != was_deliberate:
            kind = RemarkKind.CLAIM if wants else RemarkKind.RELEASE
            unit.claims.append_remark(own, moderator.moderator_id, kind, now=now)
        unit.commit()
        return held if wants else None
