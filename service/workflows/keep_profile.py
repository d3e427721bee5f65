"""What a person sets for themselves: password, choices, mail, sessions, second factor."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib

from service.domain.accuracy import Accuracy
from service.domain.change import What
from service.domain.factor import (
    find_step,
    new_factor,
    new_recovery_codes,
    recovery_hash,
    seal,
    unseal,
)
from service.domain.moderator import MAX_PASSWORD, Moderator, read_email, read_password
from service.domain.password import hash_password, is_password
from service.domain.preferences import Preferences, write_preferences
from service.errors import BadCredentials, Conflict, InvalidField
from service.storage.moderators import Session
from service.storage.store import Store


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a person's own page shows, and nobody else's. *own_mark* is the session that asks."""

    sessions: tuple[Session, ...]
    own_mark: str
    has_factor: bool
    recovery_codes: int
    identities: tuple[str, ...]
    accuracy: Accuracy


def get_profile(
    moderator: Moderator,
    token: str,
    *,
    idle: dt.timedelta,
    lifetime: dt.timedelta,
    store: Store,
    now: dt.datetime,
) -> Profile:
    """The doors of this person, and how their decisions fared (fast I/O).

    *token* is the one of the session that asks.
    """
    with store.read() as unit:
        factor = unit.doors.find_factor(moderator.moderator_id)
        sessions = unit.moderators.list_sessions(
            moderator.moderator_id, made_after=now - lifetime, seen_after=now - idle
        )
        return Profile(
            sessions=tuple(sessions),
            own_mark=_hash(token)[:16],
            has_factor=factor is not None and factor.is_confirmed,
            recovery_codes=unit.doors.count_recovery_codes(moderator.moderator_id),
            identities=tuple(unit.doors.list_identities(moderator.moderator_id)),
            accuracy=unit.read_accuracy(moderator.moderator_id),
        )


def set_choices(
    moderator: Moderator, choices: Preferences, *, store: Store, now: dt.datetime
) -> None:
    """Keep how this person likes the pages (fast I/O)."""
    before, after = write_preferences(moderator.preferences), write_preferences(choices)
    changed = {name: str(after[name]) for name in after if after[name] != before[name]}
    if not changed:
        return
    with store.begin() as unit:
        unit.moderators.set_preferences(moderator.moderator_id, choices)
        unit.changes.append(What.PROFILE, moderator.name, by=moderator, now=now, detail=changed)
        unit.commit()


def set_own_email(moderator: Moderator, email: str, *, store: Store, now: dt.datetime) -> None:
    """Where this person's mail goes; "" for nowhere. Raises InvalidField."""
    email = read_email(email)
    if email == moderator.email:
        return
    with store.begin() as unit:
        unit.moderators.set_email(moderator.moderator_id, email)
        detail = {"email": email or "none"}
        unit.changes.append(What.PROFILE, moderator.name, by=moderator, now=now, detail=detail)
        unit.commit()


def set_own_password(
    moderator: Moderator, old: str, new: str, *, token: str, store: Store, now: dt.datetime
) -> None:
    """A new password; every other session ends. Raises BadCredentials, InvalidField (argon2)."""
    _require_password(moderator, old, store)
    kept = hash_password(read_password(new))
    with store.begin() as unit:
        unit.moderators.set_password(moderator.moderator_id, kept)
        unit.moderators.purge_other_sessions(moderator.moderator_id, kept=_hash(token))
        unit.changes.append(What.PERSON_PASSWORD, moderator.name, by=moderator, now=now)
        unit.commit()


def end_sessions(
    moderator: Moderator, *, mark: str = "", token: str, store: Store, now: dt.datetime
) -> int:
    """End one other session of one's own, or every other; answers with how many (fast I/O)."""
    with store.begin() as unit:
        ended = unit.moderators.purge_other_sessions(
            moderator.moderator_id, kept=_hash(token), mark=mark
        )
        if ended:
            detail = {"sessions": str(ended)}
            what = What.SESSION_END
            unit.changes.append(what, moderator.name, by=moderator, now=now, detail=detail)
        unit.commit()
    return ended


def begin_factor(moderator: Moderator, password: str, *, store: Store, secret: str) -> str:
    """The secret for an authenticator; nothing is asked for before `confirm_factor`.

    Raises BadCredentials, Conflict when there is one already (heavy CPU: argon2).
    """
    _require_password(moderator, password, store)
    factor = new_factor()
    with store.begin() as unit:
        kept = unit.doors.find_factor(moderator.moderator_id)
        if kept is not None and kept.is_confirmed:
            raise Conflict("There is a second factor already; end that one first.")
        unit.doors.set_factor(moderator.moderator_id, seal(factor, secret))
        unit.commit()
    return factor


def find_begun_factor(moderator: Moderator, *, store: Store, secret: str) -> str:
    """The secret that was begun and not yet confirmed, or "" (fast I/O)."""
    with store.read() as unit:
        kept = unit.doors.find_factor(moderator.moderator_id)
    return unseal(kept.sealed, secret) if kept is not None and not kept.is_confirmed else ""


def confirm_factor(
    moderator: Moderator, code: str, *, store: Store, secret: str, now: dt.datetime
) -> list[str]:
    """The recovery codes, shown once; from now on a sign-in needs a code. Raises InvalidField."""
    codes = new_recovery_codes()
    with store.begin() as unit:
        kept = unit.doors.find_factor(moderator.moderator_id, lock=True)
        if kept is None or kept.is_confirmed:
            raise Conflict("There is nothing to confirm.")
        step = find_step(unseal(kept.sealed, secret), code, after=kept.last_step, now=now)
        if step is None:
            raise InvalidField("code", "This is not the code of now. Is the phone's clock right?")
        unit.doors.set_factor_step(moderator.moderator_id, step)
        unit.doors.set_factor_confirmed(moderator.moderator_id, now)
        hashes = [recovery_hash(one, secret) for one in codes]
        unit.doors.set_recovery_codes(moderator.moderator_id, hashes)
        unit.changes.append(What.SECOND_FACTOR_ON, moderator.name, by=moderator, now=now)
        unit.commit()
    return codes


def end_factor(moderator: Moderator, password: str, *, store: Store, now: dt.datetime) -> None:
    """A sign-in needs the password alone again. Raises BadCredentials (heavy CPU: argon2)."""
    _require_password(moderator, password, store)
    with store.begin() as unit:
        unit.doors.purge_factor(moderator.moderator_id)
        unit.changes.append(What.SECOND_FACTOR_OFF, moderator.name, by=moderator, now=now)
        unit.commit()


def _require_password(moderator: Moderator, password: str, store: Store) -> None:
    with store.read() as unit:
        found = unit.moderators.find(moderator.name)
    kept = found[1] if found else None
    if len(password) > MAX_PASSWORD or not is_password(password, kept):
        raise BadCredentials("Your password is wrong.")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
