"""The application on a real socket, in a thread of the test's own."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator
from typing import Any

from werkzeug.serving import make_server


@contextlib.contextmanager
def served(app: Any) -> Iterator[str]:
    """The address *app* answers at while the block runs."""
    server = make_server("127.0.0.1", 0, _closing(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _closing(app: Any) -> Any:
    """Close every answer, as WSGI asks for.

    Werkzeug's server leaves one open when its client goes away, as a browser does that leaves a
    page while its files come: they were closed by nobody, whenever they were found.
    """

    def closing(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        answer: Iterable[bytes] = app(environ, start_response)
        try:
            yield from answer
        finally:
            close = getattr(answer, "close", None)
            if close:
                close()

    return closing
