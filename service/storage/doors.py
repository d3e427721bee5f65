"""Read and write the other ways in: second factors, recovery codes, identities, invitations."""

from __future__ import annotations

import dataclasses
import datetime as dt

import sqlalchemy as sa

from service.storage.desk_tables import identity, invitation, recovery_code, totp


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """A person's second factor: *sealed* is the encrypted secret, *last_step* the last one used."""

    sealed: str
    is_confirmed: bool
    last_step: int


class Doors:
    """The ways in of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def find_factor(self, moderator_id: int, *, lock: bool = False) -> SecondFactor | None:
        """A Moderator's second factor, confirmed or not. *lock*: nobody uses it meanwhile."""
        query = totp.select().where(totp.c.moderator_id == moderator_id)
        row = self._connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            return None
        return SecondFactor(
            sealed=row.sealed,
            is_confirmed=row.confirmed_at is not None,
            last_step=row.last_step,
        )

    def set_factor(self, moderator_id: int, sealed: str) -> None:
        """Begin a second factor anew, not yet confirmed."""
        self.purge_factor(moderator_id)
        self._connection.execute(
            totp.insert().values(moderator_id=moderator_id, sealed=sealed, last_step=0),
        )

    def set_factor_confirmed(self, moderator_id: int, now: dt.datetime) -> None:
        """From now on it is asked for."""
        self._connection.execute(
            totp.update().where(totp.c.moderator_id == moderator_id).values(confirmed_at=now),
        )

    def set_factor_step(self, moderator_id: int, step: int) -> None:
        """Remember which code was used, so that it is never used again."""
        self._connection.execute(
            totp.update().where(totp.c.moderator_id == moderator_id).values(last_step=step),
        )

    def purge_factor(self, moderator_id: int) -> None:
        """End the second factor, recovery codes too."""
        for table in (totp, recovery_code):
            self._connection.execute(
                table.delete().where(table.c.moderator_id == moderator_id),
            )

    def set_recovery_codes(self, moderator_id: int, hashes: list[str]) -> None:
        """Replace the recovery codes."""
        mine = recovery_code.c.moderator_id == moderator_id
        self._connection.execute(recovery_code.delete().where(mine))
        rows = [{"moderator_id": moderator_id, "code_hash": one} for one in hashes]
        self._connection.execute(recovery_code.insert(), rows)

    def take_recovery_code(self, moderator_id: int, code_hash: str) -> bool:
        """Whether this code was one of them; it is none any more."""
        taken = self._connection.execute(
            recovery_code.delete().where(
                recovery_code.c.moderator_id == moderator_id,
                recovery_code.c.code_hash == code_hash,
            ),
        )
        return taken.rowcount == 1

    def count_recovery_codes(self, moderator_id: int) -> int:
        """How many recovery codes are left."""
        found: int = self._connection.execute(
            sa.select(sa.func.count()).where(recovery_code.c.moderator_id == moderator_id),
        ).scalar_one()
        return found

    def find_identity(self, issuer: str, subject: str) -> int | None:
        """The id of the Moderator who is this at that provider, or None."""
        found: int | None = self._connection.execute(
            sa.select(identity.c.moderator_id).where(
                identity.c.issuer == issuer, identity.c.subject == subject
            ),
        ).scalar_one_or_none()
        return found

    def list_identities(self, moderator_id: int) -> list[str]:
        """The providers a Moderator is known at."""
        rows = self._connection.execute(
            sa.select(identity.c.issuer).where(identity.c.moderator_id == moderator_id),
        ).scalars()
        return list(rows)

    def add_identity(self, issuer: str, subject: str, moderator_id: int, now: dt.datetime) -> None:
        """From now on they are the same. Raises Conflict when it is somebody else."""
        self._connection.execute(
            identity.insert().values(
                issuer=issuer, subject=subject, moderator_id=moderator_id, added_at=now
            ),
        )

    def purge_identities(self, moderator_id: int) -> None:
        """Forget who a Moderator is elsewhere."""
        self._connection.execute(identity.delete().where(identity.c.moderator_id == moderator_id))

    def set_invitation(self, moderator_id: int, token_hash: str, *, ends_at: dt.datetime) -> None:
        """One door for a new password; an older one closes."""
        self.purge_invitations(moderator_id)
        self._connection.execute(
            invitation.insert().values(
                token_hash=token_hash, moderator_id=moderator_id, ends_at=ends_at
            ),
        )

    def find_invitation(self, token_hash: str, now: dt.datetime) -> int | None:
        """The id of the Moderator this door is for, while it is open."""
        found: int | None = self._connection.execute(
            sa.select(invitation.c.moderator_id).where(
                invitation.c.token_hash == token_hash, invitation.c.ends_at > now
            ),
        ).scalar_one_or_none()
        return found

    def purge_invitations(self, moderator_id: int) -> None:
        """Close a Moderator's door for a new password."""
        self._connection.execute(
            invitation.delete().where(invitation.c.moderator_id == moderator_id),
        )
