"""Who called lately, in a file beside the database: for a start while the database is gone.

Hashes of keys, never their texts; the Sites with their policies; what their lists look for. The
whole is sealed with a key derived from the deployment's secret: a file that somebody changed, or
that another deployment wrote, is as good as none.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import hashlib
import hmac
import json
import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from models.synced import replace_synced
from service.domain.caller import Caller, read_caller, write_caller
from service.domain.entry import Entry, read_entry, write_entry
from service.storage.known import KEPT_S

_log = logging.getLogger(__name__)
_PURPOSE: Final = b"chaffinch remembered callers"
_MOST: Final = 10_000
# A clock that was set back must not keep a key alive.
_AHEAD_S: Final = 60.0


@dataclasses.dataclass(frozen=True, slots=True)
class Called:
    """One Caller by the hash of its key and its blog; *at*: seconds since 1970."""

    key_hash: str
    blog: str
    at: float
    caller: Caller


@dataclasses.dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered: Callers, and the Entries of their Sites that are looked for."""

    called: tuple[Called, ...] = ()
    entries: tuple[Entry, ...] = ()


class Remembered:
    """The file at *place*, sealed with *secret*. Safe between threads and processes."""

    def __init__(self, place: Path, secret: str, *, clock: Callable[[], float] = time.time) -> None:
        self._place = place
        self._seal = hmac.new(secret.encode(), _PURPOSE, hashlib.sha256).digest()
        self._clock = clock

    def now(self) -> float:
        """Seconds since 1970, by the clock that what is remembered is dated with."""
        return self._clock()

    def read(self) -> Memory:
        """What is remembered and still fresh; nothing when there is no file of ours (fast I/O)."""
        try:
            found = self._opened(self._place.read_bytes())
        except FileNotFoundError:
            return Memory()
        except (OSError, ValueError, KeyError, TypeError) as error:
            _log.warning("remembered callers are left aside: %s", type(error).__name__)
            return Memory()
        return dataclasses.replace(found, called=self._fresh(found.called))

    def update(self, called: Sequence[Called], look: Callable[[Sequence[Called]], Memory]) -> None:
        """Add *called* to what is remembered; on disk when this returns (fast I/O, one fsync).

        Of what other processes had written before, too, *look* says what still holds. Raises
        OSError.
        """
        with self._alone():
            newest = {(one.key_hash, one.blog): one for one in self.read().called}
            for one in called:
                before = newest.get((one.key_hash, one.blog))
                if before is None or before.at < one.at:
                    newest[one.key_hash, one.blog] = one
            ordered = sorted(newest.values(), key=lambda one: one.at)[-_MOST:]
            self._write(look(ordered))

    def forget(self) -> None:
        """Destroy the file: what it says of lists may name a person who is forgotten."""
        self._place.unlink(missing_ok=True)

    def _fresh(self, called: Sequence[Called]) -> tuple[Called, ...]:
        now = self._clock()
        return tuple(one for one in called if -_AHEAD_S <= now - one.at <= KEPT_S)

    def _opened(self, content: bytes) -> Memory:
        mark, _, text = content.partition(b"\n")
        if not hmac.compare_digest(mark, self._mark(text)):
            raise ValueError("not sealed by this deployment")
        kept = json.loads(text)
        return Memory(
            tuple(Called(one, blog, at, read_caller(row)) for one, blog, at, row in kept["called"]),
            tuple(read_entry(row) for row in kept["entries"]),
        )

    def _write(self, memory: Memory) -> None:
        rows = [[one.key_hash, one.blog, one.at, write_caller(one.caller)] for one in memory.called]
        told: dict[str, Any] = {"called": rows, "entries": [*map(write_entry, memory.entries)]}
        text = json.dumps(told).encode()
        replace_synced(self._place, self._mark(text) + b"\n" + text, mode=0o600)

    def _mark(self, text: bytes) -> bytes:
        return hmac.new(self._seal, text, hashlib.sha256).hexdigest().encode()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        lock = os.open(self._place.with_suffix(".lock"), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)
