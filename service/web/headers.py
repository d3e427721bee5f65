"""Headers of every answer: pages can load nothing from elsewhere and are kept nowhere."""

from __future__ import annotations

from typing import Final

import flask

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


# On every answer that does not say otherwise.
DEFAULTS: Final = (
    ("Content-Security-Policy", _POLICY),
    ("X-Content-Type-Options", "nosniff"),
    # To nobody else, but to us: a form over HTTPS is taken only with where it came from.
    ("Referrer-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
)
# Said of a page that others may frame, they would take that back.
_UNFRAMED: Final = frozenset(
    {"X-Frame-Options", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy"}
)


def add_headers(response: flask.Response) -> flask.Response:
    """Safe defaults; an answer that set its own (the framed statistics pages) keeps it."""
    headers = response.headers
    is_framed = "frame-ancestors 'none'" not in headers.get("Content-Security-Policy", _POLICY)
    for name, value in DEFAULTS:
        if not (is_framed and name in _UNFRAMED):
            headers.setdefault(name, value)
    return response
