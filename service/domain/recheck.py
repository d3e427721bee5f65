"""Recheck: what the model and the rules of that day said of a Submission that had its answer."""

from __future__ import annotations

import dataclasses
import datetime as dt


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """*moderator* asked again: *score* (0 to 1) by *model_id*, and what was stored before it.

    *was_score* None: there was none. *rule* names the rule that answers such a comment now, ""
    when none does. Append-only; it is no Scoring, for no blog was told.
    """

    moderator: str
    made_at: dt.datetime
    model_id: str
    score: float
    rule: str = ""
    was_model_id: str = ""
    was_score: float | None = None
