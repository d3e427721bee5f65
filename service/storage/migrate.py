"""Alembic from code, without an ini file: upgrade, what stands, what should stand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from service.storage import history_tables
from service.storage.engine import WRITES

if TYPE_CHECKING:
    from collections.abc import Sequence

_PLACE = Path(__file__).parent / "migrations"


def _config(connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_PLACE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(engine: sa.Engine, to: str = "head") -> None:
    """Bring the database to revision *to*, in one transaction (slow I/O). Twice is harmless."""
    writing = engine.connect().execution_options(**{WRITES: True})
    with writing as connection, connection.begin():
        command.upgrade(_config(connection), to)


def current(engine: sa.Engine) -> str | None:
    """The revision the database stands at, or None for an empty one (fast I/O)."""
    with engine.connect() as connection:
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
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        found: Sequence[object] = compare_metadata(context, history_tables.metadata)
        return found
