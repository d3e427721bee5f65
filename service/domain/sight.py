"""What a reader sees of a text, and the same folded: worked out once for all that asks for it."""

from __future__ import annotations

import dataclasses

from models.text import Seen, fold_seen, look


@dataclasses.dataclass(frozen=True, slots=True)
class Sight:
    """One text: as it is *seen*, and that in one spelling (*folded*)."""

    seen: Seen
    folded: str


def sight(text: str) -> Sight:
    """*text* looked at and folded (about 0.1 ms for 300 letters)."""
    seen = look(text)
    return Sight(seen, fold_seen(seen.text))
