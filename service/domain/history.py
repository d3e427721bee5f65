"""History: one comment from a file of another program, with what is known of its Label.

The one table of how much each kind of evidence is worth stands here.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from typing import Final

from models.comment import Comment, Label


class LabelSource(enum.Enum):
    """Where a Label of a file comes from, weakest first."""

    NONE = "none"
    MACHINE = "machine"
    IMPLIED = "implied"
    HUMAN = "human"

    @property
    def rank(self) -> int:
        """A later run changes a Label only when its source ranks higher."""
        return list(LabelSource).index(self)


# A person at the blog counts as a Site's report does; what was merely left standing counts half of
# that, and another program's opinion least of all, and only when asked for.
WEIGHTS: Final = {
    LabelSource.NONE: 0.0,
    LabelSource.MACHINE: 0.1,
    LabelSource.IMPLIED: 0.25,
    LabelSource.HUMAN: 0.5,
}
# Ham that nobody removed for so long was seen and left (IMPORT, label mapping).
SETTLES_IN: Final = dt.timedelta(days=30)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One comment of a file. *source_id* is its number there, unique inside (Site, format).

    *exclude* says why it must not teach ("" when it may); *origin* is who labelled it first, when
    the file is an export of ours, and *received_at* when we first got it.
    """

    source_id: str
    comment: Comment
    label: Label | None = None
    label_source: LabelSource = LabelSource.NONE
    label_note: str = ""
    label_at: dt.datetime | None = None
    received_at: dt.datetime | None = None
    exclude: str = ""
    weight: float | None = None
    origin: str = ""

    @property
    def counts(self) -> float:
        """How much it counts in training."""
        return WEIGHTS[self.label_source] if self.weight is None else self.weight


def settle(past: Past, now: dt.datetime) -> Past:
    """*past* without a Label that is only implied by its having been left alone for too short."""
    written_at = past.comment.written_at
    is_young = written_at is None or now - written_at < SETTLES_IN
    if past.label is Label.HAM and past.label_source is LabelSource.IMPLIED and is_young:
        return dataclasses.replace(past, exclude=past.exclude or "younger than 30 days")
    return past
