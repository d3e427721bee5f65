"""A proxy that makes a real database go away in the ways that networks and machines have."""

from __future__ import annotations

import contextlib
import socket
import threading
import time


class FaultProxy:
    """Between a program and its database: passes, refuses, swallows, is slow, or hangs up half.

    *host* may be a folder, in which PostgreSQL's socket is a file.
    """

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.mode = "pass"
        self._place = host, port
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def become(self, mode: str) -> None:
        """From now on; what is open is cut, but when it shall be swallowed or slow."""
        self.mode = mode
        if mode in {"refuse", "half"}:
            for one in self._open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_WR if mode == "half" else socket.SHUT_RDWR)
            self._open.clear()

    def close(self) -> None:
        """No more of it."""
        self.become("refuse")
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                inside, _ = self._listener.accept()
                if self.mode == "refuse":
                    inside.close()
                    continue
                try:
                    outside = self._connect()
                except OSError:
                    inside.close()
                    continue
                self._open += [inside, outside]
                for pair in ((inside, outside), (outside, inside)):
                    threading.Thread(target=self._pump, args=pair, daemon=True).start()

    def _connect(self) -> socket.socket:
        host, port = self._place
        if host.startswith("/"):
            outside = socket.socket(socket.AF_UNIX)
            outside.connect(f"{host}/.s.PGSQL.{port}")
            return outside
        outside = socket.create_connection(self._place, timeout=5)
        outside.settimeout(None)
        return outside

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(65536):
                while self.mode in {"swallow", "half"}:
                    time.sleep(0.05)
                if self.mode == "slow":
                    time.sleep(0.5)
                target.sendall(chunk)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.close()
