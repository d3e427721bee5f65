"""One guid for the attempts of one check: a WordPress that hears nothing asks up to three times."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import Final

from service.domain.keyed import keyed_hash
from service.errors import StoreUnavailable
from service.storage.store import Store

# Attempts say the same byte for byte and follow each other within the plugin's time-outs (three of
# 10 s). What says the same later is another comment.
_SLOT_S: Final = 600
_ATTEMPTS_S: Final = 60
_PURPOSE: Final = b"chaffinch attempt"


def name_attempt(said: bytes, key_id: int, *, store: Store, secret: str, now: dt.datetime) -> str:
    """The guid of the check that *said* this: that of the attempt before it, if there was one.

    Nobody can guess it who has not the *secret*. Free, but for one look at the database in one
    minute of ten: an attempt may have come before the slot began.
    """
    slot, into = divmod(int(now.timestamp()), _SLOT_S)

    def named(number: int) -> str:
        told = b"%s\n%d\n%d\n%s" % (_PURPOSE, key_id, number, said)
        return keyed_hash(secret.encode(), told)[:32]

    if into < _ATTEMPTS_S:
        with contextlib.suppress(StoreUnavailable), store.quick_read() as unit:
            if unit.submissions.find(named(slot - 1)) is not None:
                return named(slot - 1)
    return named(slot)
