"""Sites and their Keys, for the pages: add, issue, rotate with an overlap, revoke."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Final

from service.domain.change import What
from service.domain.moderator import Action, Moderator, require, require_sight, sees
from service.domain.site import Key, Site, key_hash, new_key, read_blog, read_key, same_address
from service.errors import Conflict, DuplicateSite, InvalidField, NotPermitted
from service.storage.store import Store
from service.storage.unit import Unit

MOST_OVERLAP_H: Final = 24 * 30
_MOST_NAME: Final = 200


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A Key with the only sight of its text there will ever be; *old_until* ends the one before."""

    site: Site
    key: Key
    text: str
    old_until: dt.datetime | None = None


def list_sites_and_keys(moderator: Moderator, *, store: Store) -> list[tuple[Site, list[Key]]]:
    """The Sites of this person with their Keys (fast I/O). Raises NotPermitted."""
    require(moderator, Action.SEE_KEYS)
    with store.read() as unit:
        return [
            (site, unit.sites.list_keys(site.site_id))
            for site in unit.sites.list_all()
            if sees(moderator, site.site_id)
        ]


def add_site_with_key(
    moderator: Moderator,
    blog: str,
    *,
    name: str = "",
    is_network: bool = False,
    store: Store,
    secret: str,
    now: dt.datetime,
) -> NewKey:
    """A new Site with its first Key. Raises DuplicateSite, InvalidField, NotPermitted."""
    require(moderator, Action.EDIT_KEYS)
    if moderator.site_ids is not None:
        raise NotPermitted("Only who works on every site adds another.")
    blog, text = read_blog(blog), new_key()
    with store.begin() as unit:
        unit.alone(f"site {same_address(blog)}")
        if unit.sites.find_by_blog(blog) is not None:
            raise DuplicateSite(f"There is a site for {blog} already.")
        shown = name.strip()[:_MOST_NAME] or blog
        site = unit.sites.add(blog=blog, name=shown, is_network=is_network, now=now)
        unit.changes.append(
            What.SITE_ADD, blog, by=moderator, now=now, site_id=site.site_id, detail={"name": shown}
        )
        key = _issue(unit, moderator, site, name="first", text=text, secret=secret, now=now)
        unit.commit()
    return NewKey(site=site, key=key, text=text)


def issue_another_key(
    moderator: Moderator,
    site_id: int,
    *,
    name: str,
    text: str = "",
    store: Store,
    secret: str,
    now: dt.datetime,
) -> NewKey:
    """One more Key for a Site, random or the *text* its owner brings.

    Raises DuplicateSite for a taken one, InvalidField, NotFound, NotPermitted.
    """
    _require_key_of(moderator, site_id)
    text = read_key(text) if text.strip() else new_key()
    try:
        with store.begin() as unit:
            site = unit.sites.get(site_id)
            key = _issue(unit, moderator, site, name=name, text=text, secret=secret, now=now)
            unit.commit()
    except Conflict:
        raise DuplicateSite("This key is taken; bring another or let us make one.") from None
    return NewKey(site=site, key=key, text=text)


def rotate_key(
    moderator: Moderator,
    key_id: int,
    *,
    overlap_h: int,
    store: Store,
    secret: str,
    now: dt.datetime,
) -> NewKey:
    """A new Key in the place of an old one, which goes on for *overlap_h* hours more.

    Raises InvalidField, NotFound, NotPermitted, Conflict when the old one is revoked.
    """
    if not 0 <= overlap_h <= MOST_OVERLAP_H:
        raise InvalidField("overlap", "Both keys work for 0 to 720 hours.")
    text = new_key()
    with store.begin() as unit:
        old = unit.sites.get_key(key_id)
        _require_key_of(moderator, old.site_id)
        if old.revoked_at is not None:
            raise Conflict("This key is revoked or being replaced already.")
        site = unit.sites.get(old.site_id)
        until = now + dt.timedelta(hours=overlap_h)
        unit.sites.revoke_key(key_id, until)
        detail = {"key": f"{old.hint}… ({old.name})", "until": until.isoformat()}
        unit.changes.append(
            What.KEY_ROTATE,
            site.blog,
            by=moderator,
            now=now,
            site_id=site.site_id,
            detail=detail,
        )
        key = _issue(unit, moderator, site, name=old.name, text=text, secret=secret, now=now)
        unit.commit()
    return NewKey(site=site, key=key, text=text, old_until=until)


def revoke_one_key(moderator: Moderator, key_id: int, *, store: Store, now: dt.datetime) -> Key:
    """A Key that is refused from now on. Raises NotFound, NotPermitted (fast I/O)."""
    with store.begin() as unit:
        key = unit.sites.get_key(key_id)
        _require_key_of(moderator, key.site_id)
        unit.sites.revoke_key(key_id, now)
        unit.webhooks.purge_sealed(key_id=key_id)
        site = unit.sites.get(key.site_id)
        unit.changes.append(
            What.KEY_REVOKE,
            site.blog,
            by=moderator,
            now=now,
            site_id=site.site_id,
            detail={"key": f"{key.hint}… ({key.name})"},
        )
        unit.commit()
        return unit.sites.get_key(key_id)


def _require_key_of(moderator: Moderator, site_id: int) -> None:
    require(moderator, Action.EDIT_KEYS)
    require_sight(moderator, site_id)


def _issue(
    unit: Unit,
    moderator: Moderator,
    site: Site,
    *,
    name: str,
    text: str,
    secret: str,
    now: dt.datetime,
) -> Key:
    name = name.strip()[:_MOST_NAME] or "no name"
    key = unit.sites.add_key(
        site.site_id, name=name, key_hash=key_hash(text, secret), hint=text[:4], now=now
    )
    unit.changes.append(
        What.KEY_ISSUE,
        site.blog,
        by=moderator,
        now=now,
        site_id=site.site_id,
        detail={"key": f"{key.hint}… ({name})"},
    )
    return key
