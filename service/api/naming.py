"""Calls with an Idempotency-Key: the name a call goes by, and whether it was done before."""

from __future__ import annotations

from typing import Final

import flask

from service.api.operations import MOST_NAME, Call
from service.domain.submission import new_guid
from service.errors import InvalidField
from service.web.health import runtime
from service.workflows.promise_once import Name, promise_once

HEADER: Final = "Idempotency-Key"


def named(call: Call) -> tuple[Name | None, str, bool]:
    """Name, guid and "done before" of *call*; without an Idempotency-Key a new guid (fast I/O).

    Raises Conflict when the name came with another body, InvalidField.
    """
    text = flask.request.headers.get(HEADER, "").strip()
    if not text:
        return None, new_guid(), False
    if len(text) > MOST_NAME:
        raise InvalidField(HEADER, f"At most {MOST_NAME} characters.")
    here = runtime()
    # The address is a part of it: one name for a check and for a report are two calls.
    body = flask.request.path.encode() + b"\n" + call.raw
    name, kept = promise_once(
        call.caller.key.key_id, text, body, store=here.store, now=here.clock()
    )
    return name, kept.guid, kept.is_done
