"""/healthz: the process lives. /readyz: it can do its work, and if not, why not."""

from __future__ import annotations

import logging

import flask

from service.errors import ServiceError
from service.runtime import Runtime
from service.storage.migrate import current, head

_log = logging.getLogger(__name__)
health = flask.Blueprint("health", __name__)


def runtime() -> Runtime:
    """The Runtime of the application that answers this request."""
    found: Runtime = flask.current_app.extensions["chaffinch"]
    return found


@health.get("/healthz")
def alive() -> flask.Response:
    """200 while the process answers at all. Asks nobody."""
    return flask.Response("ok", mimetype="text/plain")


@health.get("/readyz")
def ready() -> flask.Response:
    """200 when database, migrations and model are there; 503 with each cause otherwise."""
    checks = {"database": _database(), "model": _model()}
    is_ready = all(check["ok"] for check in checks.values())
    response = flask.jsonify({"ready": is_ready, "checks": checks})
    response.status_code = 200 if is_ready else 503
    return response


def _database() -> dict[str, object]:
    store = runtime().store
    try:
        store.ping()
        stands_at, needed = current(store.engine), head()
    except ServiceError as error:
        # The detail may name hosts: it is for the log.
        _log.error("not ready: %s", error.detail or error)
        return {"ok": False, "cause": str(error)}
    if stands_at != needed:
        cause = f"stands at migration {stands_at}, needs {needed}: run chaffinch db upgrade"
        return {"ok": False, "cause": cause}
    return {"ok": True, "migration": stands_at}


def _model() -> dict[str, object]:
    scorer = runtime().scorer
    mirror = runtime().mirror
    fault = str(getattr(scorer, "fault", "")) or (mirror.fault if mirror else "")
    try:
        live = scorer.live()
    except ServiceError as error:
        return {"ok": False, "cause": error.detail or str(error)}
    # The old model still answers when a newer one could not be loaded; both are said.
    return {"ok": True, "model": live.model_id} | ({"warning": fault} if fault else {})
