"""Is this database fit to serve with this secret? And the first Site and moderator of a new one."""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets

from service.domain.moderator import Moderator, Role
from service.domain.password import hash_password
from service.domain.site import key_hash, new_key
from service.errors import NotReady
from service.storage.migrate import current, head
from service.storage.store import Store

_CHECK = "secret_check"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """What was made for a new deployment; the only sight of both secrets there will ever be."""

    key: str
    moderator: Moderator
    password: str


def make_ready(*, with_first: bool, store: Store, secret: str, now: dt.datetime) -> First | None:
    """Check migrations and secret; make a first Site and moderator if asked and none is there.

    The first Site is a network: its key serves any number of blogs, and each appears by its own
    address. Raises NotReady with the command that mends it.
    """
    require_migrated(store)
    check = key_hash("chaffinch", secret)
    with store.begin() as unit:
        kept = unit.find_meta(_CHECK)
        is_new = not unit.sites.list_all() and not unit.moderators.list_all()
        if kept != check:
            if kept is not None and not is_new:
                raise NotReady(
                    "The keys in this database were made with another secret: set "
                    "CHAFFINCH_SECRET_KEY (or restore secret.key in the data folder).",
                )
            unit.set_meta(_CHECK, check)
            unit.commit()
    return _first(store, secret, now) if with_first and is_new else None


def require_migrated(store: Store) -> None:
    """Raise NotReady unless the tables are those this program knows (fast I/O)."""
    stands_at = current(store.engine)
    if stands_at != head():
        raise NotReady(
            f"The database stands at migration {stands_at or 'none'}, this program needs {head()}: "
            "run `chaffinch db upgrade`.",
        )


def _first(store: Store, secret: str, now: dt.datetime) -> First:
    key, password = new_key(), secrets.token_urlsafe(12)
    kept = hash_password(password)
    with store.begin() as unit:
        site = unit.sites.add(
            blog="http://localhost/",
            name="My blogs",
            is_network=True,
            now=now,
        )
        unit.sites.add_key(
            site.site_id, name="first", key_hash=key_hash(key, secret), hint=key[:4], now=now
        )
        moderator = unit.moderators.add(name="owner", password_hash=kept, role=Role.OWNER, now=now)
        unit.commit()
    return First(key=key, moderator=moderator, password=password)
