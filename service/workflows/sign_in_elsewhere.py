"""A person whom an OpenID provider vouches for signs in, or connects that sign-in to theirs."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import hashlib
import secrets

from service.domain.change import What
from service.domain.moderator import Moderator, Role, read_email, read_name
from service.domain.password import hash_password
from service.errors import BadCredentials, Conflict, InvalidField
from service.storage.store import Store
from service.storage.unit import Unit


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """What the provider says: who *subject* is at *issuer*; name and mail are only suggestions."""

    issuer: str
    subject: str
    name: str = ""
    email: str = ""


def sign_in_elsewhere(
    who: Vouched,
    *,
    new_role: Role | None,
    agent: str = "",
    address: str = "",
    store: Store,
    now: dt.datetime,
) -> tuple[Moderator, str]:
    """The Moderator behind *who* and a new session token.

    Somebody new becomes a Moderator with *new_role*, or is refused when that is None. Nobody is
    ever taken for a Moderator by name or mail: those are not proof. Raises BadCredentials.
    """
    with store.read() as unit:
        known = unit.doors.find_identity(who.issuer, who.subject)
    if known is None and new_role is None:
        raise BadCredentials(
            "Nobody here is known by this sign-in. Sign in with your password first, and connect "
            "it in your profile.",
        )
    kept = "" if known is not None else hash_password(secrets.token_urlsafe(32))
    try:
        with store.begin() as unit:
            if known is None:
                moderator = _add(unit, who, new_role or Role.VIEWER, kept=kept, now=now)
            else:
                moderator = unit.moderators.get_by_id(known)
            if moderator.deactivated_at is not None:
                raise BadCredentials
            token = secrets.token_urlsafe(32)
            token_hash = hashlib.sha256(token.encode()).hexdigest()
            unit.moderators.add_session(
                token_hash, moderator.moderator_id, now, agent=agent, address=address
            )
            detail = {"how": who.issuer, "address": address}
            unit.changes.append(What.SIGN_IN, moderator.name, by=moderator, now=now, detail=detail)
            unit.commit()
    except Conflict:
        raise BadCredentials(
            "Somebody here has this name already. Sign in with your password first, and connect "
            "this sign-in in your profile.",
        ) from None
    return moderator, token


def connect_identity(moderator: Moderator, who: Vouched, *, store: Store, now: dt.datetime) -> None:
    """From now on *who* signs in as *moderator*. Raises Conflict when it is somebody else."""
    with store.begin() as unit:
        if unit.doors.find_identity(who.issuer, who.subject) == moderator.moderator_id:
            return
        unit.doors.add_identity(who.issuer, who.subject, moderator.moderator_id, now)
        detail = {"connected": who.issuer}
        unit.changes.append(What.IDENTITY, moderator.name, by=moderator, now=now, detail=detail)
        unit.commit()


def forget_identities(moderator: Moderator, *, store: Store, now: dt.datetime) -> None:
    """No provider signs in as *moderator* any more."""
    with store.begin() as unit:
        unit.doors.purge_identities(moderator.moderator_id)
        detail = {"connected": "none"}
        unit.changes.append(What.IDENTITY, moderator.name, by=moderator, now=now, detail=detail)
        unit.commit()


def _add(unit: Unit, who: Vouched, role: Role, *, kept: str, now: dt.datetime) -> Moderator:
    try:
        name = read_name(who.name or who.email.partition("@")[0])
    except InvalidField:
        name = f"person-{secrets.token_hex(4)}"
    made = unit.moderators.add(name=name, password_hash=kept, role=role, now=now)
    with contextlib.suppress(InvalidField):
        unit.moderators.set_email(made.moderator_id, read_email(who.email))
    unit.doors.add_identity(who.issuer, who.subject, made.moderator_id, now)
    detail = {"role": role.value, "from": who.issuer}
    unit.changes.append(What.PERSON_ADD, made.name, by=made, now=now, detail=detail)
    return made
