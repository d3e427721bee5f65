"""The real program in processes of its own, as `make serve` starts it, in a fresh data folder."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

COMMAND = ("chaffinch", "serve", "--prepare")
_STARTS_IN_S = 60


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(data: Path, **settings: str) -> dict[str, str]:
    """What the program sees: nothing of the caller's own settings, all of *settings*."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CHAFFINCH_")}
    return kept | {"CHAFFINCH_DATA_DIR": str(data)} | settings


class Program:
    """`chaffinch serve --prepare`: its address, what it printed, and two ways to end it."""

    def __init__(
        self, data: Path, port: int, command: tuple[str, ...] = COMMAND, **settings: str
    ) -> None:
        self.data = data
        self.port = port
        self.address = f"http://127.0.0.1:{port}"
        self._out = data / "printed.txt"
        program, *arguments = command
        with self._out.open("w") as out:
            self.process = subprocess.Popen(
                [Path(sys.executable).parent / program, *arguments, "--port", str(port)],
                env=environment(data, **settings),
                stdout=out,
                stderr=subprocess.STDOUT,
                # A group of its own, so that its workers end with it and nobody else does.
                start_new_session=True,
            )

    @property
    def printed(self) -> str:
        """Everything it has printed so far."""
        return self._out.read_text("utf-8")

    @property
    def key(self) -> str:
        """The key it printed, or ""."""
        found = re.search(r"^ {2}key {6}([0-9a-f]{12})$", self.printed, re.MULTILINE)
        return found[1] if found else ""

    @property
    def sign_in(self) -> tuple[str, str]:
        """The first moderator's name and password, as printed."""
        found = re.search(r"^ {2}sign in {2}(\S+) {2}(\S+)$", self.printed, re.MULTILINE)
        return (found[1], found[2]) if found else ("", "")

    def wait(self) -> None:
        """Return when it is ready to work."""
        until = time.monotonic() + _STARTS_IN_S
        while time.monotonic() < until:
            assert self.process.poll() is None, f"it ended: {self.printed}"
            with contextlib.suppress(OSError, urllib.error.URLError):
                urllib.request.urlopen(f"{self.address}/readyz", timeout=2).close()
                return
            time.sleep(0.1)
        raise AssertionError(f"not ready in {_STARTS_IN_S} s: {self.printed}")

    def stop(self) -> int:
        """End it as an operator does; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        """End it and its workers as a power cut does."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)


@contextlib.contextmanager
def started(data: Path, *, port: int = 0, **settings: str) -> Iterator[Program]:
    """The program, ready, while the block runs; ended after it, however it ended."""
    program = Program(data, port or free_port(), **settings)
    try:
        program.wait()
        yield program
    finally:
        program.kill()
