"""The application for a WSGI server: `service.wsgi:make_application` (a factory)."""

from __future__ import annotations

import flask

from service.app import create_app
from service.logs import start_logging
from service.runtime import Runtime
from service.schedule import Schedule
from service.settings import Settings


def make_application() -> flask.Flask:
    """The application with the settings of this process's environment."""
    settings = Settings.load()
    start_logging(settings.log_level, is_json=settings.log_format == "json")
    runtime = Runtime.from_settings(settings)
    application = create_app(runtime)
    application.extensions["chaffinch-background"].start()
    Schedule(application, runtime).start()
    return application
