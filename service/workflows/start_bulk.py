"""Start what was shown, stop it, or take all of it back: each one answer, done in pieces after."""

from __future__ import annotations

import dataclasses
import datetime as dt

from service.domain.bulk import CONFIRM_OVER, Bulk, BulkState, ItemState
from service.domain.decision import Act
from service.domain.moderator import Action, Moderator, may, require
from service.domain.submission import new_guid
from service.errors import Conflict, InvalidField, NotFound, NotPermitted, ReasonMissing
from service.storage.store import Store
from service.storage.unit import Unit


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What a person says when starting: the number typed, why, and whom to take in after all."""

    number: int | None = None
    note: str = ""
    reason: str = ""
    taken_in: tuple[str, ...] = ()


def start_bulk(
    moderator: Moderator, guid: str, said: Start, *, store: Store, now: dt.datetime
) -> Bulk:
    """The bulk, running now (fast I/O). Starting twice is no error.

    Above `CONFIRM_OVER` the number must be typed and a reason given; that is given for fewer, too,
    where a Site wants one. Raises InvalidField, NotFound, NotPermitted, ReasonMissing.
    """
    require(moderator, Action.BULK)
    with store.begin() as unit:
        found = unit.bulks.find(guid, lock=True)
        if found.moderator_id != moderator.moderator_id:
            raise NotFound
        if found.state is not BulkState.SHOWN:
            return found
        if said.taken_in:
            unit.bulks.take_in(found.bulk_id, said.taken_in)
        total = unit.bulks.count(found.bulk_id, ItemState.WAITS)
        if not total:
            raise InvalidField("item", "Nothing is left to do.")
        if total > CONFIRM_OVER and said.number != total:
            raise InvalidField("number", f"Type the number {total} to go on.")
        is_said = bool(said.note.strip() or said.reason)
        if total > CONFIRM_OVER and not is_said:
            raise InvalidField("note", "Give a reason.")
        if not is_said and _asks_reason(unit, found):
            raise ReasonMissing
        unit.bulks.set(
            found.bulk_id,
            state=BulkState.RUNNING,
            total=total,
            note=said.note.strip()[:2000],
            reason=said.reason,
            started_at=now,
        )
        unit.commit()
        return unit.bulks.get(found.bulk_id)


def _asks_reason(unit: Unit, found: Bulk) -> bool:
    sites = [one.site_id for one in unit.sites.list_all() if one.policy.asks_reason(found.act)]
    return bool(sites) and unit.bulk_looks.has_of(found.bulk_id, sites)


def stop_bulk(moderator: Moderator, guid: str, *, store: Store, now: dt.datetime) -> Bulk:
    """The bulk, stopped after the piece it is at (fast I/O). Raises NotFound, NotPermitted."""
    require(moderator, Action.BULK)
    with store.begin() as unit:
        found = unit.bulks.find(guid, lock=True)
        if found.moderator_id != moderator.moderator_id and not may(moderator, Action.UNDO_OTHERS):
            raise NotPermitted
        if found.state is BulkState.RUNNING:
            unit.bulks.set(found.bulk_id, state=BulkState.STOPPED, ended_at=now)
            unit.commit()
        return unit.bulks.get(found.bulk_id)


def undo_bulk(
    moderator: Moderator, guid: str, *, note: str = "", store: Store, now: dt.datetime
) -> Bulk:
    """A new bulk, running now, that takes every Decision of this one back (slow I/O for many).

    Never times out; what is still running is stopped first. Another's needs a senior and a *note*.
    Raises Conflict when it was taken back already, InvalidField, NotFound, NotPermitted.
    """
    require(moderator, Action.BULK)
    with store.begin() as unit:
        found = unit.bulks.find(guid, lock=True)
        if found.act is Act.UNDO:
            raise Conflict("An undo cannot be undone; decide again instead.")
        if found.moderator_id != moderator.moderator_id:
            if not may(moderator, Action.UNDO_OTHERS):
                raise NotPermitted("Only a senior moderator takes back the decision of another.")
            if not note.strip():
                raise InvalidField("note", "Say why you take back the decision of another.")
        if found.state is BulkState.RUNNING:
            unit.bulks.set(found.bulk_id, state=BulkState.STOPPED, ended_at=now)
        back_id = unit.bulks.add(
            new_guid(),
            moderator.moderator_id,
            Act.UNDO,
            asked=found.asked,
            now=now,
            undoes=found.bulk_id,
        )
        total = unit.bulks.freeze_undo(back_id, found.bulk_id)
        if not total:
            raise Conflict("This was taken back already.")
        unit.bulks.set(
            back_id, state=BulkState.RUNNING, total=total, note=note.strip()[:2000], started_at=now
        )
        unit.commit()
        return unit.bulks.get(back_id)
