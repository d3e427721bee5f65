"""Refusals as problem+json (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

import flask
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import MethodNotAllowed

from service import errors as e
from service.api.answers import Problem

PROBLEM_TYPE: Final = "application/problem+json"
_CODES: Final = {404: "not-found", 405: "method-not-allowed", 413: "too-large", 500: "bug"}


def write_problem(error: e.ServiceError | None, status: int, sentence: str) -> Problem:
    """The body of one refusal; a field that is at fault is named."""
    code = error.code if error else _CODES.get(status, "error")
    more: dict[str, Any] = {}
    if isinstance(error, e.MissingField | e.InvalidField):
        more["field"] = error.field
    if isinstance(error, e.AlreadyDecided):
        more["version"] = error.version
    return Problem(
        type=f"/api/v1/docs#{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=sentence,
        **more,
    )


def render_error(error: e.ServiceError | None, status: int, sentence: str) -> ResponseReturnValue:
    """A refusal as the API spells it."""
    body = write_problem(error, status, sentence).model_dump_json()
    response = flask.Response(body, status=status, content_type=PROBLEM_TYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="chaffinch"'
    wrong = flask.request.routing_exception
    if isinstance(wrong, MethodNotAllowed) and wrong.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(wrong.valid_methods))
    return response
