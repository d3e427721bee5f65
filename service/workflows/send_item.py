"""Give what waits to a colleague, with a word about it: a claim for somebody else."""

from __future__ import annotations

import datetime as dt

from service.domain.claim import DELIBERATE, Claim
from service.domain.decision import Outcome
from service.domain.moderator import Action, Moderator, decides, require, require_sight
from service.errors import Conflict, InvalidField
from service.storage.store import Store


def send_item(
    moderator: Moderator,
    guid: str,
    receiver_id: int | None,
    *,
    note: str = "",
    store: Store,
    now: dt.datetime,
) -> Claim:
    """The claim that the colleague of this id has now (fast I/O).

    It is deliberate: over in four hours, when let go, or when anybody decides. It takes nothing
    from who claimed the comment deliberately, but for who sends it on, and for who had sent it
    there. Raises InvalidField when nobody of this id could decide it, Conflict when it does not
    wait or is claimed, NotFound, NotPermitted.
    """
    require(moderator, Action.DECIDE)
    with store.begin() as unit:
        one = unit.submissions.get(guid)
        require_sight(moderator, one.site_id)
        if one.outcome is not Outcome.UNSURE:
            raise Conflict("This does not wait any more.")
        to = unit.moderators.find_by_id(receiver_id) if receiver_id is not None else None
        own = moderator.moderator_id
        if to is None or to.moderator_id == own or not decides(to, one.site_id):
            raise InvalidField("to", "Choose a colleague who decides on this site.")
        held = unit.claims.list_of([one.submission_id], now).get(one.submission_id)
        is_own = held is not None and own in {held.moderator_id, held.sent_by_id}
        if held is not None and held.is_deliberate and not is_own:
            raise Conflict(f"{held.moderator} has claimed this.")
        text = note.strip()
        handover_id = unit.claims.append_handover(
            one.submission_id, own, to.moderator_id, note=text, now=now
        )
        made = Claim(
            submission_id=one.submission_id,
            moderator_id=to.moderator_id,
            moderator=to.name,
            is_deliberate=True,
            ends_at=now + DELIBERATE,
            handover_id=handover_id,
            sent_by_id=own,
            sent_by=moderator.name,
            note=text,
        )
        unit.claims.set(made)
        # Who had put it off before sees it where it stands now.
        unit.claims.purge_skipped(one.submission_id, to.moderator_id)
        unit.commit()
    return made
