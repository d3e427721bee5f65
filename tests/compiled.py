"""Templates and addresses as code, once for all apps: nearly each test makes an app of its own.

An app compiles every address when it is made, and each template that it shows: a quarter of a
second for what is the same each time. Nothing else of an app is shared.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import flask
import jinja2
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class _Templates(jinja2.BytecodeCache):
    """Jinja's own way to keep them; here in memory, by name, place and text."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key, bucket.checksum] = bucket.code


class _Rule(Rule):
    """An address; the function that writes it takes what differs between two apps from its rule."""

    _builders: ClassVar[dict[tuple[Any, ...], Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002 - Werkzeug's
        defaults = sorted((self.defaults or {}).items())
        known = (self.rule, self.host, self.subdomain, repr(defaults), append_unknown)
        if known not in self._builders:
            self._builders[known] = super()._compile_builder(append_unknown)
        return self._builders[known]


def compile_once() -> None:
    """Let every app that is made from now on take what another one has compiled."""
    flask.Flask.jinja_options = {"bytecode_cache": _Templates()}
    flask.Flask.url_rule_class = _Rule
