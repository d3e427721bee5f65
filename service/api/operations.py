"""The table of all the API can be asked; each row is a route and a part of the OpenAPI document.

One frame around every view: whose key, may it, read the body, answer as JSON.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Final

import flask
from pydantic import BaseModel

from service import errors as e
from service.api.answers import Answer
from service.api.read import read_shape
from service.api.shapes import Shape
from service.domain.caller import Caller
from service.domain.moderator import Action, Moderator, may
from service.domain.scope import Scope
from service.domain.site import Site
from service.web.body import read_body
from service.web.health import runtime
from service.workflows.find_caller import find_caller
from service.workflows.find_person import find_person

PREFIX: Final = "/api/v1"
MOST_BYTES: Final = 2 * 1024 * 1024
# A thousand comments of 4 000 bytes.
MOST_BATCH_BYTES: Final = 4 * 1024 * 1024
MOST_NAME: Final = 255
CREATED: Final = 201

api = flask.Blueprint(
    "api",
    __name__,
    url_prefix=PREFIX,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call: who, with what body (None: none), and its bytes."""

    caller: Caller
    body: Any
    raw: bytes
    path: dict[str, Any]

    def site(self, blog: str) -> Site:
        """The Site a call is about: the key's own, or that of *blog* inside a network."""
        if not self.caller.owner.is_network or not blog.strip():
            return self.caller.site
        here = runtime()
        return find_caller(
            bearer(), blog, store=here.store, secret=here.secret, now=here.clock()
        ).site

    def person(self) -> Moderator:
        """The Moderator that the key acts for. Raises NotPermitted."""
        return find_person(self.caller.key, store=runtime().store)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One row. *ask* is read, *answer* is said; *named* takes an Idempotency-Key."""

    method: str
    path: str
    name: str
    summary: str
    scope: Scope
    answer: type[Answer]
    ask: type[BaseModel] | None = None
    reads: type[Shape] | None = None
    query: tuple[str, ...] = ()
    status: int = 200
    named: bool = False
    refusals: tuple[int, ...] = ()


OPERATIONS: Final[list[Operation]] = []


def operation(row: Operation, view: Callable[[Call], Answer]) -> None:
    """Put *row* into the table and answer it with *view*."""
    OPERATIONS.append(row)

    def answer(**path: Any) -> flask.Response:  # noqa: ANN401 - the parts of the address
        made = view(_read_call(row, path))
        return flask.Response(
            made.model_dump_json(), status=row.status, content_type="application/json"
        )

    api.add_url_rule(row.path, endpoint=row.name, view_func=answer, methods=[row.method])


def bearer() -> str:
    """The key in the Authorization header, or ""."""
    kind, _, text = flask.request.headers.get("Authorization", "").partition(" ")
    return text.strip() if kind.lower() == "bearer" else ""


def _read_call(row: Operation, path: dict[str, Any]) -> Call:
    here = runtime()
    caller = find_caller(
        bearer(), scope=row.scope, store=here.store, secret=here.secret, now=here.clock()
    )
    call = Call(caller=caller, body=None, raw=b"", path=path)
    if row.scope is Scope.ADMIN:
        # These speak of every Site: whoever works on some only may not.
        person = call.person()
        if person.site_ids is not None or not may(person, Action.ADMINISTER):
            raise e.NotPermitted
    shape = row.reads or row.ask
    if shape is None:
        return call
    kind = flask.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise e.BadInput("Send application/json.")
    raw = read_body(flask.request.environ, MOST_BATCH_BYTES if row.reads else MOST_BYTES)
    return dataclasses.replace(call, body=read_shape(shape, raw), raw=raw)
