"""The production server: granian around the application, one process for SQLite."""

from __future__ import annotations

import resource
import socket
import tempfile

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from service.errors import NotReady, SettingsError
from service.settings import Settings, shared_counts
from service.web.gate import WAITING

# A request in flight when we are told to stop may finish; nobody waits longer for us.
_STOP_S = 10
# Threads for each one that may work, those that wait at the gate, and one to tell those who may not
# so: they cost no more than their stack.
_THREADS = 1 + WAITING + 1
# Who is not yet let in waits in the kernel, so many at most.
_KNOCKING = 1024
# Connections of one process. The server would take no more than knock, and who keeps one open and
# says nothing, as every blog and proxy may, would keep all others out (tests/perf/README.md).
_CONNECTIONS = 8192
# What is open beside them: the database, logs, models.
_OTHER_FILES = 512


def require_servable(settings: Settings) -> None:
    """Raise SettingsError for too many processes on SQLite, NotReady for a port that is taken."""
    if settings.is_embedded and settings.processes > 1:
        raise SettingsError(
            "CHAFFINCH_PROCESSES: SQLite has one writer; use PostgreSQL for more than one process",
        )
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise NotReady(
                f"{settings.host}:{settings.port} cannot be listened on "
                f"({error.strerror or 'no such address'}): choose another with --port or --host.",
            ) from None


def run(settings: Settings) -> None:
    """Serve until told to stop (TERM or INT); requests in flight are finished."""
    with tempfile.TemporaryDirectory(prefix="chaffinch-counts-") as folder:
        # Before a process is started: it looks once, when it is loaded.
        shared_counts(folder)
        _serve(settings)


def _connections() -> int:
    """How many callers one process lets in: as many as it may have files open, up to our most."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _CONNECTIONS + _OTHER_FILES
    if most != resource.RLIM_INFINITY:
        wanted = min(wanted, most)
    if allowed < wanted:
        # Ours to raise, up to what the system lets us; the processes that serve inherit it.
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    return max(_OTHER_FILES, wanted - _OTHER_FILES)


def _serve(settings: Settings) -> None:
    Server(
        "service.wsgi:make_application",
        factory=True,
        interface=Interfaces.WSGI,
        address=settings.host,
        port=settings.port,
        workers=settings.processes,
        # More than may work at a time: the rest wait at the gate (service/web/gate.py), which can
        # tell them so; the server's own queue only lets them wait.
        blocking_threads=_THREADS * settings.threads,
        backlog=_KNOCKING,
        backpressure=_connections(),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=_STOP_S,
        # Its warning about threads is for programs that compute in Python; ours mostly waits.
        log_level=LogLevels.error,
    ).serve()
