"""What a Site does with the data of who comments on it, as it is configured now."""

from __future__ import annotations

import dataclasses
from urllib.parse import urlsplit

from service.domain.site import Site
from service.storage.store import Store


@dataclasses.dataclass(frozen=True, slots=True)
class Notice:
    """A Site's facts for its commenters: *receivers* are hosts that hear of decisions, sorted."""

    site: Site
    receivers: tuple[str, ...]


def tell_privacy(site_id: int, *, store: Store) -> Notice:
    """The facts of this Site (fast I/O). Raises NotFound."""
    with store.read() as unit:
        site = unit.sites.get(site_id)
        heard = tuple(one for one in (site.site_id, site.parent_id) if one is not None)
        hosts = {urlsplit(one.url).hostname or "" for one in unit.webhooks.list_of(heard)}
    return Notice(site, tuple(sorted(hosts - {""})))
