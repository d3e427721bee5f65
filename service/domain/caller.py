"""Caller: whose key asks, for which Site; and how that is written into a file."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from service.domain.scope import read_scopes, write_scopes
from service.domain.site import Key, Site, read_policy, write_policy


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A living Key and the Site it asks for now; *owner* is the network a child Site belongs to.

    *is_sealed* says that the text of the Key is kept, sealed.
    """

    key: Key
    site: Site
    owner: Site
    is_sealed: bool = False


def write_caller(caller: Caller) -> dict[str, Any]:
    """The JSON spelling of a Caller. It holds no text of a Key, nor its hash."""
    key = dataclasses.asdict(caller.key) | {"scopes": write_scopes(caller.key.scopes)}
    return {
        "key": {name: _plain(value) for name, value in key.items()},
        "site": _write_site(caller.site),
        "owner": _write_site(caller.owner),
        "is_sealed": caller.is_sealed,
    }


def read_caller(row: dict[str, Any]) -> Caller:
    """The Caller that `write_caller` wrote. Raises ValueError, KeyError, TypeError."""
    key = dict(row["key"])
    # A Key that is remembered works: it was not suspended.
    times = {name: _time(key[name]) for name in ("created_at", "last_used_at", "revoked_at")}
    return Caller(
        key=Key(**(key | times | {"scopes": read_scopes(key["scopes"])})),
        site=_read_site(row["site"]),
        owner=_read_site(row["owner"]),
        is_sealed=row["is_sealed"],
    )


def _write_site(site: Site) -> dict[str, Any]:
    row = {field.name: _plain(getattr(site, field.name)) for field in dataclasses.fields(site)}
    return row | {"policy": write_policy(site.policy)}


def _read_site(row: dict[str, Any]) -> Site:
    changed = {"policy": read_policy(row["policy"]), "created_at": _time(row["created_at"])}
    return Site(**(row | changed))


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.datetime) else value


def _time(text: str | None) -> Any:  # noqa: ANN401 - as the field says
    return text and dt.datetime.fromisoformat(text)
