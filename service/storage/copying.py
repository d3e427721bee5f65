"""Copy everything from one database to an empty one, on either engine, and prove it row by row."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final

import sqlalchemy as sa

from service.domain.tokens import tokens
from service.errors import Conflict, Unavailable
from service.storage.engine import WRITES, translated
from service.storage.migrate import current
from service.storage.records import read_submission
from service.storage.search import Search
from service.storage.tables import metadata, submission
from service.storage.turn import alone
from service.storage.unit import Unit

_BATCH: Final = 500
_SPACE: Final = 1 << 256
# A database that was only made ready, or served nobody yet, has rows in these and nowhere else.
_OF_ITS_OWN: Final = frozenset({"meta", "chore"})
_INDEXED: Final = "indexed_until"


@dataclasses.dataclass(frozen=True, slots=True)
class Proof:
    """What one table holds: how many rows, and a hash over all of them in whatever order."""

    table: str
    rows: int
    sha256: str


def copy_all(
    source: sa.Engine, target: sa.Engine, *, expected: list[Proof] | None = None
) -> list[Proof]:
    """Copy every row as one moment of *source* knows it; what *target* then holds, by table.

    Slow I/O, memory flat. *source* may be written to meanwhile. All of it is there or nothing:
    one transaction, committed once every table of *target* is read back and hashes as *source*
    did, and as *expected* says. The search index is each engine's own and is written anew. Raises
    Conflict for a *target* that is not empty, Unavailable when hashes differ, StoreUnavailable.
    """
    _require_alike(source, target)
    with (
        alone(target),
        translated(),
        _snapshot(source) as reading,
        target.connect() as connection,
    ):
        writing = connection.execution_options(**{WRITES: True})
        with writing.begin():
            _patient(writing)
            _require_empty(writing)
            sent = [_copy(table, reading, writing) for table in metadata.sorted_tables]
            kept = [_proof(table, writing) for table in metadata.sorted_tables]
            _require_equal(kept, sent)
            _require_equal(kept, kept if expected is None else expected)
            _refill_search(writing)
            return kept


def prove(engine: sa.Engine) -> list[Proof]:
    """What each table holds, as of one moment (slow I/O). Raises StoreUnavailable."""
    with translated(), _snapshot(engine) as reading:
        return [_proof(table, reading) for table in metadata.sorted_tables]


def _require_equal(kept: list[Proof], wanted: list[Proof]) -> None:
    if kept != wanted:
        names = {one.table for one in set(kept) ^ set(wanted)}
        told = ", ".join(sorted(names))
        raise Unavailable("Some rows are not what they were.", detail=told)


def _require_alike(source: sa.Engine, target: sa.Engine) -> None:
    ours, theirs = current(source), current(target)
    if ours != theirs:
        raise Conflict(
            f"One database stands at migration {ours}, the other at {theirs}: "
            "bring both to the same with `chaffinch db upgrade`.",
        )


@contextlib.contextmanager
def _snapshot(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One moment of a database, for as long as it is open."""
    with engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            # SQLite's readers have this by themselves.
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            _patient(connection)
            yield connection


def _patient(connection: sa.Connection) -> None:
    """A copy takes as long as it takes."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")


def _require_empty(connection: sa.Connection) -> None:
    for table in metadata.sorted_tables:
        if table.name in _OF_ITS_OWN:
            connection.execute(table.delete())
        elif connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
            raise Conflict(f"The target is not empty: there are rows in {table.name}.")


def _rows(table: sa.Table, connection: sa.Connection) -> Iterator[list[dict[str, Any]]]:
    # By key: a row that refers to another of its own table comes after it.
    asked = sa.select(table).order_by(*table.primary_key.columns)
    found = connection.execute(asked, execution_options={"yield_per": _BATCH})
    for part in found.mappings().partitions():
        yield [dict(row) for row in part]


def _copy(table: sa.Table, reading: sa.Connection, writing: sa.Connection) -> Proof:
    count, total = 0, 0
    for rows in _rows(table, reading):
        writing.execute(table.insert(), rows)
        count, total = count + len(rows), total + sum(map(_hash, rows))
    _count_on(table, writing)
    return Proof(table.name, count, f"{total % _SPACE:064x}")


def _proof(table: sa.Table, connection: sa.Connection) -> Proof:
    count, total = 0, 0
    for rows in _rows(table, connection):
        count, total = count + len(rows), total + sum(map(_hash, rows))
    return Proof(table.name, count, f"{total % _SPACE:064x}")


def _hash(row: dict[str, Any]) -> int:
    """A number of 256 bits for one row. Added up, since engines sort texts differently."""
    told = json.dumps(row, default=_told, sort_keys=True)
    return int.from_bytes(hashlib.sha256(told.encode()).digest())


def _told(value: object) -> str:
    # Points in time and words of an enum read the same from both engines.
    return repr(value)


def _count_on(table: sa.Table, connection: sa.Connection) -> None:
    """PostgreSQL's next number comes after the copied ones; SQLite takes it from the rows."""
    column = table.autoincrement_column
    if column is None or connection.dialect.name == "sqlite":
        return
    sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
    greatest = sa.select(sa.func.max(column)).scalar_subquery()
    connection.execute(
        sa.select(sa.func.setval(sequence, sa.func.coalesce(greatest, 1), greatest.is_not(None))),
    )


def _refill_search(connection: sa.Connection) -> None:
    """Make findable again what the source had made findable; later rows come by themselves."""
    until = int(Unit(connection).find_meta(_INDEXED) or 0)
    index = Search(connection)
    asked = sa.select(submission).where(submission.c.id <= until).order_by(submission.c.id)
    found = connection.execute(asked, execution_options={"yield_per": _BATCH})
    for part in found.partitions():
        read = [read_submission(row) for row in part]
        index.append((one.submission_id, tokens(one)) for one in read if not one.arrival.is_test)
