"""Write the files of a database anew, so that nothing is left of what was overwritten."""

from __future__ import annotations

import sqlite3
import time
from typing import Final

import sqlalchemy as sa

from service.storage.engine import translated

_TRIES: Final = 3
_TABLES: Final = (
    *("submission", "search", "imported", "decision", "remark", "change", "author", "campaign"),
    *("handover", "campaign_band", "entry", "entry_hit", "bulk", "saved_view", "mail"),
)
# Until nobody in PostgreSQL is left who began before: it keeps for him what he may still look at,
# also when he works in another database of the same server.
_PATIENCE_S: Final = 60.0
_LOOK_EVERY_S: Final = 0.2
_OLDER: Final = sa.text(
    """SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint <= :mark OR EXISTS (
        SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND age(backend_xmin) >= age(CAST(CAST(:mark AS text) AS xid8)::xid)
    )"""
)


def compact(engine: sa.Engine) -> None:
    """Make the engine let go of what was overwritten: index segments, free pages, the log.

    Slow I/O: SQLite writes its file anew, PostgreSQL its tables, after a minute at most of waiting
    for who began before. Nothing else may write meanwhile. Raises StoreUnavailable, also when
    somebody reads on who began before: what he could see is all there still.
    """
    with translated():
        if engine.dialect.name == "sqlite":
            _compact_file(engine)
        else:
            _compact_tables(engine)


def _compact_file(engine: sa.Engine) -> None:
    raw = engine.raw_connection()
    try:
        # Past the engine: it opens a transaction before each statement, and these want none.
        own = raw.driver_connection
        assert own is not None  # noqa: S101 - for the type checker
        own.rollback()
        own.isolation_level = None
        for statement in ("INSERT INTO search (search) VALUES ('optimize')", "VACUUM"):
            own.execute(statement).fetchall()
        # Each waits for readers as long as for a lock; what it says first is whether it gave up.
        tries = (own.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() for _ in range(_TRIES))
        if all(is_busy for is_busy, *_ in tries):
            raise sqlite3.OperationalError("the log is read by somebody else")
    except sqlite3.Error as error:
        raise sa.exc.OperationalError("compact", None, error) from None
    finally:
        raw.invalidate()


def _compact_tables(engine: sa.Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # A table of many gigabytes takes its time.
        connection.execute(sa.text("SET statement_timeout = 0"))
        try:
            _await_older(connection)
            for table in _TABLES:
                connection.execute(sa.text(f"VACUUM FULL {table}"))
        finally:
            connection.invalidate()


def _await_older(connection: sa.Connection) -> None:
    """Return when nobody works any more who began before now: VACUUM spares what he could see."""
    mark = connection.execute(sa.text("SELECT pg_current_xact_id()::text::bigint")).scalar_one()
    until = time.monotonic() + _PATIENCE_S
    while connection.execute(_OLDER, {"mark": mark}).scalar_one():
        if time.monotonic() > until:
            busy = RuntimeError("a transaction that began before is still open")
            raise sa.exc.OperationalError("compact", None, busy)
        time.sleep(_LOOK_EVERY_S)
