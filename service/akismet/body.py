"""The request's fields, out of a body of exactly as many bytes as were promised."""

from __future__ import annotations

import flask

from service.akismet.form import MOST_BYTES, Pairs, read_pairs
from service.web.body import read_body


def read_request() -> Pairs:
    """Every field of this request. Raises BadInput and BodyTooLarge."""
    request = flask.request
    body = read_body(MOST_BYTES)
    return read_pairs(body, request.headers.get("Content-Type", ""), request.query_string)
