"""Chores that every deployment has done by the clock, and when one of them was left undone."""

from __future__ import annotations

import datetime as dt
from typing import Final

RETAIN: Final = "retain"
HOLD: Final = "hold-entries"
EVERY: Final = {RETAIN: dt.timedelta(days=1), HOLD: dt.timedelta(hours=1)}
_PERIODS: Final = 3
# A server that rests for a night, or while it is upgraded, has left nothing undone.
_LEAST: Final = dt.timedelta(days=1)


def is_overdue(chore: str, last: dt.datetime, now: dt.datetime) -> bool:
    """Whether *chore*, last done at *last*, was left out for several of its periods.

    >>> noon = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
    >>> [is_overdue(RETAIN, noon, noon + dt.timedelta(days=days)) for days in (1, 3, 4)]
    [False, False, True]
    """
    return now - last > max(_PERIODS * EVERY[chore], _LEAST)
