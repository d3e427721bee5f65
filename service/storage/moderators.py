"""Read and write Moderators and their sessions. Passwords and tokens are here only as hashes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from service.domain.moderator import Moderator, Role
from service.errors import NotFound
from service.storage.tables import moderator, session


class Moderators:
    """The Moderators and sessions of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, *, name: str, password_hash: str, role: Role, now: dt.datetime) -> Moderator:
        """A new Moderator. Raises Conflict when the name is taken."""
        row = self._connection.execute(
            moderator.insert()
            .values(name=name, password_hash=password_hash, role=role, created_at=now)
            .returning(*moderator.c),
        ).one()
        return _moderator(row)

    def find(self, name: str) -> tuple[Moderator, str] | None:
        """The Moderator of this name and the hash of the password, or None."""
        row = self._connection.execute(
            moderator.select().where(moderator.c.name == name),
        ).one_or_none()
        return None if row is None else (_moderator(row), row.password_hash)

    def get(self, name: str) -> Moderator:
        """The Moderator of this name. Raises NotFound."""
        found = self.find(name)
        if found is None:
            raise NotFound(f"There is no moderator {name}.")
        return found[0]

    def find_by_id(self, moderator_id: int) -> Moderator | None:
        """The Moderator of this id, or None."""
        row = self._connection.execute(
            moderator.select().where(moderator.c.id == moderator_id),
        ).one_or_none()
        return None if row is None else _moderator(row)

    def list_all(self) -> list[Moderator]:
        """Every Moderator, oldest first."""
        rows = self._connection.execute(moderator.select().order_by(moderator.c.id)).all()
        return [_moderator(row) for row in rows]

    def set_password(self, moderator_id: int, password_hash: str) -> None:
        """Replace a password's hash."""
        self._connection.execute(
            moderator.update()
            .where(moderator.c.id == moderator_id)
            .values(password_hash=password_hash),
        )

    def set_deactivated(self, moderator_id: int, now: dt.datetime | None) -> None:
        """Close a Moderator's door (*now*), or open it again (None)."""
        self._connection.execute(
            moderator.update().where(moderator.c.id == moderator_id).values(deactivated_at=now),
        )

    def add_session(self, token_hash: str, moderator_id: int, now: dt.datetime) -> None:
        """Remember a sign-in."""
        self._connection.execute(
            session.insert().values(
                token_hash=token_hash,
                moderator_id=moderator_id,
                created_at=now,
                seen_at=now,
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
        return None if row is None else (_moderator(row), row.seen_at)

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


def _moderator(row: Any) -> Moderator:  # noqa: ANN401 - a SQLAlchemy Row
    return Moderator(
        moderator_id=row.id,
        name=row.name,
        role=row.role,
        created_at=row.created_at,
        deactivated_at=row.deactivated_at,
    )
