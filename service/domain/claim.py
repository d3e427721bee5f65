"""Claim: who has a Submission open, so that two people do not do the same work."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Final

# By opening: renewed by activity, over by itself when the browser is closed.
SOFT: Final = dt.timedelta(seconds=90)
# By asking: long enough for a question to a colleague, short enough for a forgotten one.
DELIBERATE: Final = dt.timedelta(hours=4)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One Submission held by one person until *ends_at*. Others may still decide, knowingly.

    *handover_id* names the Handover it came from, None for a claim of one's own; *sent_by* is who
    sent it then, by id and by name, with that person's *note*.
    """

    submission_id: int
    moderator_id: int
    moderator: str
    is_deliberate: bool
    ends_at: dt.datetime
    handover_id: int | None = None
    sent_by_id: int | None = None
    sent_by: str = ""
    note: str = ""
