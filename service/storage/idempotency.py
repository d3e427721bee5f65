"""Calls that count once: which Idempotency-Key stood for which body, and what came of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Final

import sqlalchemy as sa

from service.storage.history_tables import idempotency

# As long as the longest retry of a queue that we know of waits; then the name is free again.
KEPT: Final = dt.timedelta(hours=24)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One call under one name. *guid* is the Submission it makes; *is_done* once it has."""

    body_hash: str
    guid: str
    is_done: bool


class Idempotency:
    """The Promises of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def find(self, key_id: int, name_hash: str, now: dt.datetime) -> Promise | None:
        """The Promise that a Key made under this name and that still stands, or None."""
        row = self._connection.execute(
            idempotency.select().where(*_of(key_id, name_hash), idempotency.c.expires_at > now),
        ).one_or_none()
        if row is None:
            return None
        return Promise(body_hash=row.body_hash, guid=row.guid, is_done=row.is_done)

    def add(self, key_id: int, name_hash: str, promise: Promise, now: dt.datetime) -> None:
        """Make a Promise; old ones of everybody are dropped. Raises Conflict when one stands."""
        self._connection.execute(idempotency.delete().where(idempotency.c.expires_at <= now))
        self._connection.execute(
            idempotency.insert().values(
                key_id=key_id,
                name_hash=name_hash,
                body_hash=promise.body_hash,
                guid=promise.guid,
                is_done=promise.is_done,
                expires_at=now + KEPT,
            ),
        )

    def set_done(self, key_id: int, name_hash: str, guid: str) -> None:
        """Record that a Promise was kept, and about which Submission."""
        self._connection.execute(
            idempotency.update().where(*_of(key_id, name_hash)).values(is_done=True, guid=guid),
        )


def _of(key_id: int, name_hash: str) -> tuple[sa.ColumnElement[bool], ...]:
    return idempotency.c.key_id == key_id, idempotency.c.name_hash == name_hash
