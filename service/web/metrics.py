"""/metrics for Prometheus: rates and latencies of this server, and what waits in the database.

Neither a text of a comment nor a key, an address or a site is ever a label.
"""

from __future__ import annotations

import datetime as dt
import hmac
import ipaddress
import time
from collections.abc import Iterator

import flask
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from service.errors import NotPermitted, ServiceError
from service.runtime import Runtime
from service.settings import shared_counts
from service.storage.gauges import Gauges

_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
# Whoever asks more often than this hears the same figures of the database again.
_KEPT_S = 5.0
_PROXIED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")
metrics = flask.Blueprint("metrics", __name__)


class Metrics:
    """What this process counts, added to what the other processes of this server count."""

    def __init__(self, runtime: Runtime) -> None:
        self._now = _Now(runtime)
        self._own = CollectorRegistry()
        self._requests = Histogram(
            "chaffinch_request_seconds",
            "Requests by endpoint and status, and how long they took.",
            ("endpoint", "status"),
            buckets=_SECONDS,
            registry=self._own,
        )
        self._children: dict[tuple[str, int], Histogram] = {}

    def observe(self, endpoint: str, status: int, seconds: float) -> None:
        """Count one request. *endpoint* is one of ours or "none", never what a client sent."""
        child = self._children.get((endpoint, status))
        if child is None:
            child = self._children[endpoint, status] = self._requests.labels(endpoint, str(status))
        child.observe(seconds)

    def written(self) -> bytes:
        """Everything, as Prometheus reads it (fast I/O)."""
        registry, folder = CollectorRegistry(), shared_counts()
        if folder:
            MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]
        registry.register(self._now)
        return (b"" if folder else generate_latest(self._own)) + generate_latest(registry)


class _Now(Collector):
    """What is read at the moment of asking, the database once in some seconds."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._kept: tuple[float, Gauges] | None = None

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield self._model()
        spool = self._runtime.store.spool
        waits = spool.waiting_bytes if spool else 0
        yield _gauge("chaffinch_spool_bytes", "Comments that the database did not take yet.", waits)
        refused = spool.refused_bytes if spool else 0
        yield _gauge("chaffinch_spool_refused_bytes", "Comments that no database took.", refused)
        try:
            found = self._gauges()
        except ServiceError:
            yield _gauge("chaffinch_database_up", "1 while the database answers.", 0)
            return
        yield _gauge("chaffinch_database_up", "1 while the database answers.", 1)
        yield from _waiting(found, self._runtime.clock())

    def _gauges(self) -> Gauges:
        if self._kept is None or time.monotonic() - self._kept[0] > _KEPT_S:
            self._kept = None
            found = self._runtime.store.gauges()
            self._kept = time.monotonic(), found
        return self._kept[1]

    def _model(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily(
            "chaffinch_model", "1 for the live model; none while none is loaded.", labels=["model"]
        )
        try:
            family.add_metric([self._runtime.scorer.live().model_id], 1)
        except ServiceError:
            family.add_metric(["none"], 0)
        return family


def _waiting(found: Gauges, now: dt.datetime) -> Iterator[GaugeMetricFamily]:
    def age(since: dt.datetime | None) -> float:
        return max(0.0, (now - since).total_seconds()) if since else 0.0

    yield _gauge("chaffinch_queue_comments", "Comments that wait for a person.", found.waiting)
    oldest = age(found.waiting_since)
    yield _gauge("chaffinch_queue_oldest_seconds", "How long the oldest of them waits.", oldest)
    yield _gauge("chaffinch_events_waiting", "Events and callbacks not yet sent.", found.events)
    lag = age(found.events_since)
    yield _gauge("chaffinch_events_lag_seconds", "How long the most overdue is due.", lag)
    yield _gauge("chaffinch_events_dead", "Events that were given up.", found.events_dead)
    yield _gauge("chaffinch_mail_waiting", "Mail not yet sent.", found.mail)
    chores = GaugeMetricFamily(
        "chaffinch_chore_age_seconds",
        "How long ago what is done by the clock was last done well.",
        labels=["chore"],
    )
    for chore, last in sorted(found.chores.items()):
        chores.add_metric([chore], age(last))
    yield chores
    lately = GaugeMetricFamily(
        "chaffinch_recent_verdicts",
        "The newest thousand comments by verdict and model.",
        labels=["verdict", "model"],
    )
    for (verdict, model), count in sorted(found.lately.items()):
        lately.add_metric([verdict, model], count)
    yield lately
    drift = GaugeMetricFamily(
        "chaffinch_drift",
        "How far the newest scores are from the model's first ones; from 0.25 on look at it.",
        labels=["model"],
    )
    if found.drift is not None:
        drift.add_metric([found.drift.model_id], found.drift.index)
    yield drift


def _gauge(name: str, told: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, told, value=value)


@metrics.get("/metrics")
def read() -> flask.Response:
    """The figures, for this machine itself or whoever has the token. Raises NotPermitted."""
    counted: Metrics = flask.current_app.extensions["chaffinch-metrics"]
    runtime: Runtime = flask.current_app.extensions["chaffinch"]
    if not _may_read(runtime.settings.metrics_token.reveal()):
        raise NotPermitted
    return flask.Response(counted.written(), content_type=CONTENT_TYPE_LATEST)


def _may_read(token: str) -> bool:
    request = flask.request
    if token:
        shown = request.headers.get("Authorization", "")
        return hmac.compare_digest(shown.encode(), f"Bearer {token}".encode())
    # Behind a proxy that we were not told of, everybody comes from this machine.
    if any(name in request.headers for name in _PROXIED):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def count_requests(app: flask.Flask, runtime: Runtime) -> Metrics:
    """Let *app* count each of its requests; what it counts with is for those it never sees."""
    counted = app.extensions["chaffinch-metrics"] = Metrics(runtime)

    def begin() -> None:
        flask.g.began = time.perf_counter()

    def end(response: flask.Response) -> flask.Response:
        took = time.perf_counter() - flask.g.get("began", time.perf_counter())
        counted.observe(flask.request.endpoint or "none", response.status_code, took)
        return response

    app.before_request(begin)
    app.after_request(end)
    return counted
