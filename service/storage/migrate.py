"""Alembic from code, without an ini file: upgrade, what stands, what should stand."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from service.errors import NotReady
from service.storage import desk_tables, history_tables, queue_tables
from service.storage.engine import BUSY_TIMEOUT_MS, WRITES, translated
from service.storage.tables import metadata
from service.storage.turn import alone

if TYPE_CHECKING:
    from collections.abc import Sequence

# Imported for what they hang on the metadata.
_TABLES = (desk_tables, history_tables, queue_tables)
_PLACE = Path(__file__).parent / "migrations"
_PATIENCE_MS: Final = 60_000


def _config(connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_PLACE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(engine: sa.Engine, to: str = "head") -> None:
    """Bring the database to revision *to*, in one transaction (slow I/O). Twice is harmless.

    Raises StoreUnavailable, and NotReady for a database that a newer program made.
    """
    with (
        alone(engine, _PATIENCE_MS / 1000),
        translated(),
        engine.connect() as connection,
        _patient(connection),
    ):
        writing = connection.execution_options(**{WRITES: True})
        with writing.begin():
            try:
                command.upgrade(_config(writing), to)
            except CommandError:
                raise NotReady(
                    "This database was made by a newer Chaffinch: install that one, or restore "
                    "a copy from before.",
                ) from None


@contextlib.contextmanager
def _patient(connection: sa.Connection) -> Iterator[None]:
    """Wait for another upgrade as long as it takes: no blog waits for this one."""
    own = connection.connection.driver_connection
    if not isinstance(own, sqlite3.Connection):
        yield
        return
    own.execute(f"PRAGMA busy_timeout={_PATIENCE_MS}")
    try:
        yield
    finally:
        own.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")


def current(engine: sa.Engine) -> str | None:
    """The revision the database stands at, or None for an empty one (fast I/O).

    Raises StoreUnavailable.
    """
    with translated(), engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """The revision this program needs."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    if revision is None:
        raise LookupError("no migrations are installed beside the program")
    return revision


def differences(engine: sa.Engine) -> Sequence[object]:
    """What the database lacks against the tables this program knows; empty when all is well."""
    with engine.connect() as connection:
        options = {"compare_type": False, "include_name": _is_ours}
        context = MigrationContext.configure(connection, opts=options)
        found: Sequence[object] = compare_metadata(context, metadata)
        return found


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether `tables` should know this; the search index is each engine's own (0003_search)."""
    return kind != "table" or name is None or name.split("_")[0] != "search"
