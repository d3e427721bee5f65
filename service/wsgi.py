"""The application for a WSGI server: `service.wsgi:make_application` (a factory)."""

from __future__ import annotations

import logging

import flask

from service.app import create_app
from service.runtime import Runtime
from service.schedule import Schedule
from service.settings import Settings


def make_application() -> flask.Flask:
    """The application with the settings of this process's environment."""
    settings = Settings.load()
    logging.basicConfig(
        level=settings.log_level.upper(),
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    # Two lines for each look at /readyz tell nobody anything.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    runtime = Runtime.from_settings(settings)
    application = create_app(runtime)
    application.extensions["chaffinch-background"].start()
    Schedule(application, runtime).start()
    return application
