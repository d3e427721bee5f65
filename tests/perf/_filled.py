"""Filled stores to measure: a copy each, of one that is filled anew or kept from the last run."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from service.domain.moderator import Role
from service.storage import migrate
from service.storage.store import Store
from service.workflows.administer import add_moderator, add_site
from tests.builders import BLOG, NOON, PASSWORD
from tests.perf._filling import fill

POSTGRES_URL = os.environ.get("CHAFFINCH_TEST_POSTGRES_URL", "postgresql://127.0.0.1/postgres")


@contextlib.contextmanager
def opened(engine: str, size: int, folder: Path, keep: Path | None = None) -> Iterator[Store]:
    """A Store of *engine* with *size* submissions, gone again afterwards.

    It is a copy: what is measured decides, and must find everything undecided again. With *keep*
    the one it was copied from stays there for the next run.
    """
    places = _Files(keep or folder) if engine == "sqlite" else _Databases()
    name = f"chaffinch_perf_{secrets.token_hex(4)}"
    filled = f"chaffinch_perf_{size}" if keep else f"{name}_filled"
    if not places.has(filled):
        # Only what was filled to its end takes the name that the next run looks for.
        places.drop(f"{filled}_new")
        _fill(places.create(f"{filled}_new"), size)
        places.copy(f"{filled}_new", filled)
        places.drop(f"{filled}_new")
    places.copy(filled, name)
    store = Store.open(places.url(name))
    try:
        yield store
    finally:
        store.close()
        places.drop(name)
        if not keep:
            places.drop(filled)


@contextlib.contextmanager
def empty(engine: str, folder: Path) -> Iterator[Store]:
    """A fresh, migrated Store of *engine* with nothing in it, gone again afterwards."""
    places = _Files(folder) if engine == "sqlite" else _Databases()
    name = f"chaffinch_perf_{secrets.token_hex(4)}"
    store = _patient(places.create(name))
    try:
        migrate.upgrade(store.engine)
        yield store
    finally:
        store.close()
        places.drop(name)


def _patient(url: str) -> Store:
    store = Store.open(url)
    if store.engine.dialect.name != "sqlite":
        # Filling takes longer than any question may.
        sa.event.listen(
            store.engine,
            "connect",
            lambda connection, _record: connection.execute("SET statement_timeout = 0"),
        )
    return store


def _fill(url: str, size: int) -> None:
    store = _patient(url)
    try:
        migrate.upgrade(store.engine)
        add_site(BLOG, store=store, secret="0" * 64, now=NOON)
        add_moderator("ana", role=Role.SENIOR, password=PASSWORD, store=store, now=NOON)
        fill(store, size)
    finally:
        store.close()


class _Files:
    """SQLite databases by name, in one folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.sqlite3"

    def has(self, name: str) -> bool:
        return self._path(name).exists()

    def url(self, name: str) -> str:
        return f"sqlite:///{self._path(name)}"

    def create(self, name: str) -> str:
        return self.url(name)

    def copy(self, old: str, new: str) -> None:
        shutil.copyfile(self._path(old), self._path(new))

    def drop(self, name: str) -> None:
        for path in self._folder.glob(f"{name}.sqlite3*"):
            path.unlink()


class _Databases:
    """PostgreSQL databases by name, on one server."""

    def __init__(self) -> None:
        self._address = sa.make_url(POSTGRES_URL).set(drivername="postgresql+psycopg")

    def _ask(self, text: str) -> list[sa.Row[tuple[object, ...]]]:
        server = sa.create_engine(self._address, isolation_level="AUTOCOMMIT")
        try:
            with server.connect() as connection:
                answer = connection.exec_driver_sql(text)
                return list(answer) if answer.returns_rows else []
        finally:
            server.dispose()

    def has(self, name: str) -> bool:
        return bool(self._ask(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))  # noqa: S608 - ours

    def url(self, name: str) -> str:
        return self._address.set(database=name).render_as_string(hide_password=False)

    def create(self, name: str) -> str:
        self._ask(f"CREATE DATABASE {name}")
        return self.url(name)

    def copy(self, old: str, new: str) -> None:
        self._ask(f"CREATE DATABASE {new} TEMPLATE {old}")

    def drop(self, name: str) -> None:
        self._ask(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
