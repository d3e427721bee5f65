"""Who is signed in on the pages, and forms that only we can have written.

The Akismet endpoints find their caller by key: `service.akismet.routes`.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import flask
from flask_wtf.csrf import CSRFError, CSRFProtect

from service.domain.moderator import Moderator
from service.errors import BadCsrf
from service.web.health import runtime
from service.workflows.sign_in import find_signed_in

# Pages of the moderation blueprint that nobody has to be signed in for, said aloud.
OPEN_ENDPOINTS: Final = frozenset(
    {
        "moderation.sign_in_page",
        "moderation.sign_in_form",
        "moderation.code_page",
        "moderation.code_form",
        "moderation.invitation_page",
        "moderation.invitation_form",
        "moderation.elsewhere",
        "moderation.elsewhere_back",
        "moderation.static",
    }
)
_TOKEN: Final = "moderator"  # noqa: S105 - the cookie's field, not a secret
# Who knew the password and has not shown the second factor yet, since when, and where to go on.
_WAITING: Final = "waiting"
_WAITS_S: Final = 300
_csrf = CSRFProtect()


def protect_forms(app: flask.Flask) -> None:
    """Give templates `csrf_token()`; `require_moderator` checks it on every unsafe request."""
    _csrf.init_app(app)


def require_moderator() -> None:
    """Guard of the moderation blueprint. Raises NotSignedIn, BadCsrf."""
    if flask.request.method not in {"GET", "HEAD", "OPTIONS"}:
        try:
            _csrf.protect()
        except CSRFError as error:
            raise BadCsrf(detail=str(error.description)) from None
    if flask.request.endpoint in OPEN_ENDPOINTS:
        return
    flask.g.moderator = who_asks()


def who_asks() -> Moderator:
    """Who this browser is signed in as. Raises NotSignedIn (fast I/O)."""
    here = runtime()
    return find_signed_in(
        own_token(),
        idle=dt.timedelta(minutes=here.settings.session_idle_minutes),
        lifetime=dt.timedelta(hours=here.settings.session_hours),
        store=here.store,
        now=here.clock(),
    )


def signed_in() -> Moderator:
    """The Moderator this request comes from; only behind `require_moderator`."""
    moderator: Moderator = flask.g.moderator
    return moderator


def remember(token: str) -> None:
    """Sign this browser in: a fresh cookie, so that none set before is ever raised to a session."""
    flask.session.clear()
    flask.session.permanent = True
    flask.session[_TOKEN] = token


def own_token() -> str:
    """The token this browser is signed in with, or "" when it is not."""
    return str(flask.session.get(_TOKEN, ""))


def ask_for_code(moderator_id: int, now: dt.datetime) -> None:
    """Remember that this browser knew the password; it has five minutes for the second factor."""
    flask.session.clear()
    flask.session[_WAITING] = {"id": moderator_id, "at": int(now.timestamp())}


def awaited_code(now: dt.datetime) -> int | None:
    """Whose second factor this browser is asked for, or None when it is nobody's any more."""
    waiting = flask.session.get(_WAITING)
    if not waiting or not 0 <= now.timestamp() - waiting["at"] <= _WAITS_S:
        return None
    return int(waiting["id"])


def forget() -> str:
    """Sign this browser out; answers with the token to be ended."""
    token = str(flask.session.get(_TOKEN, ""))
    flask.session.clear()
    return token


def here_address() -> str:
    """The address people reach this server at, without a slash at its end."""
    return (runtime().settings.public_url or flask.request.host_url).rstrip("/")


def caller_address() -> str:
    """The address this request came from, as far as trusted proxies tell."""
    return flask.request.remote_addr or "unknown"
