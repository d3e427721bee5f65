"""One table from error class to HTTP status; the body comes from the renderer of the path."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from typing import Final

import flask
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from service import errors as e

_log = logging.getLogger(__name__)

STATUS: Final[dict[type[e.ServiceError], int]] = {
    e.ServiceError: 500,
    e.BadInput: 400,
    e.MissingField: 400,
    e.InvalidField: 400,
    e.ReasonMissing: 400,
    e.BadFile: 400,
    e.MendableFile: 400,
    e.BodyTooLarge: 413,
    e.NotAllowed: 403,
    e.UnknownKey: 401,
    e.SuspendedKey: 401,
    e.NotSignedIn: 401,
    e.BadCredentials: 401,
    e.NotPermitted: 403,
    e.BadCsrf: 400,
    e.NotFound: 404,
    e.Conflict: 409,
    e.AlreadyDecided: 409,
    e.BelongsToBulk: 409,
    e.DuplicateSite: 409,
    e.DuplicateModerator: 409,
    e.TooManyRequests: 429,
    e.NotReady: 503,
    e.Unfinished: 503,
    e.Unavailable: 503,
    e.ScorerUnavailable: 503,
    e.StoreUnavailable: 503,
    e.Overloaded: 503,
}
_WORDS: Final = {
    400: "The request cannot be read.",
    404: "There is nothing here.",
    405: "This address does not answer that method.",
    413: "The request is larger than 2 MiB.",
}

# Renders one refusal: the error (None for one of the framework's), status, sentence.
Renderer = Callable[[e.ServiceError | None, int, str], ResponseReturnValue]


def told(error: Exception, endpoint: str = "") -> tuple[e.ServiceError | None, int, str]:
    """What a renderer is told of *error*, which goes to the log: itself if ours, status, sentence.

    Nothing of an exception that we did not foresee leaves the process; its id finds it in the log.
    *endpoint* is whose it was, where Flask does not know.
    """
    where = _where(error, endpoint)
    if isinstance(error, e.ServiceError):
        level = logging.ERROR if isinstance(error, e.Unavailable) else logging.INFO
        status = STATUS[type(error)]
        _log.log(
            level, "%s: %s", error.code, error.detail or "refused", extra=where | {"status": status}
        )
        return error, status, str(error)
    if isinstance(error, HTTPException):
        status = error.code or 500
        return None, status, _WORDS.get(status, "This did not work.")
    request_id = secrets.token_hex(4)
    _log.error("bug %s", request_id, exc_info=error, extra=where | {"status": 500})
    return None, 500, f"Something went wrong here (reference {request_id})."


def _where(error: Exception, endpoint: str) -> dict[str, object]:
    """What a log for machines says of a refusal: never anything a caller wrote."""
    return {
        "endpoint": flask.request.endpoint if flask.has_request_context() else endpoint or None,
        "guid": getattr(error, "guid", "") or None,
        "site": getattr(error, "site_id", None),
    }


def _plain(_error: e.ServiceError | None, status: int, sentence: str) -> ResponseReturnValue:
    return flask.Response(sentence, status=status, mimetype="text/plain")


def register_errors(app: flask.Flask, renderers: dict[str, Renderer]) -> None:
    """Answer every error of *app*; *renderers* by path prefix, plain text elsewhere.

    By path and not by blueprint: Flask knows no blueprint for an address that is not there.
    """

    def render(error: e.ServiceError | None, status: int, sentence: str) -> ResponseReturnValue:
        path = flask.request.path
        for prefix, renderer in renderers.items():
            if path.startswith(prefix):
                return renderer(error, status, sentence)
        return _plain(error, status, sentence)

    def on_error(error: Exception) -> ResponseReturnValue:
        # A redirect is no error.
        if isinstance(error, HTTPException) and (error.code or 500) < 400:  # noqa: PLR2004
            return error.get_response()
        known, status, sentence = told(error)
        answer = flask.make_response(render(known, status, sentence))
        wait = getattr(error, "retry_after_s", 0)
        if wait:
            answer.headers.setdefault("Retry-After", str(wait))
        return answer

    for kind in (e.ServiceError, HTTPException, Exception):
        app.register_error_handler(kind, on_error)
