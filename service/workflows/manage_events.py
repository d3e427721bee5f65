"""What the command line asks about Events: list, send again; add, rotate and remove Webhooks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from service.domain.event import BOTH_SECRETS, Event, EventState, Webhook, new_secret
from service.domain.sealing import seal
from service.errors import InvalidField, NotFound
from service.outgoing import read_target
from service.storage.store import Store

_MOST_URL = 500
# Long enough to ask what became of last quarter's comment.
_KEPT = dt.timedelta(days=90)


def list_events(
    *, state: EventState | None = None, before: int | None = None, limit: int = 50, store: Store
) -> list[Event]:
    """The newest Events, or those in one state; *before* a number for the next page."""
    with store.read() as unit:
        return unit.events.page(state=state, before=before, limit=limit)


def resend_events(numbers: Sequence[int] | None, *, store: Store, now: dt.datetime) -> int:
    """Send given-up Events again: these, or all when None. Raises NotFound."""
    with store.begin() as unit:
        again = unit.events.resend(numbers, now)
        unit.commit()
    return again


def forget_events(*, store: Store, now: dt.datetime) -> int:
    """Forget Events that were settled long ago; answers with how many (slow I/O on a big table).

    A comment undone after that is binned, not pended: nobody knows any more what its blog did.
    """
    with store.begin() as unit:
        gone = unit.events.purge(before=now - _KEPT)
        unit.commit()
    return gone


def add_webhook(
    url: str, *, blog: str = "", store: Store, secret: str, now: dt.datetime
) -> tuple[Webhook, str]:
    """A new Webhook, of one Site or of all, and the only sight of its secret.

    Raises InvalidField, NotFound.
    """
    read_target(url)
    if len(url) > _MOST_URL:
        raise InvalidField("url", f"An address has at most {_MOST_URL} characters.")
    text = new_secret()
    with store.begin() as unit:
        site = unit.sites.find_by_blog(blog) if blog else None
        if blog and site is None:
            raise NotFound(f"There is no site for {blog}.")
        site_id = site.site_id if site else None
        made = unit.webhooks.add(site_id=site_id, url=url, secret=seal(text, secret), now=now)
        unit.commit()
    return made, text


def list_webhooks(*, store: Store) -> list[Webhook]:
    """Every living Webhook."""
    with store.read() as unit:
        return unit.webhooks.list_all()


def rotate_webhook(webhook_id: int, *, store: Store, secret: str, now: dt.datetime) -> str:
    """A new secret; the old one signs too for a day. Raises NotFound."""
    text = new_secret()
    with store.begin() as unit:
        unit.webhooks.set_secret(webhook_id, seal(text, secret), old_until=now + BOTH_SECRETS)
        unit.commit()
    return text


def remove_webhook(webhook_id: int, *, store: Store, now: dt.datetime) -> None:
    """It hears nothing more. Raises NotFound."""
    with store.begin() as unit:
        unit.webhooks.set_removed(webhook_id, now)
        unit.commit()
