"""Fixtures for every folder: a store on each engine, a runtime, an app, a client."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import flask.testing
import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, sync_playwright

from service.app import create_app
from service.domain.moderator import Moderator, Role
from service.runtime import Runtime
from service.settings import Secret, Settings
from service.storage import migrate
from service.storage.store import Store
from service.storage.unit import Unit
from service.workflows.administer import add_moderator, add_site
from tests.builders import BLOG, KEY, NOON, PASSWORD
from tests.cheap import hash_cheaply
from tests.compiled import compile_once
from tests.examples import draw_more
from tests.fakes import FixedClock, StubScorer
from tests.recycling import emptied

SECRET = "0" * 64
POSTGRES_URL = os.environ.get("CHAFFINCH_TEST_POSTGRES_URL", "postgresql://127.0.0.1/postgres")
REDIS_URL = os.environ.get("CHAFFINCH_TEST_REDIS_URL", "redis://127.0.0.1:6379/9")

compile_once()
hash_cheaply()
draw_more()

CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # No name is looked up: what a page asks of elsewhere fails at once, with a network or without.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
# The same engine without its windows comes first: those took more than half of each page's time.
_CHROMIUMS = ("chromium-headless-shell", "chromium", "google-chrome", "chrome")


def chromium() -> str | None:
    """Where a Chromium is, if there is one."""
    return next(filter(None, map(shutil.which, _CHROMIUMS)), None)


def missing(what: str, why: str) -> None:
    """Skip on a laptop, fail on CI: there every real part must be there."""
    message = f"no {what}: {why}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[tuple[sa.Engine, str]]:
    """A server connection and the name of a migrated database to copy."""
    url = sa.make_url(POSTGRES_URL).set(drivername="postgresql+psycopg")
    server = sa.create_engine(
        url, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3}
    )
    name = f"chaffinch_test_{secrets.token_hex(4)}"
    try:
        with server.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
    except sa.exc.OperationalError as error:
        missing("PostgreSQL", str(error.orig).splitlines()[0])
    store = Store.open(_address(url, name))
    migrate.upgrade(store.engine)
    store.close()
    yield server, name
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    server.dispose()


def _address(url: sa.URL, name: str) -> str:
    return url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres_free(postgres_template: tuple[sa.Engine, str]) -> Iterator[list[str]]:
    """Databases that a test has left as it found them: making one takes a second."""
    server, _ = postgres_template
    free: list[str] = []
    yield free
    for name in free:
        _drop(server, name)


@pytest.fixture
def postgres_url(
    postgres_template: tuple[sa.Engine, str], postgres_free: list[str]
) -> Iterator[str]:
    """The address of an empty, migrated PostgreSQL database."""
    server, template = postgres_template
    if postgres_free:
        name = postgres_free.pop()
    else:
        name = f"{template}_{secrets.token_hex(3)}"
        with server.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
    address = _address(server.url, name)
    yield address
    if emptied(address, like=_address(server.url, template)):
        postgres_free.append(name)
    else:
        _drop(server, name)


def _drop(server: sa.Engine, name: str) -> None:
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    place = tmp_path_factory.mktemp("template") / "chaffinch.sqlite3"
    store = Store.open(f"sqlite:///{place}")
    migrate.upgrade(store.engine)
    store.close()
    return place


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a fresh, migrated SQLite file."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path)}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def each_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh database, once for each engine."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database that has no table at all, on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bare.sqlite3'}"
    url: str = request.getfixturevalue("postgres_url")
    store = Store.open(url)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    store.close()
    return url


@pytest.fixture
def each_store(each_url: str) -> Iterator[Store]:
    """A Store on each engine."""
    store = Store.open(each_url)
    yield store
    store.close()


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    """A Store on SQLite, for tests that are not about storage."""
    store = Store.open(sqlite_url)
    yield store
    store.close()


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Store]:
    """Each Store that began to write, once for each time."""
    stores: list[Store] = []
    begin = Store.begin

    def counted(self: Store) -> AbstractContextManager[Unit]:
        stores.append(self)
        return begin(self)

    monkeypatch.setattr(Store, "begin", counted)
    return stores


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def runtime(store: Store, clock: FixedClock, tmp_path: Path) -> Runtime:
    """A Runtime with a real store, a stub model and a clock that stands."""
    settings = Settings(
        data_dir=tmp_path,
        models_dir=tmp_path / "models",
        database_url="unused",
        secret_key=Secret(SECRET),
    )
    return Runtime(settings=settings, store=store, scorer=StubScorer(), clock=clock)


@pytest.fixture
def app(runtime: Runtime) -> flask.Flask:
    return create_app(runtime)


@pytest.fixture
def client(app: flask.Flask) -> flask.testing.FlaskClient:
    return app.test_client()


@pytest.fixture
def site_key(store: Store) -> str:
    """The key of the default Site."""
    return add_site(BLOG, key=KEY, store=store, secret=SECRET, now=NOON).text


@pytest.fixture
def moderator(store: Store) -> Moderator:
    """A senior moderator called ana."""
    made, _ = add_moderator("ana", role=Role.SENIOR, password=PASSWORD, store=store, now=NOON)
    return made


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, or any on PATH."""
    place = chromium()
    if place is None:
        missing("browser", "no chromium on PATH")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=place, args=list(CHROMIUM))
        yield opened
        opened.close()


def csrf_token(page: str) -> str:
    """The token in a page's first form."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "the page has no form of ours"
    return found[1]


@pytest.fixture
def signed_in(client: flask.testing.FlaskClient, moderator: Moderator) -> flask.testing.FlaskClient:
    """A client that ana has signed in with."""
    page = client.get("/moderation/sign-in").text
    answer = client.post(
        "/moderation/sign-in",
        data={"name": moderator.name, "password": PASSWORD, "csrf_token": csrf_token(page)},
    )
    assert answer.status_code == 303
    return client
