"""Whose key this is, and for which Site it asks."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from typing import Final

from service.domain.caller import Caller
from service.domain.scope import Scope
from service.domain.site import Site, key_hash, same_address
from service.errors import Conflict, NotPermitted, StoreUnavailable, SuspendedKey, UnknownKey
from service.storage.store import Store

# Often enough to tell an idle key from a used one, rare enough not to write at every call.
_USED_EVERY: Final = dt.timedelta(hours=1)


def find_caller(
    key: str,
    blog: str = "",
    *,
    scope: Scope | None = None,
    store: Store,
    secret: str,
    now: dt.datetime,
) -> Caller:
    """The Caller behind *key*. Raises UnknownKey for a missing, unknown or revoked one (fast I/O).

    A suspended one raises SuspendedKey, which is an UnknownKey to all who do not ask.

    *scope* is what the Key is needed for; raises NotPermitted when it does not reach so far.
    The Site comes from the key alone. Only a network key looks at *blog*: it makes one child Site
    for each blog address it meets. What was found a moment ago (`known.FRESH_S`) is not asked again
    unless something was written here since. While the database is gone a key that was good a few
    hours ago still is; any other is answered by StoreUnavailable, never by UnknownKey.
    """
    if not key:
        raise UnknownKey(detail="no key")
    hashed = key_hash(key, secret)
    caller = _find(hashed, blog, store=store, now=now)
    if scope is not None and scope not in caller.key.scopes:
        raise NotPermitted(f"This key has no scope `{scope.value}`.")
    used = caller.key.last_used_at
    if used is None or now - used >= _USED_EVERY:
        # Nice to know, and no reason to refuse anybody: it is written at the next call.
        with contextlib.suppress(StoreUnavailable), store.quick_begin() as unit:
            unit.sites.set_key_used(caller.key.key_id, now)
            unit.commit()
    return caller


def _find(hashed: str, blog: str, *, store: Store, now: dt.datetime) -> Caller:
    if store.is_gone:
        return _remembered(hashed, blog, store=store)
    asked_at, address = store.known.now(), same_address(blog)
    fresh: Caller | None = store.known.recall_fresh(hashed, address)
    if fresh is not None:
        return fresh
    try:
        found = _ask(hashed, blog, store=store, now=now)
    except StoreUnavailable:
        store.note_gone()
        return _remembered(hashed, blog, store=store)
    except UnknownKey:
        store.known.forget(hashed)
        raise
    store.known.keep(hashed, address, found, asked_at=asked_at)
    return found


def _remembered(hashed: str, blog: str, *, store: Store) -> Caller:
    found: Caller | None = store.known.recall(hashed, same_address(blog)) if store.spool else None
    if found is None:
        raise StoreUnavailable(detail="the database is gone, and this key was not seen lately")
    return found


def _ask(hashed: str, blog: str, *, store: Store, now: dt.datetime) -> Caller:
    with store.read() as unit:
        found = unit.sites.find_key(hashed, now)
        if found is None:
            raise UnknownKey(detail="unknown or revoked key")
        known, owner, is_sealed = found
        if known.suspended_at is not None:
            raise SuspendedKey(owner.site_id)
        site: Site | None = owner
        if owner.is_network and blog.strip():
            site = unit.sites.find_by_blog(blog, parent_id=owner.site_id)
    if site is None:
        site = _add_child(owner, blog, store=store, now=now)
    return Caller(key=known, site=site, owner=owner, is_sealed=is_sealed)


def _add_child(network: Site, blog: str, *, store: Store, now: dt.datetime) -> Site:
    """The Site of a blog that this network's keys meet for the first time."""
    try:
        with store.quick_begin() as unit:
            name = same_address(blog)[:200]
            site = unit.sites.add(
                blog=blog.strip()[:500], name=name, parent_id=network.site_id, now=now
            )
            unit.sites.set_policy(site.site_id, network.policy)
            unit.commit()
            return dataclasses.replace(site, policy=network.policy)
    except Conflict:
        # Another call met it at the same moment and was quicker.
        with store.read() as unit:
            found = unit.sites.find_by_blog(blog, parent_id=network.site_id)
        if found is None:
            raise
        return found
