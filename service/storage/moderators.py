"""Read and write Moderators and their sessions. Passwords and tokens are here only as hashes."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import json
from typing import Any, Final

import sqlalchemy as sa

from service.domain.moderator import Moderator, Role
from service.domain.preferences import Preferences, read_preferences, write_preferences
from service.errors import NotFound
from service.storage.desk_tables import membership
from service.storage.records import plain
from service.storage.tables import moderator, session, site

# A session is shown and ended by the first characters of its token's hash.
_MARK: Final = 16


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One sign-in of one person: what its owner knows it by. *mark* signs nobody in."""

    mark: str
    created_at: dt.datetime
    seen_at: dt.datetime
    agent: str
    address: str


class Moderators:
    """The Moderators and sessions of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, *, name: str, password_hash: str, role: Role, now: dt.datetime) -> Moderator:
        """A new Moderator of every Site. Raises Conflict when the name is taken."""
        row = self._connection.execute(
            moderator.insert()
            .values(name=name, password_hash=password_hash, role=role, created_at=now)
            .returning(*moderator.c),
        ).one()
        return _moderator(row, None)

    def find(self, name: str) -> tuple[Moderator, str] | None:
        """The Moderator of this name and the hash of the password, or None."""
        row = self._connection.execute(
            moderator.select().where(moderator.c.name == name),
        ).one_or_none()
        return None if row is None else (self._whole(row), row.password_hash)

    def get(self, name: str) -> Moderator:
        """The Moderator of this name. Raises NotFound."""
        found = self.find(name)
        if found is None:
            raise NotFound(f"There is no moderator {name}.")
        return found[0]

    def get_by_id(self, moderator_id: int) -> Moderator:
        """The Moderator of this id. Raises NotFound."""
        row = self._connection.execute(
            moderator.select().where(moderator.c.id == moderator_id),
        ).one_or_none()
        if row is None:
            raise NotFound("There is no such moderator.")
        return self._whole(row)

    def find_by_id(self, moderator_id: int) -> Moderator | None:
        """The Moderator of this id, or None."""
        row = self._connection.execute(
            moderator.select().where(moderator.c.id == moderator_id),
        ).one_or_none()
        return None if row is None else self._whole(row)

    def list_all(self) -> list[Moderator]:
        """Every Moderator, oldest first."""
        rows = self._connection.execute(moderator.select().order_by(moderator.c.id)).all()
        sites = self._sites()
        return [_moderator(row, sites.get(row.id)) for row in rows]

    def count_owners(self) -> int:
        """How many active owners of every Site there are: never to become none."""
        return sum(
            one.role is Role.OWNER and one.deactivated_at is None and one.site_ids is None
            for one in self.list_all()
        )

    def set_password(self, moderator_id: int, password_hash: str) -> None:
        """Replace a password's hash."""
        self._set(moderator_id, password_hash=password_hash)

    def set_deactivated(self, moderator_id: int, now: dt.datetime | None) -> None:
        """Close a Moderator's door (*now*), or open it again (None)."""
        self._set(moderator_id, deactivated_at=now)

    def set_role(self, moderator_id: int, role: Role) -> None:
        """Trust a Moderator with more, or with less."""
        self._set(moderator_id, role=role)

    def set_email(self, moderator_id: int, email: str) -> None:
        """Where mail goes; "" for nowhere."""
        self._set(moderator_id, email=email)

    def set_preferences(self, moderator_id: int, choices: Preferences) -> None:
        """How the pages are liked."""
        self._set(moderator_id, preferences=json.dumps(write_preferences(choices)))

    def set_sites(self, moderator_id: int, site_ids: frozenset[int] | None) -> None:
        """Which Sites a Moderator works on; None for every one."""
        self._connection.execute(
            membership.delete().where(membership.c.moderator_id == moderator_id),
        )
        for site_id in sorted(site_ids or ()):
            self._connection.execute(
                membership.insert().values(moderator_id=moderator_id, site_id=site_id),
            )

    def list_own_sites(self, moderator_id: int) -> frozenset[int] | None:
        """The Sites a Moderator was given, children of a network not spelled out; None for all."""
        rows = self._connection.execute(
            sa.select(membership.c.site_id).where(membership.c.moderator_id == moderator_id),
        ).scalars()
        return frozenset(rows) or None

    def add_session(
        self,
        token_hash: str,
        moderator_id: int,
        now: dt.datetime,
        *,
        agent: str = "",
        address: str = "",
    ) -> None:
        """Remember a sign-in."""
        self._connection.execute(
            session.insert().values(
                token_hash=token_hash,
                moderator_id=moderator_id,
                created_at=now,
                seen_at=now,
                agent=plain(agent, 200),
                address=plain(address, 64),
            ),
        )

    def find_session(
        self, token_hash: str, *, made_after: dt.datetime, seen_after: dt.datetime
    ) -> tuple[Moderator, dt.datetime] | None:
        """Who is signed in with this token and when last seen; None when it is over."""
        row = self._connection.execute(
            sa.select(moderator, session.c.seen_at)
            .join(session, session.c.moderator_id == moderator.c.id)
            .where(
                session.c.token_hash == token_hash,
                session.c.created_at > made_after,
                session.c.seen_at > seen_after,
                moderator.c.deactivated_at.is_(None),
            ),
        ).one_or_none()
        return None if row is None else (self._whole(row), row.seen_at)

    def list_sessions(
        self, moderator_id: int, *, made_after: dt.datetime, seen_after: dt.datetime
    ) -> list[Session]:
        """A Moderator's living sessions, the last seen first."""
        rows = self._connection.execute(
            session.select()
            .where(
                session.c.moderator_id == moderator_id,
                session.c.created_at > made_after,
                session.c.seen_at > seen_after,
            )
            .order_by(session.c.seen_at.desc(), session.c.token_hash),
        ).all()
        return [
            Session(
                mark=row.token_hash[:_MARK],
                created_at=row.created_at,
                seen_at=row.seen_at,
                agent=row.agent,
                address=row.address,
            )
            for row in rows
        ]

    def set_session_seen(self, token_hash: str, now: dt.datetime) -> None:
        """A sign of life."""
        self._connection.execute(
            session.update().where(session.c.token_hash == token_hash).values(seen_at=now),
        )

    def purge_sessions(self, *, token_hash: str = "", moderator_id: int | None = None) -> None:
        """End one session, or all of one Moderator."""
        if token_hash:
            self._connection.execute(session.delete().where(session.c.token_hash == token_hash))
        if moderator_id is not None:
            self._connection.execute(
                session.delete().where(session.c.moderator_id == moderator_id),
            )

    def purge_ended_sessions(self, *, made_before: dt.datetime, seen_before: dt.datetime) -> int:
        """Forget sessions that nobody can go on with: too old, or not seen for too long."""
        ended = sa.or_(session.c.created_at <= made_before, session.c.seen_at <= seen_before)
        return self._connection.execute(session.delete().where(ended)).rowcount

    def purge_other_sessions(self, moderator_id: int, *, kept: str, mark: str = "") -> int:
        """End a Moderator's sessions but the one with hash *kept*; only the *mark*'s if given."""
        doomed = session.delete().where(
            session.c.moderator_id == moderator_id, session.c.token_hash != kept
        )
        if mark:
            doomed = doomed.where(sa.func.substr(session.c.token_hash, 1, _MARK) == mark)
        return self._connection.execute(doomed).rowcount

    def _set(self, moderator_id: int, **values: Any) -> None:  # noqa: ANN401 - columns' own types
        self._connection.execute(
            moderator.update().where(moderator.c.id == moderator_id).values(**values),
        )

    def _whole(self, row: Any) -> Moderator:  # noqa: ANN401 - a SQLAlchemy Row
        return _moderator(row, self._sites(row.id).get(row.id))

    def _sites(self, moderator_id: int | None = None) -> dict[int, frozenset[int]]:
        """The Sites of each Moderator who has some only: a network's children with it."""
        query = sa.select(membership.c.moderator_id, site.c.id).join(
            site,
            sa.or_(site.c.id == membership.c.site_id, site.c.parent_id == membership.c.site_id),
        )
        if moderator_id is not None:
            query = query.where(membership.c.moderator_id == moderator_id)
        found: dict[int, set[int]] = collections.defaultdict(set)
        for owner, site_id in self._connection.execute(query).all():
            found[owner].add(site_id)
        return {owner: frozenset(site_ids) for owner, site_ids in found.items()}


def _moderator(row: Any, site_ids: frozenset[int] | None) -> Moderator:  # noqa: ANN401 - a Row
    return Moderator(
        moderator_id=row.id,
        name=row.name,
        role=row.role,
        created_at=row.created_at,
        deactivated_at=row.deactivated_at,
        site_ids=site_ids,
        email=row.email,
        preferences=read_preferences(json.loads(row.preferences)),
    )
