"""Whether PostgreSQL answers at all: a server that hangs refuses nothing, so nobody would know.

A machine that is frozen or a disk that is stuck keeps its connections open and says nothing on
them; neither the server's own time-outs nor the network's notice that for minutes.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import socket
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event

from service.errors import StoreUnavailable

# A blog has its answer in two seconds: so long until a question is looked at, until it is asked
# whether anybody is there, and until that must have been answered.
_LOOK_EVERY_S: Final = 0.2
_LONG_S: Final = 0.4
_ANSWER_S: Final = 0.8
_HANGS: Final = "the database does not answer"
_log = logging.getLogger(__name__)


class Pulse:
    """Looks at questions that take long; when the server hangs, they end and new ones are refused.

    One thread, begun with the first question, and one connection of its own: a question that only
    takes its time goes on, as the server answers beside it. Safe between threads.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self.is_hanging = False
        self._engine = engine
        self._turn = threading.Lock()
        self._asked: dict[object, float] = {}
        self._connections: weakref.WeakSet[Any] = weakref.WeakSet()
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()
        self._own: Any = None
        self._coming: Future[Any] | None = None
        self._began_at = 0.0
        self._connect: Callable[[], Any] | None = None
        self._is_asked = False
        # Before anybody else: SQLAlchemy asks a first connection some things, and may hang at that.
        event.listen(engine, "connect", self._keep, insert=True)
        event.listen(engine, "do_connect", self._connected)

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Something is asked inside (free). Raises StoreUnavailable while the server hangs."""
        self._refuse()
        asking = object()
        with self._turn:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)
                self._thread.start()
            self._asked[asking] = time.monotonic()
        try:
            yield
        finally:
            with self._turn:
                del self._asked[asking]

    def close(self) -> None:
        """Look at nothing more."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(_ANSWER_S * 2)
        if self._own is not None:
            self._own.close()
        if self._coming is not None:
            self._coming.cancel()

    def _refuse(self) -> None:
        if self.is_hanging:
            raise StoreUnavailable(detail=_HANGS)

    def _connected(
        self,
        dialect: sa.Dialect,
        _record: object,
        given: Sequence[Any],
        named: dict[str, Any],
    ) -> Any:  # noqa: ANN401 - the driver's own
        """A new connection; what hangs meanwhile is not waited for."""
        self._refuse()
        self._connect = partial(dialect.connect, *given, **named)
        coming = _begin(self._connect)
        while True:
            try:
                return coming.result(_LOOK_EVERY_S)
            except TimeoutError:
                if self.is_hanging and coming.cancel():
                    raise StoreUnavailable(detail=_HANGS) from None

    def _keep(self, connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own
        self._connections.add(connection)

    def _run(self) -> None:
        while True:
            with self._turn:
                oldest = min(self._asked.values(), default=time.monotonic())
            is_long = time.monotonic() - oldest > _LONG_S
            if self._own is None or self.is_hanging or is_long:
                try:
                    self._look()
                except Exception:  # noqa: BLE001 - a dead thread would let everybody wait for ever
                    _log.exception("the database could not be looked at")
            if self._ended.wait(_LOOK_EVERY_S):
                return

    def _look(self) -> None:
        is_there = self._answers()
        if is_there and self.is_hanging:
            _log.warning("the database answers again")
            self.is_hanging = False
        elif not is_there:
            if not self.is_hanging:
                _log.error(_HANGS)
            self.is_hanging = True
            self._cut()

    def _answers(self) -> bool:
        """Whether the server says anything; a connection that is broken says that it hangs not."""
        if self._own is None:
            return self._comes()
        wire = self._own.pgconn
        try:
            if not self._is_asked:
                wire.send_query(b"SELECT 1")
                self._is_asked = True
            until, poll = time.monotonic() + _ANSWER_S, select.poll()
            poll.register(wire.socket, select.POLLIN)
            while poll.poll(max(0.0, until - time.monotonic()) * 1000):
                wire.consume_input()
                if not wire.is_busy():
                    while wire.get_result() is not None:
                        pass
                    self._is_asked = False
                    return True
        except self._engine.dialect.loaded_dbapi.Error:
            self._own.close()
            self._own = None
            return True
        return False

    def _comes(self) -> bool:
        """The same of a connection of its own, begun now or a while ago, by nobody's pool."""
        if self._connect is None:
            return True
        if self._coming is None:
            self._coming, self._began_at = _begin(self._connect), time.monotonic()
        try:
            self._own, self._is_asked = self._coming.result(_ANSWER_S), False
        except TimeoutError:
            return False
        except self._engine.dialect.loaded_dbapi.Error:
            # Who refuses at once does not hang: each question finds that out by itself.
            return time.monotonic() - self._began_at < _ANSWER_S
        finally:
            self._coming = None if self._coming.done() else self._coming
        return True

    def _cut(self) -> None:
        """End what waits for the server: each wait ends as if the server had hung up."""
        for connection in list(self._connections):
            # Closed meanwhile by the one who waited.
            with (
                contextlib.suppress(OSError, self._engine.dialect.loaded_dbapi.Error),
                socket.socket(fileno=os.dup(connection.pgconn.socket)) as own,
            ):
                own.shutdown(socket.SHUT_RDWR)


def _begin(connect: Callable[[], Any]) -> Future[Any]:
    """A connection that comes; once it is cancelled it is closed by itself."""
    coming: Future[Any] = Future()

    def run() -> None:
        try:
            made = connect()
        except Exception as error:  # noqa: BLE001 - told to whoever waits
            if coming.set_running_or_notify_cancel():
                coming.set_exception(error)
            return
        if coming.set_running_or_notify_cancel():
            coming.set_result(made)
        else:
            made.close()

    threading.Thread(target=run, name="connecting", daemon=True).start()
    return coming
