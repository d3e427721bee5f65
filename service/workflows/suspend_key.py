"""A Key is refused for a while: as if it were revoked, until somebody lets it work again."""

from __future__ import annotations

import datetime as dt

from service.domain.change import What
from service.domain.moderator import Action, Moderator, require, require_sight
from service.domain.site import Key
from service.errors import Conflict
from service.storage.store import Store


def suspend_key(
    key_id: int,
    *,
    is_suspended: bool,
    by: Moderator | None = None,
    store: Store,
    now: dt.datetime,
) -> Key:
    """The Key of this id, suspended from now on or working again; twice is no error (fast I/O).

    Its blog holds what it would have asked about, and asks again later. *by* None is the command
    line. Raises NotFound, Conflict for a revoked one, and for a moderator NotPermitted.
    """
    with store.begin() as unit:
        key = unit.sites.get_key(key_id)
        if by is not None:
            require(by, Action.EDIT_KEYS)
            require_sight(by, key.site_id)
        if key.revoked_at is not None and key.revoked_at <= now:
            raise Conflict("This key is revoked: nothing brings it back.")
        if (key.suspended_at is not None) is not is_suspended:
            unit.sites.set_suspended(key_id, now if is_suspended else None)
            unit.changes.append(
                What.KEY_SUSPEND if is_suspended else What.KEY_RESUME,
                unit.sites.get(key.site_id).blog,
                by=by,
                now=now,
                site_id=key.site_id,
                detail={"key": f"{key.hint}… ({key.name})"},
            )
        changed = unit.sites.get_key(key_id)
        unit.commit()
    return changed
