"""Add Sites, issue and revoke Keys, add Moderators, set a Policy: what the command line asks."""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
from typing import Any

from service.domain.change import What
from service.domain.moderator import (
    Action,
    Moderator,
    Role,
    read_name,
    read_password,
    require,
    require_sight,
)
from service.domain.password import hash_password
from service.domain.scope import DEFAULT, POWERFUL, Scope
from service.domain.site import (
    MOST_DAYS,
    Key,
    Policy,
    Site,
    UnsureMeans,
    key_hash,
    new_key,
    new_long_key,
    read_blog,
    read_key,
    same_address,
)
from service.errors import Conflict, DuplicateModerator, DuplicateSite, InvalidField, NotFound
from service.storage.store import Store
from service.storage.unit import Unit


@dataclasses.dataclass(frozen=True, slots=True)
class Issued:
    """A Key with the only sight of its text there will ever be."""

    site: Site
    key: Key
    text: str


def add_site(
    blog: str,
    *,
    key: str = "",
    name: str = "",
    is_network: bool = False,
    store: Store,
    secret: str,
    now: dt.datetime,
) -> Issued:
    """A new Site with its first Key, the owner's own *key* or a random one.

    Raises DuplicateSite when the address or the key is taken, InvalidField.
    """
    blog, text = read_blog(blog), read_key(key) if key else new_key()
    try:
        with store.begin() as unit:
            unit.alone(f"site {same_address(blog)}")
            if unit.sites.find_by_blog(blog) is not None:
                raise DuplicateSite(f"There is a site for {blog} already.")
            site = unit.sites.add(blog=blog, name=name or blog, is_network=is_network, now=now)
            issued = unit.sites.add_key(
                site.site_id, name="first", key_hash=key_hash(text, secret), hint=text[:4], now=now
            )
            unit.changes.append(What.SITE_ADD, blog, by=None, now=now, site_id=site.site_id)
            unit.commit()
    except Conflict as error:
        if isinstance(error, DuplicateSite):
            raise
        raise DuplicateSite("This key is taken; bring another or let us make one.") from None
    return Issued(site, issued, text)


def issue_key(
    blog: str,
    *,
    name: str,
    key: str = "",
    scopes: frozenset[Scope] = DEFAULT,
    acts_for: str = "",
    store: Store,
    secret: str,
    now: dt.datetime,
) -> Issued:
    """One more Key for the Site of *blog*. Raises NotFound, DuplicateSite, InvalidField.

    A blog that a network met can have a Key of its own; that one speaks for this blog alone.
    One that may decide or administer is long, random, and *acts_for* a moderator by name.
    """
    is_powerful = bool(scopes & POWERFUL)
    if is_powerful and (key or not acts_for):
        sentence = "A key that decides or administers is made by us and acts for a moderator."
        raise InvalidField("scopes", sentence)
    text = read_key(key) if key else new_long_key() if is_powerful else new_key()
    try:
        with store.begin() as unit:
            site = _site_of(unit, blog)
            person = unit.moderators.get(read_name(acts_for)) if acts_for else None
            issued = unit.sites.add_key(
                site.site_id,
                name=name,
                key_hash=key_hash(text, secret),
                hint=text[:4],
                now=now,
                scopes=scopes,
                moderator_id=person.moderator_id if person else None,
            )
            detail = {"key": f"{issued.hint}… ({name})"}
            unit.changes.append(
                What.KEY_ISSUE, site.blog, by=None, now=now, site_id=site.site_id, detail=detail
            )
            unit.commit()
    except Conflict:
        raise DuplicateSite("This key is taken; bring another or let us make one.") from None
    return Issued(site, issued, text)


def revoke_key(key_id: int, *, store: Store, now: dt.datetime) -> Key:
    """The Key of this id, revoked from now on. Raises NotFound."""
    with store.begin() as unit:
        key = unit.sites.get_key(key_id)
        unit.sites.revoke_key(key_id, now)
        site = unit.sites.get(key.site_id)
        detail = {"key": f"{key.hint}… ({key.name})"}
        unit.changes.append(
            What.KEY_REVOKE, site.blog, by=None, now=now, site_id=site.site_id, detail=detail
        )
        unit.webhooks.purge_sealed(key_id=key_id)
        unit.commit()
        return unit.sites.get_key(key_id)


def list_keys(*, store: Store) -> list[tuple[Site, list[Key]]]:
    """Every Site with its Keys."""
    with store.read() as unit:
        return [(site, unit.sites.list_keys(site.site_id)) for site in unit.sites.list_all()]


def page_keys(*, after: int | None, limit: int, store: Store) -> tuple[list[Key], int | None]:
    """One page of all Keys, oldest first, and where the next one begins (fast I/O)."""
    with store.read() as unit:
        found = unit.sites.page_keys(after=after or 0, limit=limit + 1)
    items = found[:limit]
    return items, items[-1].key_id if len(found) > limit else None


def list_sites(*, store: Store) -> list[tuple[Site, list[tuple[str, int, dt.datetime]]]]:
    """Every Site with the other addresses its keys were used for: address, calls, last call."""
    with store.read() as unit:
        return [(one, unit.sites.list_other_blogs(one.site_id)) for one in unit.sites.list_all()]


def set_policy(
    blog: str,
    changes: dict[str, Any],
    *,
    by: Moderator | None = None,
    store: Store,
    now: dt.datetime,
) -> Site:
    """The Site of *blog* with these choices changed. Raises NotFound, InvalidField.

    A network's choices are those of the blogs it has met, too: each of them gets the same change.
    """
    with store.begin() as unit:
        site = _site_of(unit, blog)
        policy = _checked(dataclasses.replace(site.policy, **changes))
        unit.sites.set_policy(site.site_id, policy)
        if policy.unsure is not UnsureMeans.HOLD:
            unit.webhooks.purge_sealed(site_id=site.site_id)
        for child in unit.sites.list_children(site) if changes else ():
            unit.sites.set_policy(child.site_id, dataclasses.replace(child.policy, **changes))
            if policy.unsure is not UnsureMeans.HOLD:
                unit.webhooks.purge_sealed(site_id=child.site_id)
        detail = {name: str(value) for name, value in changes.items()}
        unit.changes.append(
            What.SITE_POLICY, site.blog, by=by, now=now, site_id=site.site_id, detail=detail
        )
        unit.commit()
    return dataclasses.replace(site, policy=policy)


def require_choice(moderator: Moderator, site_id: int) -> None:
    """Raise NotPermitted or NotFound unless *moderator* may choose for this Site."""
    require(moderator, Action.EDIT_POLICY)
    require_sight(moderator, site_id)


def set_choices(
    moderator: Moderator,
    site_id: int,
    changes: dict[str, Any],
    *,
    store: Store,
    now: dt.datetime,
) -> Site:
    """`set_policy` by a person on the pages. Raises InvalidField, NotFound, NotPermitted."""
    require_choice(moderator, site_id)
    with store.read() as unit:
        blog = unit.sites.get(site_id).blog
    return set_policy(blog, changes, by=moderator, store=store, now=now)


def _site_of(unit: Unit, blog: str) -> Site:
    found = unit.sites.list_by_address(blog)
    if not found:
        raise NotFound(f"There is no site for {blog}.")
    return found[0]


def _checked(policy: Policy) -> Policy:
    if not 60 <= policy.recheck_after_s <= 31_536_000:  # noqa: PLR2004 - a minute to a year
        raise InvalidField("recheck_after_s", "Recheck after 60 seconds to one year.")
    for name in ("kept_days", "kept_spam_days"):
        days = getattr(policy, name)
        if days is not None and not 1 <= days <= MOST_DAYS:
            raise InvalidField(name, f"Text is kept for 1 to {MOST_DAYS} days, or for good.")
    if not 0 <= policy.audit_share <= 1:
        raise InvalidField("audit_share", "The blind sample is a share from 0 to 1.")
    return policy


def add_moderator(
    name: str, *, role: Role, password: str = "", store: Store, now: dt.datetime
) -> tuple[Moderator, str]:
    """A new Moderator and the password: the one given, or a random one to be shown once.

    Raises DuplicateModerator, InvalidField (heavy CPU: argon2).
    """
    text = read_password(password) if password else secrets.token_urlsafe(12)
    kept = hash_password(text)
    try:
        with store.begin() as unit:
            made = unit.moderators.add(name=read_name(name), password_hash=kept, role=role, now=now)
            detail = {"role": role.value}
            unit.changes.append(What.PERSON_ADD, made.name, by=None, now=now, detail=detail)
            unit.commit()
    except Conflict:
        raise DuplicateModerator(f"There is a moderator {read_name(name)} already.") from None
    return made, text


def list_moderators(*, store: Store) -> list[Moderator]:
    """Every Moderator."""
    with store.read() as unit:
        return unit.moderators.list_all()


def set_password(
    name: str, *, password: str = "", store: Store, now: dt.datetime
) -> tuple[Moderator, str]:
    """A Moderator with a new password; sessions and second factor end.

    Raises NotFound, InvalidField.
    """
    text = read_password(password) if password else secrets.token_urlsafe(12)
    kept = hash_password(text)
    with store.begin() as unit:
        moderator = unit.moderators.get(read_name(name))
        unit.moderators.set_password(moderator.moderator_id, kept)
        unit.moderators.purge_sessions(moderator_id=moderator.moderator_id)
        # Who asks on the server has lost the phone as well, often enough.
        unit.doors.purge_factor(moderator.moderator_id)
        unit.changes.append(What.PERSON_PASSWORD, moderator.name, by=None, now=now)
        unit.commit()
    return moderator, text


def deactivate_moderator(name: str, *, store: Store, now: dt.datetime) -> Moderator:
    """A Moderator who cannot sign in any more; decisions stay, sessions end. Raises NotFound."""
    with store.begin() as unit:
        moderator = unit.moderators.get(read_name(name))
        unit.moderators.set_deactivated(moderator.moderator_id, now)
        unit.moderators.purge_sessions(moderator_id=moderator.moderator_id)
        unit.changes.append(What.PERSON_CLOSE, moderator.name, by=None, now=now)
        unit.commit()
    return dataclasses.replace(moderator, deactivated_at=now)
