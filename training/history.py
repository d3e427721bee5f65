"""History in training: filled by the service's own functions, in the order of time.

What a Comment is given was decided before it, on the same unit; nothing leaks from the future.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Final

from models.comment import Record
from models.history import Memory, traits
from training.example import Example

_BEFORE_ALL: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def with_history(examples: Sequence[Example]) -> list[Example]:
    """*examples*, in the order given, each with the History it had met on its unit (heavy CPU).

    Each is asked about, then decided by its label, in the order of `written_at`; those without a
    time come first, in the order given.
    """
    memories: dict[str, Memory] = {}
    found = list(examples)
    order = sorted(
        range(len(found)), key=lambda at: (found[at].comment.written_at or _BEFORE_ALL, at)
    )
    for at in order:
        example = found[at]
        known = traits(example.comment)
        memory = memories.setdefault(example.unit, Memory())
        history = memory.recall(known)
        found[at] = dataclasses.replace(
            example, comment=dataclasses.replace(example.comment, history=history)
        )
        weight = example.weight
        memory.learn(known, Record(spam=weight) if example.is_spam else Record(ham=weight))
    return found
