"""Give the address of a list a name, for oneself or for all; or forget the name."""

from __future__ import annotations

import datetime as dt

from service.domain.moderator import Action, Moderator, require
from service.errors import InvalidField
from service.storage.store import Store

_MOST_NAME = 80


def save_view(
    moderator: Moderator,
    *,
    name: str = "",
    place: str = "",
    is_shared: bool = False,
    forget_id: int | None = None,
    store: Store,
    now: dt.datetime,
) -> None:
    """Keep *place* under *name*, or forget the view *forget_id* (fast I/O).

    *place* is a path of our own pages; the caller sees to that. Raises InvalidField, NotPermitted.
    """
    require(moderator, Action.LOOK)
    name = " ".join(name.split())
    if forget_id is None and not 1 <= len(name) <= _MOST_NAME:
        raise InvalidField("name", "A name has 1 to 80 characters.")
    with store.begin() as unit:
        if forget_id is not None:
            unit.saved_views.purge(forget_id, moderator.moderator_id)
        else:
            unit.saved_views.add(moderator.moderator_id, name, place, is_shared=is_shared, now=now)
        unit.commit()
