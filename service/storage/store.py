"""Store: one transaction with everything in it; commit() or nothing happened."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from service.domain.decision import Act
from service.domain.hold import Hold
from service.domain.submission import Submission, without_old_address
from service.errors import StoreUnavailable
from service.storage.address_key import AddressKey
from service.storage.compacting import compact
from service.storage.engine import WRITES, make_engine, translated
from service.storage.entries import Entries
from service.storage.gauges import Gauges, read_gauges
from service.storage.known import Known
from service.storage.listbook import ListBook
from service.storage.pulse import Pulse
from service.storage.reports import hear_report
from service.storage.spool import Kept, Spool
from service.storage.turn import Turn
from service.storage.unit import Unit
from service.storage.writer import WAIT_S, GroupWriter

# Once it was found gone, the database is not asked again for so long: a blog wants its answer.
_GONE_S: Final = 1.0
# With a spool to turn to, nobody waits longer for the writer than leaves time for that.
_SPOOL_AFTER_S: Final = 1.2
_A_MOMENT_AGO: Final = "the database was gone a moment ago"
_log = logging.getLogger(__name__)


class Store:
    """The database. Safe to share between threads; nothing is opened before the first question.

    With a *spool*, what the database does not take is kept there until it does.
    """

    def __init__(self, engine: sa.Engine, *, spool: Spool | None = None) -> None:
        self.engine = engine
        self.spool = spool
        self.known: Known[Any] = Known()
        self._gone_until = self._stuck_until = float("-inf")
        # Only who has a spool to turn to may give a slow server up.
        is_sqlite = engine.dialect.name == "sqlite"
        self._pulse = None if is_sqlite or spool is None else Pulse(engine)
        self._address_key = AddressKey(self.quick_read, self.quick_begin)
        self._lists = ListBook(self._entries)
        # SQLite has one writer at a time; queueing here costs less than its busy waiting.
        self._turn = Turn(engine) if is_sqlite else None
        self._writer: GroupWriter[Kept] = GroupWriter(
            self._append_group, name="writer", wait_s=_SPOOL_AFTER_S if spool else WAIT_S
        )

    @classmethod
    def open(cls, url: str, *, pool_size: int = 20, spool: Path | None = None) -> Store:
        """The Store at *url*. Raises SettingsError for an address it can't read.

        *spool* is the folder of its spool, if it shall have one.
        """
        engine = make_engine(url, pool_size=pool_size)
        return cls(engine, spool=None if spool is None else Spool(spool))

    @property
    def lists(self) -> ListBook:
        """What people's lists look for, by Site, kept in memory."""
        return self._lists

    @property
    def is_gone(self) -> bool:
        """Whether the database hangs or was found gone within a second, and there is a spool."""
        if self._pulse is not None and self._pulse.is_hanging:
            return True
        return self.spool is not None and time.monotonic() < self._gone_until

    @property
    def is_stuck(self) -> bool:
        """Whether it is gone, or took nothing within a second, and there is a spool."""
        return self.is_gone or (self.spool is not None and time.monotonic() < self._stuck_until)

    def note_gone(self) -> None:
        """It did not answer: for a second nobody need find that out again."""
        self._gone_until = time.monotonic() + _GONE_S

    def _note_stuck(self) -> None:
        """It took nothing. A SQLite that is locked or full can still be read."""
        if self._turn is None:
            self.note_gone()
        self._stuck_until = time.monotonic() + _GONE_S

    def address_key(self, now: dt.datetime) -> bytes:
        """What IP addresses are made pseudonyms with now; b"": keep only networks (free)."""
        return self._address_key.get(now)

    @contextlib.contextmanager
    def quick_read(self) -> Iterator[Unit]:
        """A look that does not find out again what was found out a moment ago."""
        if self.is_gone:
            raise StoreUnavailable(detail=_A_MOMENT_AGO)
        try:
            with self.read() as unit:
                yield unit
        except StoreUnavailable:
            self.note_gone()
            raise

    @contextlib.contextmanager
    def quick_begin(self) -> Iterator[Unit]:
        """`begin` for what no answer depends on, so that no blog waits for it twice (fast I/O).

        A check may write several times, and a locked database lets each of them wait: the first
        finds it out for all. Raises what `begin` does; at once while the database takes nothing.
        """
        self._require_taking()
        try:
            with self._own_turn():
                # Who had the turn may have found it out meanwhile.
                self._require_taking()
                with self.begin() as unit:
                    yield unit
        except StoreUnavailable:
            self._note_stuck()
            raise

    def _require_taking(self) -> None:
        if self.is_stuck:
            raise StoreUnavailable(detail=_A_MOMENT_AGO)

    @contextlib.contextmanager
    def _entries(self) -> Iterator[Entries]:
        with self.quick_read() as unit:
            yield unit.entries

    @contextlib.contextmanager
    def read(self) -> Iterator[Unit]:
        """A transaction that only looks. Raises StoreUnavailable (fast I/O)."""
        with (
            self._watched(),
            translated(),
            self.engine.connect() as connection,
            connection.begin(),
        ):
            yield Unit(connection)

    @contextlib.contextmanager
    def begin(self) -> Iterator[Unit]:
        """A transaction that writes: rolls back unless `commit()` was called (fast I/O).

        Raises StoreUnavailable, and Conflict when a unique thing is there already.
        """
        with self._writing() as unit:
            try:
                yield unit
            finally:
                if unit.may_change_callers:
                    self.known.doubt()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Unit]:
        with (
            self._own_turn(),
            self._watched(),
            translated(),
            self.engine.connect() as connection,
        ):
            writing = connection.execution_options(**{WRITES: True})
            writing.begin()
            yield Unit(writing)

    def _watched(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext() if self._pulse is None else self._pulse.watched()

    def _own_turn(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext() if self._turn is None else self._turn.taken()

    def append(self, new: Submission, hold: Hold | None = None) -> None:
        """Store *new* for good: it is on disk when this returns (fast I/O, shared fsync).

        In the database, or, while that is gone, in the spool. *hold*: its blog is told to hold it,
        and the clock of that starts. Raises StoreUnavailable when neither took it.
        """
        if not self.is_stuck:
            try:
                self._writer.put(Kept(new, hold))
            except StoreUnavailable as error:
                if self.spool is None:
                    raise
                where = {"guid": new.guid, "site": new.site_id}
                _log.warning("a comment goes to the spool: %s", error.detail, extra=where)
                self._note_stuck()
            else:
                return
        if self.spool is not None:
            self.spool.put(new, hold)

    def keep_report(self, reported: Submission, act: Act) -> None:
        """Keep what a Site says of a comment until the database takes it: synced, in the spool.

        Raises StoreUnavailable without a spool, or when that takes nothing either.
        """
        if self.spool is None:
            raise StoreUnavailable(detail="there is no spool for reports")
        self.spool.put(reported, None, act)

    def drain(self, now: dt.datetime) -> int:
        """Store what the spool holds, oldest first; answers with how many lines that were.

        Whole IP addresses, as an earlier version spooled them, are cut as those of *now* are.
        Raises StoreUnavailable while the database is still gone: nothing is lost by trying.
        """
        if self.spool is None or not self.spool.waiting_bytes:
            return 0
        self.ping()
        key = self.address_key(now)

        def mend(new: Submission) -> Submission:
            return dataclasses.replace(new, arrival=without_old_address(new.arrival, key))

        return self.spool.drain(self._append_missing, mend)

    def _append_missing(self, group: list[Kept]) -> None:
        """Store those of *group* that are not there: a drain may have been cut off half-way."""
        with self.begin() as unit:
            new = [one for one in group if one.act is None]
            found = unit.submissions.list_by_guid([one.new.guid for one in new])
            there = {one.guid for one in found}
            _append(unit, [one for one in new if one.new.guid not in there])
            for kept in group:
                if kept.act is not None:
                    hear_report(unit, kept.new, kept.act)
            unit.commit()

    def _append_group(self, group: list[Kept]) -> None:
        # New comments say nothing about who may call: nobody need be asked again for them.
        with self._writing() as unit:
            _append(unit, group)
            unit.commit()

    def ping(self) -> None:
        """Ask the database anything. Raises StoreUnavailable."""
        with self.read() as unit:
            unit.find_meta("ping")

    def compact(self) -> None:
        """Write the files anew, without what was overwritten (slow I/O).

        Nobody of ours writes meanwhile. Raises StoreUnavailable.
        """
        with self._own_turn():
            compact(self.engine)

    def gauges(self) -> Gauges:
        """What waits and what was answered lately (fast I/O). Raises StoreUnavailable."""
        with self._watched(), translated():
            return read_gauges(self.engine)

    def close(self) -> None:
        """Write what waits and let go of every connection."""
        self._writer.close()
        if self._pulse is not None:
            self._pulse.close()
        if self.spool is not None:
            self.spool.close()
        self.engine.dispose()


def _append(unit: Unit, group: list[Kept]) -> None:
    if group:
        unit.append([one.new for one in group])
    for new, hold, _act in group:
        if hold is not None:
            unit.outbox.record_hold(new, hold)
