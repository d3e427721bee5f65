"""The key of the pseudonyms of IP addresses: made by chance, destroyed after a month."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

from service.errors import Conflict, StoreUnavailable
from service.storage.unit import Unit

# Two comments are known to come from one address when no more than this lies between them.
LIVES: Final = dt.timedelta(days=30)
NAME: Final = "address-key"
# How long another process's new key may go unseen here.
_STALE_S: Final = 60.0


Opened = Callable[[], AbstractContextManager[Unit]]


class AddressKey:
    """The key of now, the same for all processes of a deployment. Safe between threads.

    *reading* and *writing* open a transaction.
    """

    def __init__(
        self, reading: Opened, writing: Opened, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._reading = reading
        self._writing = writing
        self._monotonic = monotonic
        self._turn = threading.Lock()
        self._key = b""
        self._ends_at = _NEVER
        self._asked_at = float("-inf")

    def get(self, now: dt.datetime) -> bytes:
        """The key (free; one look at the database a minute).

        The one known last while the database is gone; b"" when none was ever known, or when it is
        too old to be used: then only networks are kept.
        """
        with self._turn:
            if self._monotonic() - self._asked_at >= _STALE_S:
                self._asked_at = self._monotonic()
                # Nobody can tell, or two made the first one at once: a minute without news of it.
                with contextlib.suppress(StoreUnavailable, Conflict):
                    self._key, self._ends_at = self._look(now)
            return self._key if now < self._ends_at else b""

    def _look(self, now: dt.datetime) -> tuple[bytes, dt.datetime]:
        with self._reading() as unit:
            made_at, key = _read(unit.find_meta(NAME))
        if not _lives(made_at, now):
            with self._writing() as unit:
                unit.alone(NAME)
                made_at, key = _read(unit.find_meta(NAME))
                if not _lives(made_at, now):
                    made_at, key = now, secrets.token_bytes(32)
                    unit.set_meta(NAME, json.dumps([made_at.isoformat(), key.hex()]))
                    unit.commit()
        return key, made_at + LIVES


_NEVER: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def _lives(made_at: dt.datetime, now: dt.datetime) -> bool:
    # A clock that was set back must not keep a key alive.
    return made_at <= now < made_at + LIVES


def _read(kept: str | None) -> tuple[dt.datetime, bytes]:
    if not kept:
        return _NEVER, b""
    made_at, key = json.loads(kept)
    return dt.datetime.fromisoformat(made_at), bytes.fromhex(key)
