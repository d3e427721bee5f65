"""The application for a WSGI server: `service.wsgi:make_application` (a factory)."""

from __future__ import annotations

import logging

import flask

from service.app import create_app
from service.background import start_background
from service.runtime import Runtime
from service.settings import Settings


def make_application() -> flask.Flask:
    """The application with the settings of this process's environment."""
    settings = Settings.load()
    logging.basicConfig(
        level=settings.log_level.upper(),
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    runtime = Runtime.from_settings(settings)
    start_background(runtime)
    return create_app(runtime)
