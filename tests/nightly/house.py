"""A whole application in this process, as the program builds it: a site, a key, an owner."""

from __future__ import annotations

import contextlib
import dataclasses
import secrets
from collections.abc import Iterator
from pathlib import Path

import flask
import flask.testing
import sqlalchemy as sa

from models.registry import Registry
from service.app import create_app
from service.domain.moderator import Role
from service.runtime import Runtime, utc_now
from service.scorer import Scorer
from service.settings import Secret, Settings
from service.site_scorer import SiteScorer
from service.storage import migrate
from service.storage.store import Store
from service.workflows.administer import add_moderator, add_site
from tests.builders import BLOG, KEY, PASSWORD
from tests.conftest import POSTGRES_URL, SECRET, csrf_token
from tests.nightly.board import Missing


@dataclasses.dataclass(frozen=True)
class House:
    """The application, its runtime and its store."""

    app: flask.Flask
    runtime: Runtime
    store: Store

    def signed_in(self) -> flask.testing.FlaskClient:
        """A client that the owner has signed in with."""
        client = self.app.test_client()
        token = csrf_token(client.get("/moderation/sign-in").text)
        form = {"name": "owner", "password": PASSWORD, "csrf_token": token}
        assert client.post("/moderation/sign-in", data=form).status_code == 303
        return client


@contextlib.contextmanager
def housed(folder: Path, url: str = "", *, spool: bool = False) -> Iterator[House]:
    """The shipped model over a fresh database at *url*, or SQLite in *folder*."""
    folder.mkdir(exist_ok=True)
    settings = Settings(
        data_dir=folder,
        models_dir=folder / "models",
        database_url="unused",
        secret_key=Secret(SECRET),
    )
    store = Store.open(
        url or f"sqlite:///{folder / 'chaffinch.sqlite3'}",
        spool=folder / "spool" if spool else None,
    )
    migrate.upgrade(store.engine)
    scorer = Scorer(Registry(settings.models_dir))
    scorer.refresh()
    add_site(BLOG, key=KEY, store=store, secret=SECRET, now=utc_now())
    add_moderator("owner", role=Role.OWNER, password=PASSWORD, store=store, now=utc_now())
    whole = SiteScorer(scorer, labels=lambda *_a, **_k: [], decisions=lambda *_a, **_k: [])
    runtime = Runtime(settings=settings, store=store, scorer=whole)
    try:
        yield House(create_app(runtime), runtime, store)
    finally:
        store.close()


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """The address of an empty database of its own. Raises Missing."""
    url = sa.make_url(POSTGRES_URL).set(drivername="postgresql+psycopg")
    server = sa.create_engine(
        url, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3}
    )
    name = f"chaffinch_night_{secrets.token_hex(4)}"
    try:
        with server.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
    except sa.exc.OperationalError as error:
        raise Missing("PostgreSQL") from error
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        server.dispose()
