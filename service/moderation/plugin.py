"""The WordPress plugin, fetched by a blog from the server that it is going to ask."""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path
from typing import Final

import flask
from flask.typing import ResponseReturnValue

from service.moderation.blueprint import front
from service.web.auth import here_address

_NAME: Final = "chaffinch.php"
# Installed, it lies beside us (pyproject.toml); in a checkout where people look for it.
_PLACES: Final = (
    Path(__file__).with_name(_NAME),
    Path(__file__).parents[2] / "integrations/wordpress" / _NAME,
)


@dataclasses.dataclass(frozen=True, slots=True)
class Install:
    """What brings a WordPress blog here: a line of shell, and *lines* of its wp-config.php."""

    fetch: str
    lines: str


def install(key: str = "") -> Install:
    """How a blog is brought here, with its *key* where that is known (free)."""
    place = here_address().rstrip("/") + flask.url_for("front.wordpress")
    folder = "wp-content/mu-plugins"
    lines = [f"define( 'CHAFFINCH_URL', '{here_address()}' );"]
    if key:
        lines.append(f"define( 'CHAFFINCH_KEY', '{key}' );")
    return Install(
        fetch=f"mkdir -p {folder} && curl -fsSo {folder}/{_NAME} {place}", lines="\n".join(lines)
    )


@front.get("/wordpress/chaffinch.php", endpoint="wordpress")
def wordpress() -> ResponseReturnValue:
    """The plugin as a file; it holds no secret, and no server runs it here."""
    answer = flask.Response(_plugin(), mimetype="text/plain")
    answer.headers["Content-Disposition"] = f'attachment; filename="{_NAME}"'
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


@cache
def _plugin() -> bytes:
    return next(place for place in _PLACES if place.is_file()).read_bytes()
