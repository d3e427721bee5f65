"""The blueprint with all its routes: importing the modules puts their rows into the table."""

from __future__ import annotations

from service.api import administering, checking, docs, reading
from service.api.operations import api
from service.api.problem import render_error

__all__ = ["administering", "api", "checking", "docs", "reading", "render_error"]
