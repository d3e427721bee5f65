"""Webhooks for the pages: add, replace the secret, pause, let hear again, remove."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Final
from urllib.parse import urlsplit

from service.domain.change import What
from service.domain.event import BOTH_SECRETS, Webhook, new_secret
from service.domain.moderator import Action, Moderator, require, require_sight
from service.domain.sealing import seal
from service.errors import InvalidField, NotFound, NotPermitted
from service.outgoing import read_public_target
from service.storage.store import Store
from service.storage.unit import Unit

MOST_URL: Final = 500


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewSecret:
    """A Webhook with the only sight of its secret there will ever be.

    *old_until* ends the secret before, which signs too until then; None when there is none.
    """

    webhook: Webhook
    text: str
    old_until: dt.datetime | None = None


def host_of_webhook(webhook: Webhook) -> str:
    """Whom it goes to; the rest of the address may hold a secret. Free."""
    try:
        return urlsplit(webhook.url).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def add_webhook_of(
    moderator: Moderator,
    url: str,
    *,
    site_id: int | None,
    private_hosts: frozenset[str],
    store: Store,
    secret: str,
    now: dt.datetime,
) -> NewSecret:
    """A new Webhook of one Site, or of all when None (slow I/O: asks DNS).

    An address inside the operator's own network is refused unless it is one of *private_hosts*.
    Raises InvalidField, NotFound, NotPermitted.
    """
    require(moderator, Action.EDIT_KEYS)
    _require_whole(moderator, site_id)
    url = url.strip()
    if len(url) > MOST_URL:
        raise InvalidField("url", f"An address has at most {MOST_URL} characters.")
    read_public_target(url, private_hosts)
    text = new_secret()
    with store.begin() as unit:
        if site_id is not None:
            unit.sites.get(site_id)
        made = unit.webhooks.add(site_id=site_id, url=url, secret=seal(text, secret), now=now)
        _log(unit, What.WEBHOOK_ADD, made, by=moderator, now=now)
        unit.commit()
    return NewSecret(webhook=made, text=text)


def rotate_secret(
    moderator: Moderator, webhook_id: int, *, store: Store, secret: str, now: dt.datetime
) -> NewSecret:
    """A new secret; the one before signs too for a day (fast I/O). Raises NotFound, NotPermitted.

    Of two secrets that are alive the older one ends at once.
    """
    text, until = new_secret(), now + BOTH_SECRETS
    with store.begin() as unit:
        found = _find(unit, moderator, webhook_id)
        unit.webhooks.set_secret(webhook_id, seal(text, secret), old_until=until)
        _log(unit, What.WEBHOOK_ROTATE, found, by=moderator, now=now)
        unit.commit()
    return NewSecret(webhook=found, text=text, old_until=until)


def pause_webhook(
    moderator: Moderator, webhook_id: int, *, store: Store, now: dt.datetime
) -> Webhook:
    """Nothing is sent to it from now on; what would be is put aside (fast I/O).

    Twice is harmless. Raises NotFound, NotPermitted.
    """
    with store.begin() as unit:
        found = _find(unit, moderator, webhook_id)
        if found.paused_at is None:
            unit.webhooks.set_paused(webhook_id, now)
            _log(unit, What.WEBHOOK_PAUSE, found, by=moderator, now=now)
            unit.commit()
    return found


def resume_webhook(moderator: Moderator, webhook_id: int, *, store: Store, now: dt.datetime) -> int:
    """It hears again, first what was put aside meanwhile: so many Events (fast I/O).

    Twice is harmless. Raises NotFound, NotPermitted.
    """
    with store.begin() as unit:
        found = _find(unit, moderator, webhook_id)
        unit.webhooks.set_paused(webhook_id, None)
        again = unit.events.resend_paused(webhook_id, now)
        if found.paused_at is not None:
            _log(unit, What.WEBHOOK_RESUME, found, by=moderator, now=now)
        unit.commit()
    return again


def remove_webhook_of(
    moderator: Moderator, webhook_id: int, *, store: Store, now: dt.datetime
) -> None:
    """It hears nothing more; its secrets are destroyed (fast I/O). Raises NotFound, NotPermitted.

    What still waits for it is given up.
    """
    with store.begin() as unit:
        found = _find(unit, moderator, webhook_id)
        unit.webhooks.set_removed(webhook_id, now)
        _log(unit, What.WEBHOOK_REMOVE, found, by=moderator, now=now)
        unit.commit()


def _find(unit: Unit, moderator: Moderator, webhook_id: int) -> Webhook:
    require(moderator, Action.EDIT_KEYS)
    found = unit.webhooks.find(webhook_id)
    if found is None:
        raise NotFound(f"There is no webhook {webhook_id}.")
    if found.site_id is not None:
        require_sight(moderator, found.site_id)
    elif moderator.site_ids is not None:
        raise NotFound
    return found


def _require_whole(moderator: Moderator, site_id: int | None) -> None:
    if site_id is not None:
        require_sight(moderator, site_id)
    elif moderator.site_ids is not None:
        raise NotPermitted("Only who works on every site adds a webhook for all of them.")


def _log(unit: Unit, what: What, webhook: Webhook, *, by: Moderator, now: dt.datetime) -> None:
    host = host_of_webhook(webhook)
    unit.changes.append(what, host, by=by, now=now, site_id=webhook.site_id)
