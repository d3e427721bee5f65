"""Handover: a waiting Submission that one person gave to another, with a word about it."""

from __future__ import annotations

import dataclasses
import datetime as dt


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """*sender* asked *receiver* to decide a Submission. Their names; *note* may be "". Append-only.

    The receiver's Claim names the Handover it came from, and ends like any other.
    """

    sender: str
    receiver: str
    note: str
    made_at: dt.datetime
