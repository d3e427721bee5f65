"""The OpenAPI 3.1 document, made from the table of operations and the shapes: it cannot lag."""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import version
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from service.api.answers import Problem
from service.api.operations import OPERATIONS, PREFIX, Operation
from service.api.problem import PROBLEM_TYPE

_PART: Final = re.compile(r"<(?:(int):)?(\w+)>")
_GUID: Final = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
_QUERY: Final[dict[str, dict[str, Any]]] = {
    "cursor": {"type": "string", "description": "`next` of the page before."},
    "limit": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
    "outcome": {"enum": ["unsure", "ham", "spam", "removed"], "default": "unsure"},
    "order": {"enum": ["newest", "oldest"], "default": "newest"},
    "since": {"type": "string", "format": "date", "description": "A day, UTC."},
}
_REF: Final = "#/components/schemas/{model}"
_WORDS: Final = {
    400: "The request cannot be read; `field` names what is wrong.",
    401: "The key is missing, unknown or revoked, or it is suspended (`suspended-key`).",
    403: "The key does not reach so far.",
    404: "There is no such thing, or it is not yours to see.",
    409: "Something changed meanwhile, or this Idempotency-Key came with another body.",
    413: "The body is too large.",
    503: "Unavailable for a moment; see Retry-After. Hold the comment and ask again.",
}


@cache
def document() -> dict[str, Any]:
    """The whole document (heavy CPU once, then free)."""
    said = {row.answer for row in OPERATIONS} | {Problem}
    asked = {row.ask for row in OPERATIONS if row.ask}
    names, defined = models_json_schema(
        [(model, "validation") for model in sorted(asked, key=lambda one: one.__name__)]
        + [(model, "serialization") for model in sorted(said, key=lambda one: one.__name__)],
        ref_template=_REF,
    )
    del names
    paths: dict[str, dict[str, Any]] = {}
    for row in OPERATIONS:
        path = _PART.sub(r"{\2}", PREFIX + row.path)
        paths.setdefault(path, {})[row.method.lower()] = _operation(row)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Chaffinch",
            "version": version("chaffinch"),
            "description": "Comment spam moderation on your own machine. `unsure` means: hold it.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": defined["$defs"],
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(row: Operation) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "operationId": row.name,
        "summary": row.summary,
        "description": f"Needs a key with the scope `{row.scope.value}`.",
        "parameters": _parameters(row),
        "responses": _responses(row),
    }
    if row.ask is not None:
        entry["requestBody"] = {"required": True, "content": _content(row.ask.__name__)}
    return entry


def _content(model: str, kind: str = "application/json") -> dict[str, Any]:
    return {kind: {"schema": {"$ref": _REF.format(model=model)}}}


def _parameters(row: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for kind, name in _PART.findall(row.path):
        schema = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1} if kind else _GUID
        found.append({"name": name, "in": "path", "required": True, "schema": schema})
    found += [{"name": name, "in": "query", "schema": _QUERY[name]} for name in row.query]
    if row.named:
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "description": "The same call again under it is answered alike and counts once.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 255},
            }
        )
    return found


def _responses(row: Operation) -> dict[str, Any]:
    done = {"description": "Done.", "content": _content(row.answer.__name__)}
    found: dict[str, Any] = {str(row.status): done}
    always = [401, 403, 503] + ([400] if row.ask or row.query or row.named else [])
    for status in sorted({*always, *row.refusals}):
        found[str(status)] = {
            "description": _WORDS[status],
            "content": _content("Problem", PROBLEM_TYPE),
        }
    return found
