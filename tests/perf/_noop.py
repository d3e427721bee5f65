"""The least a Flask application can do with a check: read the form, say `false`.

python -m tests.perf._noop PORT THREADS [PROCESSES]
"""

from __future__ import annotations

import os
import sys
import tempfile

import flask

from service.cores import take_core

_PROCESSES, _PLACES = "NOOP_PROCESSES", "NOOP_PLACES"


def make_application() -> flask.Flask:
    """One endpoint that reads what ours reads and decides nothing."""
    # On the cores as ours are.
    take_core(int(os.environ.get(_PROCESSES, "1")), os.environ.get(_PLACES, ""))
    app = flask.Flask("noop", static_folder=None)

    @app.post("/1.1/comment-check")
    def check() -> flask.Response:
        flask.request.form.get("comment_content")
        return flask.Response("false", content_type="text/plain; charset=utf-8")

    return app


def main() -> None:
    from granian.constants import Interfaces  # noqa: PLC0415 - not needed to make the application
    from granian.log import LogLevels  # noqa: PLC0415
    from granian.server import Server  # noqa: PLC0415

    processes = sys.argv[3] if len(sys.argv) > 3 else "1"
    with tempfile.TemporaryDirectory() as places:
        os.environ[_PROCESSES], os.environ[_PLACES] = processes, places
        Server(
            "tests.perf._noop:make_application",
            factory=True,
            interface=Interfaces.WSGI,
            address="127.0.0.1",
            port=int(sys.argv[1]),
            workers=int(processes),
            blocking_threads=int(sys.argv[2]),
            backlog=1024,
            websockets=False,
            log_level=LogLevels.error,
        ).serve()


if __name__ == "__main__":
    main()
