"""The bytes, the query and the cursors of a call -> our values. Raises BadInput, nothing else."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, Final, TypeVar

import flask
from pydantic import BaseModel, ValidationError

from service.errors import BadInput, InvalidField

_MOST_ROWS: Final = 200
_S = TypeVar("_S", bound=BaseModel)


def read_shape(shape: type[_S], body: bytes) -> _S:
    """The value of *shape* in a JSON *body*. Raises BadInput, InvalidField naming the field."""
    try:
        return shape.model_validate_json(body or b"{}")
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        if first["type"] != "json_invalid":
            raise _named(error) from None
    # JavaScript cuts emoji in half, and a strict reader refuses the half: mend and look again.
    try:
        table = _mended(json.loads(body))
    except (ValueError, RecursionError):
        raise BadInput("The body is not JSON.") from None
    return read_value(shape, table)


def read_value(shape: type[_S], value: object) -> _S:
    """The value of *shape* in decoded JSON. Raises InvalidField naming the field."""
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        raise _named(error) from None


def _named(error: ValidationError) -> InvalidField:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join(str(part)[:60] for part in first["loc"])[:200] or "body"
    return InvalidField(field, f"{field}: {first['msg'][:200]}.")


def _mended(value: Any, depth: int = 0) -> Any:  # noqa: ANN401 - whatever JSON holds
    if depth > 32:  # noqa: PLR2004 - nothing of ours nests deeper than four
        raise ValueError("too deep")
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_mended(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {_mended(k, depth + 1): _mended(v, depth + 1) for k, v in value.items()}
    return value


def read_limit() -> int:
    """How many rows this request asks for on a page. Raises InvalidField."""
    text = flask.request.args.get("limit", "50")
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= _MOST_ROWS):
        raise InvalidField("limit", f"limit is a whole number from 1 to {_MOST_ROWS}.")
    return int(text)


def read_cursor(text: str) -> int | None:
    """The id a cursor stands for; None for none. Raises InvalidField."""
    if not text:
        return None
    try:
        number = int(base64.urlsafe_b64decode(text.encode("ascii") + b"==").decode("ascii"))
    except (ValueError, binascii.Error):
        number = -1
    if not 0 <= number < 2**53:
        raise InvalidField("cursor", "This cursor is not one of ours.")
    return number


def write_cursor(number: int | None) -> str | None:
    """What `read_cursor` reads."""
    if number is None:
        return None
    return base64.urlsafe_b64encode(str(number).encode()).decode().rstrip("=")
