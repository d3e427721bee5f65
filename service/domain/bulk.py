"""Bulk: one act on many Submissions, frozen when it is shown, done in pieces, undone as one."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from typing import Final

from service.domain.decision import Act

# What one bulk may hold: about a minute of work; more is another bulk.
MOST_ITEMS: Final = 50_000
# Above this a person types the number and gives a reason.
CONFIRM_OVER: Final = 100
# One transaction; whoever writes next waits no longer than this takes (some 50 ms).
PIECE: Final = 200
# Labels one group of near-duplicates may add to training, however many were decided.
MOST_LABELS: Final = 20


class BulkState(enum.Enum):
    """Where a bulk stands."""

    SHOWN = "shown"
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"


class ItemState(enum.Enum):
    """Where one Submission of a bulk stands. CHANGED: somebody decided after the snapshot."""

    WAITS = "waits"
    LEFT_OUT = "left-out"
    DONE = "done"
    CHANGED = "changed"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """One act on many. *undoes* names the bulk that an undo takes back."""

    bulk_id: int
    guid: str
    moderator_id: int
    moderator: str
    act: Act
    state: BulkState
    asked: str
    note: str
    reason: str
    total: int
    done: int
    passed_over: int
    made_at: dt.datetime
    started_at: dt.datetime | None
    ended_at: dt.datetime | None
    undoes: int | None

    @property
    def left(self) -> int:
        """How many still wait to be done."""
        return self.total - self.done - self.passed_over
