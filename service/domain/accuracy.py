"""How often a person's decisions stood: what only that person is shown."""

from __future__ import annotations

import dataclasses
from typing import Final

from service.domain.audit import share_between

# So many of the newest single decisions are looked at, and so many are counted at the outside.
MOST_LOOKED_AT: Final = 1_000
MOST_MADE: Final = 10_000
# A range wider than a fifth says nothing: about twenty decisions without a fault are needed.
_WIDEST: Final = 0.2


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """What became of a person's Decisions.

    *made* counts all of them, undos left out, to `MOST_MADE`. Of the newest *looked_at* that were
    made one by one, others took *taken_back* back and decided *otherwise* later; *overruled* counts
    what met with either. *sampled* of them were of the blind sample and stand: there the machine
    had said the same *agreed* times. What blogs report afterwards is not counted.
    """

    made: int = 0
    looked_at: int = 0
    taken_back: int = 0
    otherwise: int = 0
    overruled: int = 0
    sampled: int = 0
    agreed: int = 0


def telling_share(count: int, total: int) -> tuple[float, float] | None:
    """The 95 % range of *count* of *total*; None when it is too wide to tell anything."""
    found = share_between(count, total)
    return found if found and found[1] - found[0] <= _WIDEST else None
