"""Engines for sqlite:/// and postgresql://, each set to keep what it acknowledged.

The one place where SQLAlchemy's errors become ours.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite

from service.errors import Conflict, SettingsError, StoreUnavailable

# Longer than any of our transactions takes; a stuck database is noticed, not waited for: blogs
# wait 15 s with a visitor's request on their hands (TESTPLAN §2).
_CONNECT_TIMEOUT_S: Final = 3
# Less than half of the two seconds in which a blog should have its answer; a call may write twice.
BUSY_TIMEOUT_MS: Final = 900
_STATEMENT_TIMEOUT_MS: Final = 30_000
_LOCK_TIMEOUT_MS: Final = 2000
WRITES: Final = "chaffinch_writes"


def make_engine(url: str, *, pool_size: int = 20) -> sa.Engine:
    """An engine for *url*; connects to nothing yet. Raises SettingsError for an unreadable one."""
    try:
        parsed = sa.make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(parsed, pool_size)
        return _postgresql(parsed, pool_size)
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError):
        raise SettingsError("CHAFFINCH_DATABASE_URL cannot be read as a database address") from None


def _sqlite(url: sa.URL, pool_size: int) -> sa.Engine:
    engine = sa.create_engine(
        url,
        poolclass=sa.QueuePool,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=_CONNECT_TIMEOUT_S,
        # What people wrote must not stand in the message of an error.
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:  # noqa: ANN401 - SQLAlchemy's own
        # The driver begins transactions late and on its own; we say BEGIN ourselves, below.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "journal_mode=WAL",
            # NORMAL loses acknowledged rows at a power cut (TESTPLAN T1c: 251 cuts of 300).
            "synchronous=FULL",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        # A transaction that reads first and writes later fails at once when another wrote
        # meanwhile, whatever the timeout (TESTPLAN T13: 85 % of them): writers say so up front.
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(url: sa.URL, pool_size: int) -> sa.Engine:
    options = (
        f"-c statement_timeout={_STATEMENT_TIMEOUT_MS} -c lock_timeout={_LOCK_TIMEOUT_MS}"
        # The driver prepares what is asked often, and PostgreSQL then plans it for any value: for
        # words that are nowhere as for words that are everywhere, by reading a table through.
        " -c timezone=UTC -c plan_cache_mode=force_custom_plan"
    )
    return sa.create_engine(
        url,
        pool_size=pool_size,
        max_overflow=4,
        pool_timeout=_CONNECT_TIMEOUT_S,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"connect_timeout": _CONNECT_TIMEOUT_S, "options": options},
    )


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """SQLAlchemy's errors as ours; the statement and its values stay out of the message."""
    try:
        yield
    except sa.exc.IntegrityError as error:
        raise Conflict(detail=type(error.orig).__name__) from None
    except sa.exc.SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        # One line, whatever a driver has to say: it goes into a log or after a sentence.
        told = " ".join(str(cause).split())[:200]
        raise StoreUnavailable(detail=f"{type(cause).__name__}: {told}") from error


def insert_into(table: sa.Table, connection: sa.Connection) -> sqlite.Insert | postgresql.Insert:
    """An insert that can say what to do when the row is there: each engine has its own."""
    is_sqlite = connection.dialect.name == "sqlite"
    return sqlite.insert(table) if is_sqlite else postgresql.insert(table)
