"""How much people have taught so far: what the model's page says of it."""

from __future__ import annotations

from typing import Final

from service.domain.moderator import Action, Moderator, require
from service.storage.store import Store

MOST_COUNTED: Final = 10_000


def count_decided(moderator: Moderator, *, store: Store) -> int:
    """How many Decisions people made on this server, to `MOST_COUNTED` (fast I/O).

    Raises NotPermitted.
    """
    require(moderator, Action.LOOK)
    with store.read() as unit:
        return unit.decisions.count_by_people(most=MOST_COUNTED)
