"""SiteLabel: one Decision that stands, and which of them may teach.

Service and training keep reports out by the same function, so that neither learns what the other
would refuse.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable
from typing import Final

from models.comment import Comment, History, Record
from models.history import Memory, Traits, traits

# A Site's report counts half a moderator's Decision: nobody knows who pressed the button there.
REPORT_WEIGHT: Final = 0.5
# Reports of one day beyond this are a burst: they wait for a moderator (THREATS 64-67).
MOST_REPORTS_A_DAY: Final = 50


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SiteLabel:
    """One Decision that stands: of a moderator, or a Site's report. *key* is the Submission's."""

    key: str
    comment: Comment
    is_spam: bool
    is_moderator: bool
    decided_at: dt.datetime


def traits_of(label: SiteLabel) -> Traits:
    """What its Comment can be known again by (heavy CPU)."""
    return traits(label.comment)


def admitted(
    labels: Iterable[SiteLabel], known: Callable[[SiteLabel], Traits] = traits_of
) -> tuple[list[SiteLabel], list[tuple[SiteLabel, str]]]:
    """The labels that may teach, oldest first, and the reports held back, each with its reason.

    A moderator's label always teaches. A report is held when its day had too many before it, or
    when moderators decided the same author or the same text the other way. *known* may remember
    traits worked out before.
    """
    ordered = sorted(labels, key=lambda one: (one.decided_at, one.key))
    trusted = Memory()
    for label in ordered:
        if label.is_moderator:
            trusted.learn(known(label), record(label, 1.0))
    days: collections.Counter[dt.date] = collections.Counter()
    kept, held = [], []
    for label in ordered:
        if label.is_moderator:
            kept.append(label)
            continue
        day = label.decided_at.astimezone(dt.UTC).date()
        days[day] += 1
        if days[day] > MOST_REPORTS_A_DAY:
            held.append((label, "too many reports on one day"))
        elif _contradicts(label, trusted.recall(known(label))):
            held.append((label, "moderators decided otherwise"))
        else:
            kept.append(label)
    return kept, held


def _contradicts(label: SiteLabel, trusted: History) -> bool:
    for record in (trusted.text, trusted.author):
        against = record.ham if label.is_spam else record.spam
        agreeing = record.spam if label.is_spam else record.ham
        if against > agreeing:
            return True
    return False


def weight_of(label: SiteLabel) -> float:
    """How much a label counts, 1.0 for a moderator's."""
    return 1.0 if label.is_moderator else REPORT_WEIGHT


def record(label: SiteLabel, weight: float) -> Record:
    """A label as what memory keeps."""
    return Record(spam=weight) if label.is_spam else Record(ham=weight)
