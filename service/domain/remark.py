"""Remark: what people wrote or did about a Submission beside deciding it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum


class RemarkKind(enum.Enum):
    """A note, or a deliberate claim and its release. Soft claims are never written down."""

    NOTE = "note"
    CLAIM = "claim"
    RELEASE = "release"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One line in a Submission's history that decides nothing."""

    kind: RemarkKind
    moderator: str
    text: str
    made_at: dt.datetime
