"""A person signs in with name and password, stays signed in by a token, signs out."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import secrets
from typing import Final

from service.domain.change import What
from service.domain.factor import find_step, recovery_hash, unseal
from service.domain.moderator import MAX_PASSWORD, Moderator, read_name
from service.domain.password import is_password
from service.errors import BadCredentials, InvalidField, NotSignedIn
from service.storage.store import Store
from service.storage.unit import Unit

# A sign of life is written at most this often.
_SEEN_EVERY: Final = dt.timedelta(minutes=1)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a sign-in comes from: for its owner to know it again."""

    agent: str = ""
    address: str = ""


def sign_in(
    name: str, password: str, *, origin: Origin | None = None, store: Store, now: dt.datetime
) -> tuple[Moderator, str]:
    """The Moderator and a new session token (256 bits, kept only as a hash).

    The token is "" when a second factor must still be shown: `prove` gives it. Raises
    BadCredentials, the same one after the same time for every cause (heavy CPU: argon2).
    """
    with store.read() as unit:
        found = unit.moderators.find(_asked(name))
        factor = unit.doors.find_factor(found[0].moderator_id) if found else None
    moderator, kept_hash = found or (None, None)
    if moderator is not None and moderator.deactivated_at is not None:
        kept_hash = None
    if len(password) > MAX_PASSWORD or not is_password(password, kept_hash) or moderator is None:
        raise BadCredentials
    if factor is not None and factor.is_confirmed:
        return moderator, ""
    with store.begin() as unit:
        token = _open(unit, moderator, "password", origin=origin or Origin(), now=now)
        unit.commit()
    return moderator, token


def _asked(name: str) -> str:
    """The name to look for: "", which nobody has, for one that no moderator can have."""
    try:
        return read_name(name)
    except InvalidField:
        return ""


def prove(
    moderator_id: int,
    code: str,
    *,
    origin: Origin | None = None,
    store: Store,
    secret: str,
    now: dt.datetime,
) -> str:
    """A session token for who knew the password and now shows the second factor.

    *code* is one of the authenticator's or a recovery code; each opens once. Raises
    BadCredentials (fast I/O).
    """
    with store.begin() as unit:
        moderator = unit.moderators.get_by_id(moderator_id)
        factor = unit.doors.find_factor(moderator_id, lock=True)
        if factor is None or moderator.deactivated_at is not None:
            raise BadCredentials
        step = find_step(unseal(factor.sealed, secret), code, after=factor.last_step, now=now)
        if step is not None:
            unit.doors.set_factor_step(moderator_id, step)
            how = "password and code"
        elif unit.doors.take_recovery_code(moderator_id, recovery_hash(code, secret)):
            how = "password and recovery code"
        else:
            raise BadCredentials("This code is wrong or was used already.")
        token = _open(unit, moderator, how, origin=origin or Origin(), now=now)
        unit.commit()
    return token


def _open(unit: Unit, moderator: Moderator, how: str, *, origin: Origin, now: dt.datetime) -> str:
    token = secrets.token_urlsafe(32)
    unit.moderators.add_session(
        _hash(token),
        moderator.moderator_id,
        now,
        agent=origin.agent,
        address=origin.address,
    )
    detail = {"how": how, "address": origin.address}
    unit.changes.append(What.SIGN_IN, moderator.name, by=moderator, now=now, detail=detail)
    return token


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
