"""The document, and a page to try the API on; it loads nothing but our own two files.

The page is ours and small: the ready-made ones are megabytes of script and style themselves inline,
which our Content-Security-Policy forbids for good reason.
"""

from __future__ import annotations

import json
from typing import Any

import flask
from flask.typing import ResponseReturnValue

from service.api.openapi import document
from service.api.operations import api

_EXAMPLES: dict[str, dict[str, Any]] = {
    "check": {
        "comment": {
            "text": "Great post! Buy cheap watches at http://watches.example/",
            "author": "cheap watches",
            "author_url": "http://watches.example/",
            "user_ip": "203.0.113.9",
        },
        "is_test": True,
    },
    "checks": {"items": [{"comment": {"text": "Thank you, this helped."}, "is_test": True}]},
    "feedback": {"label": "spam", "comment": {"text": "Buy now"}, "is_test": True},
    "decide": {"guid": "0" * 32, "act": "approve"},
    "add_site": {"blog": "https://blog.example.org/"},
    "set_policy": {"unsure": "hold"},
    "issue_key": {"blog": "https://blog.example.org/", "name": "staging"},
}


@api.get("/openapi.json")
def openapi_json() -> ResponseReturnValue:
    """The OpenAPI 3.1 document. Nobody needs a key to read it."""
    return flask.jsonify(document())


@api.get("/docs")
def docs() -> ResponseReturnValue:
    """Every operation with a form to try it."""
    rows = [
        (path, method.upper(), entry, _example(entry["operationId"]))
        for path, entries in document()["paths"].items()
        for method, entry in entries.items()
    ]
    return flask.render_template(
        "docs.html", rows=rows, schemas=document()["components"]["schemas"]
    )


def _example(name: str) -> str:
    return json.dumps(_EXAMPLES[name], indent=2) if name in _EXAMPLES else ""
