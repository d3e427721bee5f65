"""A person signs in with name and password, stays signed in by a token, signs out."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import Final

from service.domain.moderator import MAX_PASSWORD, Moderator, read_name
from service.domain.password import is_password
from service.errors import BadCredentials, InvalidField, NotSignedIn
from service.storage.store import Store

# A sign of life is written at most this often.
_SEEN_EVERY: Final = dt.timedelta(minutes=1)


def sign_in(name: str, password: str, *, store: Store, now: dt.datetime) -> tuple[Moderator, str]:
    """The Moderator and a new session token (256 bits, kept only as a hash).

    Raises BadCredentials, the same one after the same time for every cause (heavy CPU: argon2).
    """
    with store.read() as unit:
        found = unit.moderators.find(_asked(name))
    moderator, kept_hash = found or (None, None)
    if moderator is not None and moderator.deactivated_at is not None:
        kept_hash = None
    if len(password) > MAX_PASSWORD or not is_password(password, kept_hash) or moderator is None:
        raise BadCredentials
    token = secrets.token_urlsafe(32)
    with store.begin() as unit:
        unit.moderators.add_session(_hash(token), moderator.moderator_id, now)
        unit.commit()
    return moderator, token


def _asked(name: str) -> str:
    """The name to look for: "", which nobody has, for one that no moderator can have."""
    try:
        return read_name(name)
    except InvalidField:
        return ""


def find_signed_in(
    token: str, *, idle: dt.timedelta, lifetime: dt.timedelta, store: Store, now: dt.datetime
) -> Moderator:
    """Who is signed in with *token*. Raises NotSignedIn when nobody is, or not any more."""
    if not token:
        raise NotSignedIn
    with store.read() as unit:
        found = unit.moderators.find_session(
            _hash(token),
            made_after=now - lifetime,
            seen_after=now - idle,
        )
    if found is None:
        raise NotSignedIn
    moderator, seen_at = found
    if now - seen_at >= _SEEN_EVERY:
        with store.begin() as unit:
            unit.moderators.set_session_seen(_hash(token), now)
            unit.commit()
    return moderator


def sign_out(token: str, *, store: Store) -> None:
    """End this session; ending it twice is no error."""
    with store.begin() as unit:
        unit.moderators.purge_sessions(token_hash=_hash(token))
        unit.commit()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
