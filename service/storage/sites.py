"""Read and write Sites and Keys."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from service.domain.scope import DEFAULT, Scope, read_scopes, write_scopes
from service.domain.site import Key, Policy, Site, read_policy, same_address, write_policy
from service.errors import NotFound
from service.storage.records import plain
from service.storage.tables import api_key, sealed_key, site, submission

# Fewer than either engine takes in one question.
_AT_ONCE: Final = 1000


class Sites:
    """The Sites and Keys of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(
        self,
        *,
        blog: str,
        name: str,
        is_network: bool = False,
        parent_id: int | None = None,
        now: dt.datetime,
    ) -> Site:
        """A new Site with the default Policy. Raises Conflict when the network has this blog."""
        row = self._connection.execute(
            site.insert()
            .values(
                blog=plain(blog, 500),
                address=same_address(blog),
                name=plain(name, 200),
                is_network=is_network,
                parent_id=parent_id,
                policy=json.dumps(write_policy(Policy())),
                created_at=now,
            )
            .returning(*site.c),
        ).one()
        return _site(row)

    def get(self, site_id: int) -> Site:
        """The Site of this id. Raises NotFound."""
        row = self._connection.execute(site.select().where(site.c.id == site_id)).one_or_none()
        if row is None:
            raise NotFound(f"There is no site {site_id}.")
        return _site(row)

    def find_by_blog(self, blog: str, *, parent_id: int | None = None) -> Site | None:
        """The Site of this blog address, however spelled; inside a network if one is named."""
        row = self._connection.execute(
            site.select()
            .where(
                site.c.address == same_address(blog),
                site.c.parent_id.is_not_distinct_from(parent_id),
            )
            .order_by(site.c.id)
            .limit(1),
        ).one_or_none()
        return None if row is None else _site(row)

    def list_by_address(self, blog: str) -> list[Site]:
        """Every Site of this blog address, one of its own before those inside networks."""
        rows = self._connection.execute(
            site.select()
            .where(site.c.address == same_address(blog))
            .order_by(site.c.parent_id.is_not(None), site.c.id),
        ).all()
        return [_site(row) for row in rows]

    def list_all(self) -> list[Site]:
        """Every Site, networks before their children, oldest first."""
        rows = self._connection.execute(site.select().order_by(site.c.id)).all()
        return [_site(row) for row in rows]

    def list_children(self, network: Site) -> list[Site]:
        """The Sites that a network's keys have met, oldest first."""
        rows = self._connection.execute(
            site.select().where(site.c.parent_id == network.site_id).order_by(site.c.id),
        ).all()
        return [_site(row) for row in rows]

    def set_policy(self, site_id: int, policy: Policy) -> None:
        """Replace a Site's choices."""
        self._connection.execute(
            site.update()
            .where(site.c.id == site_id)
            .values(policy=json.dumps(write_policy(policy))),
        )

    def list_other_blogs(self, site_id: int) -> list[tuple[str, int, dt.datetime]]:
        """Addresses that calls named instead of this Site's own: address, calls, last call."""
        rows = self._connection.execute(
            sa.select(
                submission.c.other_blog,
                sa.func.count().label("calls"),
                sa.func.max(submission.c.received_at, type_=submission.c.received_at.type),
            )
            .where(submission.c.site_id == site_id, submission.c.other_blog.is_not(None))
            .group_by(submission.c.other_blog)
            .order_by(sa.desc("calls")),
        ).all()
        return [(row[0], row[1], row[2]) for row in rows]

    def add_key(
        self,
        site_id: int,
        *,
        name: str,
        key_hash: str,
        hint: str,
        now: dt.datetime,
        scopes: frozenset[Scope] = DEFAULT,
        moderator_id: int | None = None,
    ) -> Key:
        """A new Key, known by its hash. Raises Conflict when this key is already somebody's."""
        row = self._connection.execute(
            api_key.insert()
            .values(
                site_id=site_id,
                name=plain(name, 200),
                key_hash=key_hash,
                hint=hint,
                created_at=now,
                scopes=write_scopes(scopes),
                moderator_id=moderator_id,
            )
            .returning(*api_key.c),
        ).one()
        return _key(row)

    def find_key(self, key_hash: str, now: dt.datetime) -> tuple[Key, Site, bool] | None:
        """The Key with this hash that is not revoked, its Site, and whether its text is kept.

        It may be suspended: whoever asks looks. One round trip.
        """
        row = self._connection.execute(
            sa.select(api_key, site, sealed_key.c.key_id.is_not(None))
            .join(site, site.c.id == api_key.c.site_id)
            .outerjoin(sealed_key, sealed_key.c.key_id == api_key.c.id)
            .where(api_key.c.key_hash == key_hash, _lives(now)),
        ).one_or_none()
        if row is None:
            return None
        keys = len(api_key.c)
        return _key(row[:keys]), _site(row[keys:-1]), bool(row[-1])

    def list_living(self, key_hashes: Sequence[str], now: dt.datetime) -> set[str]:
        """Which of these hashes belong to Keys that work now."""
        found: set[str] = set()
        for at in range(0, len(key_hashes), _AT_ONCE):
            some = api_key.c.key_hash.in_(key_hashes[at : at + _AT_ONCE])
            asked = sa.select(api_key.c.key_hash).where(some, _works(now))
            found |= set(self._connection.execute(asked).scalars())
        return found

    def list_keys(self, site_id: int) -> list[Key]:
        """A Site's Keys, revoked ones too, oldest first."""
        rows = self._connection.execute(
            api_key.select().where(api_key.c.site_id == site_id).order_by(api_key.c.id),
        ).all()
        return [_key(row) for row in rows]

    def page_keys(self, *, after: int, limit: int) -> list[Key]:
        """At most *limit* Keys of any Site whose id is greater than *after*, oldest first."""
        rows = self._connection.execute(
            api_key.select().where(api_key.c.id > after).order_by(api_key.c.id).limit(limit),
        ).all()
        return [_key(row) for row in rows]

    def get_key(self, key_id: int) -> Key:
        """The Key of this id. Raises NotFound."""
        row = self._connection.execute(api_key.select().where(api_key.c.id == key_id)).one_or_none()
        if row is None:
            raise NotFound(f"There is no key {key_id}.")
        return _key(row)

    def set_key_used(self, key_id: int, now: dt.datetime) -> None:
        """Remember that a Key was used."""
        self._connection.execute(
            api_key.update().where(api_key.c.id == key_id).values(last_used_at=now),
        )

    def revoke_key(self, key_id: int, now: dt.datetime) -> None:
        """End a Key at this time, which may be to come; an end that has been changes no more."""
        self._connection.execute(
            api_key.update().where(api_key.c.id == key_id, _lives(now)).values(revoked_at=now),
        )

    def set_suspended(self, key_id: int, since: dt.datetime | None) -> None:
        """Refuse a Key from now on (*since* now), or let it work again (None)."""
        self._connection.execute(
            api_key.update().where(api_key.c.id == key_id).values(suspended_at=since),
        )


def _works(now: dt.datetime) -> sa.ColumnElement[bool]:
    return sa.and_(_lives(now), api_key.c.suspended_at.is_(None))


def _lives(now: dt.datetime) -> sa.ColumnElement[bool]:
    return sa.or_(api_key.c.revoked_at.is_(None), api_key.c.revoked_at > now)


def _site(row: Any) -> Site:  # noqa: ANN401 - a Row or a slice of one
    site_id, blog, address, name, is_network, parent_id, policy, created_at = row
    return Site(
        site_id=site_id,
        blog=blog,
        address=address,
        name=name,
        is_network=is_network,
        parent_id=parent_id,
        policy=read_policy(json.loads(policy)),
        created_at=created_at,
    )


def _key(row: Any) -> Key:  # noqa: ANN401 - a Row or a slice of one
    (
        key_id,
        site_id,
        name,
        _hash,
        hint,
        created_at,
        last_used_at,
        revoked_at,
        scopes,
        moderator_id,
        suspended_at,
    ) = row
    return Key(
        key_id=key_id,
        site_id=site_id,
        name=name,
        hint=hint,
        created_at=created_at,
        last_used_at=last_used_at,
        revoked_at=revoked_at,
        scopes=read_scopes(scopes),
        moderator_id=moderator_id,
        suspended_at=suspended_at,
    )
