"""Who may decide, and where: add, change, close and open, and links for a new password."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import secrets
from typing import Final

from service.domain.change import What
from service.domain.moderator import (
    Action,
    Moderator,
    Role,
    may_change,
    may_give,
    read_email,
    read_name,
    read_password,
    require,
)
from service.domain.password import hash_password
from service.domain.site import Site
from service.errors import Conflict, DuplicateModerator, InvalidField, NotFound, NotPermitted
from service.storage.store import Store
from service.storage.unit import Unit

# Long enough to reach somebody after a weekend.
INVITED_FOR: Final = dt.timedelta(days=3)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A Moderator as the page shows them. *given* are the Sites as given; None for all."""

    moderator: Moderator
    given: frozenset[int] | None
    has_factor: bool
    may_change: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PersonForm:
    """What somebody is to be. *site_ids* None: every Site."""

    role: Role
    site_ids: frozenset[int] | None = None
    email: str = ""


def list_people(moderator: Moderator, *, store: Store) -> tuple[list[Person], list[Site]]:
    """Everybody, and the Sites they can be given. Raises NotPermitted (fast I/O)."""
    require(moderator, Action.SEE_PEOPLE)
    with store.read() as unit:
        people = [_person(unit, moderator, one) for one in unit.moderators.list_all()]
        return people, _sites(unit, moderator)


def get_person(
    moderator: Moderator, moderator_id: int, *, store: Store
) -> tuple[Person, list[Site]]:
    """One person, and the Sites they can be given. Raises NotFound, NotPermitted."""
    require(moderator, Action.SEE_PEOPLE)
    with store.read() as unit:
        other = unit.moderators.get_by_id(moderator_id)
        return _person(unit, moderator, other), _sites(unit, moderator)


def add_person(
    moderator: Moderator, name: str, form: PersonForm, *, store: Store, now: dt.datetime
) -> tuple[Moderator, str]:
    """A new Moderator, and the token of the link by which they set a password (heavy CPU: argon2).

    Raises DuplicateModerator, InvalidField, NotPermitted, NotFound for a Site that is not there.
    """
    require(moderator, Action.EDIT_PEOPLE)
    name, email = read_name(name), read_email(form.email)
    # Nobody knows this one: the link sets the first that anybody does.
    kept = hash_password(secrets.token_urlsafe(32))
    token = secrets.token_urlsafe(32)
    try:
        with store.begin() as unit:
            _check(unit, moderator, form)
            made = unit.moderators.add(name=name, password_hash=kept, role=form.role, now=now)
            unit.moderators.set_sites(made.moderator_id, form.site_ids)
            unit.moderators.set_email(made.moderator_id, email)
            unit.doors.set_invitation(made.moderator_id, _hash(token), ends_at=now + INVITED_FOR)
            detail = {"role": form.role.value, "sites": _said(form.site_ids)}
            unit.changes.append(What.PERSON_ADD, name, by=moderator, now=now, detail=detail)
            unit.commit()
    except Conflict:
        raise DuplicateModerator(f"There is a moderator {name} already.") from None
    return made, token


def change_person(
    moderator: Moderator, moderator_id: int, form: PersonForm, *, store: Store, now: dt.datetime
) -> Moderator:
    """Somebody with another role, other Sites, another address (fast I/O).

    Raises NotFound, NotPermitted, Conflict for the last owner.
    """
    email = read_email(form.email)
    with store.begin() as unit:
        other = _changeable(unit, moderator, moderator_id)
        _check(unit, moderator, form)
        before = unit.moderators.list_own_sites(moderator_id)
        unit.moderators.set_role(moderator_id, form.role)
        unit.moderators.set_sites(moderator_id, form.site_ids)
        unit.moderators.set_email(moderator_id, email)
        _keep_an_owner(unit)
        detail = {
            "role": f"{other.role.value} → {form.role.value}",
            "sites": f"{_said(before)} → {_said(form.site_ids)}",
        }
        unit.changes.append(What.PERSON_CHANGE, other.name, by=moderator, now=now, detail=detail)
        unit.commit()
        return unit.moderators.get_by_id(moderator_id)


def set_person_open(
    moderator: Moderator, moderator_id: int, *, is_open: bool, store: Store, now: dt.datetime
) -> Moderator:
    """Somebody who may sign in again, or no more; sessions end, decisions stay (fast I/O).

    Raises NotFound, NotPermitted, Conflict for the last owner.
    """
    with store.begin() as unit:
        other = _changeable(unit, moderator, moderator_id)
        unit.moderators.set_deactivated(moderator_id, None if is_open else now)
        unit.moderators.purge_sessions(moderator_id=moderator_id)
        unit.doors.purge_invitations(moderator_id)
        _keep_an_owner(unit)
        what = What.PERSON_OPEN if is_open else What.PERSON_CLOSE
        unit.changes.append(what, other.name, by=moderator, now=now)
        unit.commit()
        return unit.moderators.get_by_id(moderator_id)


def invite(
    moderator: Moderator, moderator_id: int, *, store: Store, now: dt.datetime
) -> tuple[Moderator, str]:
    """The token of a link by which somebody sets a new password, once, within `INVITED_FOR`.

    Their second factor ends with it: who lost the phone gets in again. Raises as `change_person`.
    """
    token = secrets.token_urlsafe(32)
    with store.begin() as unit:
        other = _changeable(unit, moderator, moderator_id)
        unit.doors.set_invitation(moderator_id, _hash(token), ends_at=now + INVITED_FOR)
        unit.changes.append(What.PERSON_INVITE, other.name, by=moderator, now=now)
        unit.commit()
    return other, token


def find_invited(token: str, *, store: Store, now: dt.datetime) -> Moderator:
    """Whom this link is for. Raises NotFound when it was used, is over, or never was."""
    with store.read() as unit:
        return _invited(unit, token, now)


def accept_invitation(token: str, password: str, *, store: Store, now: dt.datetime) -> Moderator:
    """The person with a password of their own; the link is used up, sessions and factor end.

    Raises NotFound, InvalidField (heavy CPU: argon2).
    """
    find_invited(token, store=store, now=now)
    kept = hash_password(read_password(password))
    with store.begin() as unit:
        moderator = _invited(unit, token, now)
        unit.moderators.set_password(moderator.moderator_id, kept)
        unit.moderators.purge_sessions(moderator_id=moderator.moderator_id)
        unit.doors.purge_factor(moderator.moderator_id)
        unit.doors.purge_invitations(moderator.moderator_id)
        unit.changes.append(What.PERSON_PASSWORD, moderator.name, by=moderator, now=now)
        unit.commit()
    return moderator


def _invited(unit: Unit, token: str, now: dt.datetime) -> Moderator:
    moderator_id = unit.doors.find_invitation(_hash(token), now)
    moderator = unit.moderators.get_by_id(moderator_id) if moderator_id is not None else None
    if moderator is None or moderator.deactivated_at is not None:
        raise NotFound("This link was used already, or its time is over. Ask for a new one.")
    return moderator


def _changeable(unit: Unit, moderator: Moderator, moderator_id: int) -> Moderator:
    require(moderator, Action.EDIT_PEOPLE)
    other = unit.moderators.get_by_id(moderator_id)
    if not may_change(moderator, other):
        raise NotPermitted("Only somebody with a higher role changes this person.")
    return other


def _check(unit: Unit, moderator: Moderator, form: PersonForm) -> None:
    if not may_give(moderator, form.role, form.site_ids):
        raise NotPermitted("Nobody gives away more than they have.")
    known = {site.site_id for site in unit.sites.list_all()}
    if form.site_ids is not None and not form.site_ids:
        raise InvalidField("sites", "Choose a site, or every site.")
    if form.site_ids and not form.site_ids <= known:
        raise NotFound("There is no such site.")


def _keep_an_owner(unit: Unit) -> None:
    if not unit.moderators.count_owners():
        raise Conflict("Somebody must stay owner of everything.")


def _person(unit: Unit, moderator: Moderator, other: Moderator) -> Person:
    factor = unit.doors.find_factor(other.moderator_id)
    return Person(
        moderator=other,
        given=unit.moderators.list_own_sites(other.moderator_id),
        has_factor=factor is not None and factor.is_confirmed,
        may_change=may_change(moderator, other),
    )


def _sites(unit: Unit, moderator: Moderator) -> list[Site]:
    return [
        site
        for site in unit.sites.list_all()
        if moderator.site_ids is None or site.site_id in moderator.site_ids
    ]


def _said(site_ids: frozenset[int] | None) -> str:
    return "all" if site_ids is None else ", ".join(map(str, sorted(site_ids)))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
