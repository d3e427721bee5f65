"""What the database says about itself and where it lies, for `chaffinch doctor`."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from service.storage.engine import translated
from service.storage.tables import UTCTime, submission


def find_newest_at(engine: sa.Engine) -> dt.datetime | None:
    """When the newest Submission came, by the clock of then (fast I/O). Raises StoreUnavailable."""
    newest = sa.select(submission.c.received_at).order_by(submission.c.id.desc()).limit(1)
    with translated(), engine.connect() as connection:
        found: dt.datetime | None = connection.execute(newest).scalar_one_or_none()
        return found


def find_own_time(engine: sa.Engine) -> dt.datetime | None:
    """What PostgreSQL's clock says now; None for SQLite, which has none of its own."""
    if engine.dialect.name == "sqlite":
        return None
    with translated(), engine.connect() as connection:
        now = sa.type_coerce(sa.func.clock_timestamp(), UTCTime)
        found: dt.datetime = connection.execute(sa.select(now)).scalar_one()
        return found


def find_journal(engine: sa.Engine) -> str:
    """SQLite's journal mode as it came to be; "" for PostgreSQL. Raises StoreUnavailable."""
    if engine.dialect.name != "sqlite":
        return ""
    with translated(), engine.connect() as connection:
        return str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one())
