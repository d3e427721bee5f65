"""create_app(runtime): blueprints with their guards, errors, headers, health."""

from __future__ import annotations

import datetime as dt

import flask
from werkzeug.middleware.proxy_fix import ProxyFix

from service.akismet import routes as akismet
from service.akismet.lane import Lane
from service.api import routes as api
from service.background import Background
from service.moderation import routes as moderation
from service.moderation.elsewhere import offer_openid
from service.runtime import Runtime
from service.web.auth import protect_forms
from service.web.errors import register_errors
from service.web.gate import Gate, guard
from service.web.headers import add_headers
from service.web.health import health
from service.web.ids import RowName, RowNumber
from service.web.language import speak
from service.web.metrics import count_requests, metrics


def create_app(runtime: Runtime) -> flask.Flask:
    """The application around *runtime*. Nothing is read from the environment."""
    app = flask.Flask("service", static_folder=None)
    app.extensions["chaffinch"] = runtime
    gate = Gate(runtime.settings.threads)
    # Not started yet: a bulk wakes it, and the server starts it at once.
    app.extensions["chaffinch-background"] = Background(
        runtime.store, runtime.clock, runtime.remembered, asked=lambda: gate.entered
    )
    # No address redirects: clients turn the POST into a GET, or call the redirect an error.
    app.url_map.strict_slashes = app.url_map.merge_slashes = False
    app.url_map.converters |= {"int": RowNumber, "default": RowName}
    app.config.update(_config(runtime))
    # First, so that what the guards refuse is counted too.
    counted = count_requests(app, runtime)
    pages = (moderation.moderation, moderation.front)
    for blueprint in (akismet.akismet, api.api, *pages, health, metrics):
        app.register_blueprint(blueprint)
    guard(app, gate)
    protect_forms(app)
    speak(app)
    offer_openid(app, runtime.settings)
    register_errors(
        app,
        {
            "/1.": akismet.render_error,
            "/api/": api.render_error,
            "/moderation": moderation.render_error,
        },
    )
    app.after_request(add_headers)
    # In front of everything above, but for the proxy's word on who calls which host.
    app.wsgi_app = Lane(app.wsgi_app, runtime, gate, counted)  # type: ignore[method-assign]
    hops = runtime.settings.trusted_proxies
    if hops:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app,
            x_for=hops,
            x_proto=hops,
            x_host=hops,
        )
    return app


def _config(runtime: Runtime) -> dict[str, object]:
    """Flask's own settings."""
    return {
        "SECRET_KEY": runtime.secret,
        "SESSION_COOKIE_NAME": "chaffinch",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": runtime.settings.cookie_secure,
        "PERMANENT_SESSION_LIFETIME": dt.timedelta(hours=runtime.settings.session_hours),
        # The wire reads its own bodies up to 2 MiB; forms of people are small.
        "MAX_CONTENT_LENGTH": 2 * 1024 * 1024,
        # Bound to the session, not to the clock: a clock that steps back would end every form.
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_CHECK_DEFAULT": False,
    }
