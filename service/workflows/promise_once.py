"""A call with an Idempotency-Key counts once: the same body is answered again, another refused."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib

from service.domain.submission import new_guid
from service.errors import Conflict
from service.storage.idempotency import Promise
from service.storage.store import Store


@dataclasses.dataclass(frozen=True, slots=True)
class Name:
    """The name of one call: whose Key, and the hash of what stood in the header."""

    key_id: int
    name_hash: str


def promise_once(
    key_id: int, text: str, body: bytes, *, store: Store, now: dt.datetime
) -> tuple[Name, Promise]:
    """The Promise under this name, a new one if there was none; durable (fast I/O).

    Its guid is what the Submission shall be called: two calls at once, or one that was cut short
    and comes again, make the same row and so count once. Raises Conflict for another body.
    """
    name = Name(key_id, hashlib.sha256(text.encode("utf-8", "replace")).hexdigest())
    fresh = Promise(body_hash=hashlib.sha256(body).hexdigest(), guid=new_guid(), is_done=False)
    try:
        with store.begin() as unit:
            found = unit.idempotency.find(key_id, name.name_hash, now)
            if found is None:
                unit.idempotency.add(key_id, name.name_hash, fresh, now)
                unit.commit()
    except Conflict:
        # Another call under this name was quicker by a moment.
        with store.read() as unit:
            found = unit.idempotency.find(key_id, name.name_hash, now)
    if found is not None and found.body_hash != fresh.body_hash:
        raise Conflict("This Idempotency-Key was sent with another body.")
    return name, found or fresh


def keep_promise(name: Name, guid: str, *, store: Store) -> None:
    """Record that the call did what it was to do, about *guid* (fast I/O)."""
    with store.begin() as unit:
        unit.idempotency.set_done(name.key_id, name.name_hash, guid)
        unit.commit()


def item_guid(guid: str, index: int) -> str:
    """The guid of one item of a batch that goes by *guid*."""
    return hashlib.sha256(f"{guid}:{index}".encode()).hexdigest()[:32]
