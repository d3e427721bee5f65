"""Do one piece of a running bulk: one transaction, short enough that nobody waits for it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from service.domain.bulk import Bulk, BulkState, ItemState
from service.domain.decision import Act, Decision, Source
from service.storage.bulks import PieceItem
from service.storage.settle import Case
from service.storage.store import Store
from service.storage.unit import Unit


def run_bulk(bulk_id: int, *, store: Store, now: dt.datetime) -> bool:
    """Whether pieces are left after this one (fast I/O: 200 Decisions).

    What somebody decided after the snapshot is passed over; an undo takes its Decision back all the
    same, and what holds then follows from the others.
    """
    with store.begin() as unit:
        bulk = unit.bulks.get(bulk_id, lock=True)
        if bulk.state is not BulkState.RUNNING:
            return False
        piece = unit.bulks.next_piece(bulk_id)
        before = unit.decisions.list_of_many([one.submission_id for one in piece])
        can = [one for one in piece if _still_holds(bulk, one, before[one.submission_id])]
        _decide(unit, bulk, can, before=before, now=now)
        done = {one.submission_id for one in can}
        changed = [one.submission_id for one in piece if one.submission_id not in done]
        unit.bulks.set_items(bulk_id, sorted(done), ItemState.DONE)
        unit.bulks.set_items(bulk_id, changed, ItemState.CHANGED)
        figures: dict[str, Any] = {
            "done": bulk.done + len(can),
            "passed_over": bulk.passed_over + len(changed),
        }
        has_more = bool(piece) and bulk.left > len(piece)
        if not has_more:
            figures |= {"state": BulkState.DONE, "ended_at": now}
        unit.bulks.set(bulk_id, **figures)
        unit.commit()
        return has_more


def _still_holds(bulk: Bulk, one: PieceItem, decisions: list[Decision]) -> bool:
    if bulk.act is Act.UNDO:
        return all(other.undoes != one.undoes for other in decisions)
    return one.version == one.seen_version


def _decide(
    unit: Unit,
    bulk: Bulk,
    items: list[PieceItem],
    *,
    before: dict[int, list[Decision]],
    now: dt.datetime,
) -> None:
    if not items:
        return
    unit.decisions.append_many(
        [
            {
                "submission_id": one.submission_id,
                "act": bulk.act,
                "source": Source.MODERATOR,
                "decided_at": now,
                "moderator_id": bulk.moderator_id,
                "reporter": "",
                "note": bulk.note,
                "reason": bulk.reason,
                "undoes": one.undoes,
                "teaches": one.teaches and bulk.act.label is not None,
                "bulk_id": bulk.bulk_id,
            }
            for one in items
        ],
    )
    after = unit.decisions.list_of_many([one.submission_id for one in items])
    unit.settle_many(
        [
            Case(
                submission_id=one.submission_id,
                site_id=one.site_id,
                author_key=one.author_key,
                verdict=one.verdict,
                before=before[one.submission_id],
                after=after[one.submission_id],
            )
            for one in items
        ],
    )
