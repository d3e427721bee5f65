"""EntryDraft: what a person asks to be put on the lists, and whether that can be."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Final

from service.domain.entry import Effect, Entry, EntryKind, EntryStatus, read_pattern
from service.domain.matcher import compile_regex
from service.domain.moderator import Action, Moderator, require, require_reach
from service.errors import InvalidField

MOST_DAYS: Final = 3650


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EntryDraft:
    """What a person asks for. *site_id* None: every Site. *days* None: until somebody ends it."""

    kind: EntryKind
    pattern: str
    effect: Effect
    site_id: int | None = None
    status: EntryStatus = EntryStatus.LIVE
    why: str = ""
    days: int | None = None


def read_draft(moderator: Moderator, draft: EntryDraft, *, now: dt.datetime) -> Entry:
    """The Entry that *draft* would become. Free.

    Raises InvalidField, NotPermitted, NotFound for a Site that is not the person's.
    """
    require(moderator, Action.EDIT_LISTS)
    require_reach(moderator, draft.site_id)
    pattern = read_pattern(draft.kind, draft.pattern)
    if draft.kind is EntryKind.REGEX:
        compile_regex(pattern)
    if draft.days is not None and not 1 <= draft.days <= MOST_DAYS:
        raise InvalidField("days", "An entry lasts for 1 to 3650 days, or until it is ended.")
    return Entry(
        entry_id=0,
        site_id=draft.site_id,
        kind=draft.kind,
        pattern=pattern,
        effect=draft.effect,
        status=draft.status,
        why=draft.why.strip(),
        made_by=moderator.moderator_id,
        made_at=now,
        expires_at=now + dt.timedelta(days=draft.days) if draft.days else None,
    )
