"""Put one line on the lists: from the lists' own page, or together with a Decision."""

from __future__ import annotations

import dataclasses
import datetime as dt

from service.domain.change import What
from service.domain.decision import standing
from service.domain.draft import EntryDraft, read_draft
from service.domain.entry import Entry
from service.domain.moderator import Moderator
from service.errors import NotFound
from service.storage.store import Store
from service.storage.unit import Unit


def add_entry(
    moderator: Moderator,
    draft: EntryDraft,
    *,
    with_decision_on: str = "",
    store: Store,
    now: dt.datetime,
) -> Entry:
    """The Entry, looked for from the next comment on; the one that is there, if it is (fast I/O).

    *with_decision_on* is the guid of a Submission that this person decided: the Entry is a part of
    that Decision then, and ends when it is taken back. Raises InvalidField, NotPermitted, NotFound
    for a Site that is not the person's or a Submission they did not decide.
    """
    new = read_draft(moderator, draft, now=now)
    with store.begin() as unit:
        same = unit.entries.find_same(new)
        if same is not None:
            return same
        decision_id = _decision(unit, moderator, with_decision_on) if with_decision_on else None
        added = unit.entries.add(dataclasses.replace(new, decision_id=decision_id))
        unit.changes.append(
            What.ENTRY_ADD,
            added.pattern,
            by=moderator,
            now=now,
            site_id=added.site_id,
            detail={
                "kind": added.kind.value,
                "effect": added.effect.value,
                "status": added.status.value,
                "why": added.why,
            },
        )
        unit.commit()
    store.lists.forget()
    return added


def _decision(unit: Unit, moderator: Moderator, guid: str) -> int:
    submission = unit.submissions.get(guid)
    holds = standing(unit.decisions.list_of(submission.submission_id))
    if holds is None or holds.moderator_id != moderator.moderator_id:
        raise NotFound("There is no such decision.")
    return holds.decision_id
