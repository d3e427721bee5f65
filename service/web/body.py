"""The request's bytes, exactly as many as were promised, or a clear refusal."""

from __future__ import annotations

from typing import Final
from wsgiref.types import WSGIEnvironment

from werkzeug.wsgi import get_content_length

from service.errors import BadInput, BodyTooLarge

# A client that is still writing can only read our refusal when somebody takes what it writes.
_DRAINED: Final = 16 * 1024 * 1024
_CHUNK: Final = 64 * 1024


def read_body(environ: WSGIEnvironment, most: int) -> bytes:
    """The whole body. Raises BadInput, and BodyTooLarge above *most* bytes."""
    if environ.get("HTTP_CONTENT_ENCODING", "").lower() not in {"", "identity"}:
        raise BadInput("Compressed bodies are not read.")
    if environ.get("HTTP_TRANSFER_ENCODING"):
        # A chunked body is cut at the limit by most servers, and judged by what is left of it.
        raise BadInput("Send a Content-Length.")
    length = get_content_length(environ) or 0
    stream = environ["wsgi.input"]
    if length > most:
        left = min(length, _DRAINED)
        while left > 0:
            chunk = stream.read(min(_CHUNK, left))
            if not chunk:
                break
            left -= len(chunk)
        raise BodyTooLarge
    body = b""
    while len(body) < length:
        chunk = stream.read(length - len(body))
        if not chunk:
            raise BadInput("The body is shorter than its Content-Length.")
        body += chunk
    return body
