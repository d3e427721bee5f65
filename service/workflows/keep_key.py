"""Keep a Key's text, sealed, where a blog must hear of decisions by it."""

from __future__ import annotations

import contextlib

from service.domain.sealing import seal
from service.domain.site import Key
from service.errors import StoreUnavailable
from service.storage.store import Store


def keep_key(key: Key, text: str, *, store: Store, secret: str) -> None:
    """Seal *text*, that of *key*; once for each Key whose blog asks to be called back (fast I/O).

    domain/sealing.py says why it is kept at all. While the database is gone it is left for the
    next call: no reason to refuse this one.
    """
    with contextlib.suppress(StoreUnavailable), store.quick_begin() as unit:
        unit.webhooks.set_sealed(key.key_id, seal(text.strip(), secret))
        unit.commit()
