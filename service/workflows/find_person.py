"""The Moderator that a Key acts for."""

from __future__ import annotations

from service.domain.moderator import Moderator
from service.domain.site import Key
from service.errors import NotPermitted
from service.storage.store import Store


def find_person(key: Key, *, store: Store) -> Moderator:
    """The Moderator behind *key*, with the role they have today. Raises NotPermitted (fast I/O)."""
    if key.moderator_id is not None:
        with store.read() as unit:
            found = unit.moderators.find_by_id(key.moderator_id)
        if found is not None and found.deactivated_at is None:
            return found
    raise NotPermitted("This key acts for no moderator.")
