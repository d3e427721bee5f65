"""Compare the newest scores with the first ones of the same model, and keep what comes out.

The first thousand scores of a model are its measure: they are what it met when it was promoted.
They are counted once and kept, so that nobody looks for them among a million later.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Sequence
from typing import Final

from service.domain.drift import histogram, stability_index
from service.storage.gauges import DRIFT
from service.storage.store import Store
from service.storage.submissions import Scored

_MANY: Final = 1000


@dataclasses.dataclass(slots=True)
class _First:
    """The first scores of *model_id*: how many in which step, and up to which Submission."""

    model_id: str
    counts: list[int]
    until: int


def measure_drift(*, store: Store, now: dt.datetime) -> None:
    """Look at the newest thousand Submissions, once a minute at most (fast I/O, by key).

    Safe to run in several processes at once: the first in each minute does it.
    """
    minute = now.strftime("%Y-%m-%dT%H:%M")
    with store.begin() as unit:
        kept = json.loads(unit.lock_meta(DRIFT, "{}"))
        if kept.get("minute") == minute:
            return
        newest = unit.submissions.list_scores(limit=_MANY)
        model_id = newest[0].model_id if newest else ""
        first = _read(kept, model_id, newest)
        if sum(first.counts) < _MANY:
            _count_on(first, unit.submissions.list_first_scores(first.until, limit=_MANY))
        recent = [
            one.score
            for one in newest
            if one.model_id == model_id and one.submission_id > first.until
        ]
        found = stability_index(first.counts, histogram(recent))
        told = dataclasses.asdict(first) | {"minute": minute, "index": found}
        unit.set_meta(DRIFT, json.dumps(told))
        unit.commit()


def _read(kept: dict[str, object], model_id: str, newest: Sequence[Scored]) -> _First:
    """What is kept of this model; from the oldest of the *newest* on when it is another one."""
    counts, until = kept.get("counts"), kept.get("until")
    if kept.get("model_id") == model_id and isinstance(counts, list) and isinstance(until, int):
        return _First(model_id, counts, until)
    own = [one.submission_id for one in newest if one.model_id == model_id]
    return _First(model_id, histogram(()), min(own) - 1 if own else 0)


def _count_on(first: _First, rows: Sequence[Scored]) -> None:
    for one in rows:
        if sum(first.counts) >= _MANY:
            return
        first.until = one.submission_id
        if one.model_id == first.model_id:
            more = histogram([one.score])
            first.counts = [a + b for a, b in zip(first.counts, more, strict=True)]
