"""Read and write Webhooks, and the sealed text of Keys."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from service.domain.event import Webhook
from service.errors import NotFound
from service.storage.tables import api_key, sealed_key, webhook


class Webhooks:
    """The Webhooks and sealed Keys of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, *, site_id: int | None, url: str, secret: str, now: dt.datetime) -> Webhook:
        """A new Webhook with its sealed secret."""
        row = self._connection.execute(
            webhook.insert()
            .values(site_id=site_id, url=url, secret=secret, created_at=now)
            .returning(*webhook.c),
        ).one()
        return _webhook(row)

    def find(self, webhook_id: int) -> Webhook | None:
        """The living Webhook of this id, or None."""
        row = self._connection.execute(
            webhook.select().where(webhook.c.id == webhook_id, webhook.c.removed_at.is_(None)),
        ).one_or_none()
        return None if row is None else _webhook(row)

    def list_all(self) -> list[Webhook]:
        """Every living Webhook, oldest first."""
        rows = self._connection.execute(
            webhook.select().where(webhook.c.removed_at.is_(None)).order_by(webhook.c.id),
        ).all()
        return [_webhook(row) for row in rows]

    def list_of(self, site_ids: tuple[int, ...]) -> list[Webhook]:
        """Those that hear what happens to comments of one of these Sites."""
        rows = self._connection.execute(
            webhook.select()
            .where(
                webhook.c.removed_at.is_(None),
                sa.or_(webhook.c.site_id.is_(None), webhook.c.site_id.in_(site_ids)),
            )
            .order_by(webhook.c.id),
        ).all()
        return [_webhook(row) for row in rows]

    def set_secret(self, webhook_id: int, secret: str, *, old_until: dt.datetime) -> None:
        """A new secret; the one before signs too until *old_until*. Raises NotFound."""
        changed = self._connection.execute(
            webhook.update()
            .where(webhook.c.id == webhook_id, webhook.c.removed_at.is_(None))
            .values(old_secret=webhook.c.secret, old_until=old_until, secret=secret),
        )
        if changed.rowcount != 1:
            raise NotFound(f"There is no webhook {webhook_id}.")

    def set_paused(self, webhook_id: int, at: dt.datetime | None) -> None:
        """Nothing is sent to it from *at* on, or all of it again when None. Raises NotFound."""
        changed = self._connection.execute(
            webhook.update()
            .where(webhook.c.id == webhook_id, webhook.c.removed_at.is_(None))
            .values(paused_at=at),
        )
        if changed.rowcount != 1:
            raise NotFound(f"There is no webhook {webhook_id}.")

    def set_removed(self, webhook_id: int, now: dt.datetime) -> None:
        """It hears nothing more; its secrets are destroyed. Raises NotFound."""
        changed = self._connection.execute(
            webhook.update()
            .where(webhook.c.id == webhook_id, webhook.c.removed_at.is_(None))
            .values(removed_at=now, secret="", old_secret=None, old_until=None),
        )
        if changed.rowcount != 1:
            raise NotFound(f"There is no webhook {webhook_id}.")

    def find_sealed(self, key_id: int) -> str | None:
        """The sealed text of a Key, if it is kept."""
        found: str | None = self._connection.execute(
            sa.select(sealed_key.c.sealed).where(sealed_key.c.key_id == key_id),
        ).scalar_one_or_none()
        return found

    def set_sealed(self, key_id: int, sealed: str) -> None:
        """Keep the sealed text of a living Key."""
        self._connection.execute(sealed_key.delete().where(sealed_key.c.key_id == key_id))
        self._connection.execute(sealed_key.insert().values(key_id=key_id, sealed=sealed))

    def purge_sealed(self, *, site_id: int | None = None, key_id: int | None = None) -> None:
        """Destroy the sealed text of one Key, or of every Key of a Site."""
        keys = sa.select(api_key.c.id).where(api_key.c.site_id == site_id)
        is_meant = sealed_key.c.key_id == key_id if key_id else sealed_key.c.key_id.in_(keys)
        self._connection.execute(sealed_key.delete().where(is_meant))


def _webhook(row: Any) -> Webhook:  # noqa: ANN401 - a SQLAlchemy Row
    return Webhook(
        webhook_id=row.id,
        site_id=row.site_id,
        url=row.url,
        secret=row.secret,
        old_secret=row.old_secret,
        old_until=row.old_until,
        created_at=row.created_at,
        paused_at=row.paused_at,
    )
