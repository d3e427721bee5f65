"""Real comments, a database on each engine that nobody has touched, and the real client."""

from __future__ import annotations

import contextlib
import dataclasses
import gzip
import itertools
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import akismet
import httpx
import pytest
import sqlalchemy as sa
from akismet import _common

from tests.builders import BLOG
from tests.golden.comments import COMMENTS, PEOPLE, SELLERS

ROOT = Path(__file__).parents[2]
CORPORA = Path(os.environ.get("CHAFFINCH_TEST_CORPORA") or ROOT.parent / "shared" / "corpora")
# Blogs and videos, clear and unclear ones: enough of them wait for a person.
MIX = ("wp_multi", "yt_tubespam", "yt_5000_2022", "tg_spam_ru")
FIELDS = {
    "comment_content": "text",
    "comment_author": "author",
    "comment_author_url": "author_url",
    "user_ip": "user_ip",
    "user_agent": "user_agent",
}


@pytest.fixture(scope="session")
def comments() -> list[dict[str, str]]:
    """Two hundred real development comments as arguments of PyPI's akismet; none is ever kept.

    Where nobody has the corpora, the invented ones of tests/golden, one after the other.
    """
    if not CORPORA.is_dir():
        plain = [COMMENTS[name] for name in (*PEOPLE, *SELLERS)]
        invented = [dataclasses.asdict(comment) for comment in plain]
        rows = itertools.islice(itertools.cycle(invented), 200)
        return [_arguments(row) for row in rows]
    return [_arguments(row) for name in MIX for row in _spread(name, 200 // len(MIX))]


def _spread(name: str, count: int) -> list[dict[str, Any]]:
    with gzip.open(CORPORA / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [rows[number * len(rows) // count] for number in range(count)]


def _arguments(row: dict[str, Any]) -> dict[str, str]:
    sent = {ours: row.get(theirs) or "" for ours, theirs in FIELDS.items()}
    return sent | {"user_ip": sent["user_ip"] or "203.0.113.9", "comment_type": "comment"}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine_settings(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """Settings that put the program on each engine: no tables, nothing."""
    if request.param == "sqlite":
        yield {}
        return
    server, template = request.getfixturevalue("postgres_template")
    name = f"{template}_{secrets.token_hex(3)}"
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    address = server.url.set(database=name).render_as_string(hide_password=False)
    yield {"CHAFFINCH_DATABASE_URL": address}
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


class Database:
    """What stands in the database, read past the program."""

    def __init__(self, settings: dict[str, str], data: Path) -> None:
        place = f"sqlite:///{data / 'chaffinch.sqlite3'}"
        self._engine = sa.create_engine(
            settings.get("CHAFFINCH_DATABASE_URL", place), poolclass=sa.NullPool
        )

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        with self._engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(question).all()]

    def outcomes(self) -> dict[str, str]:
        """Outcome of every Submission by its guid."""
        return {row[0]: row[1] for row in self.ask("SELECT guid, outcome FROM submission")}


@pytest.fixture
def database(engine_settings: dict[str, str], tmp_path: Path) -> Database:
    return Database(engine_settings, tmp_path)


@pytest.fixture
def blog(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Opens PyPI's akismet at an address; its answers' guids are noted in a list."""

    @contextlib.contextmanager
    def opened(address: str, key: str, guids: list[str]) -> Iterator[akismet.SyncClient]:
        monkeypatch.setattr(_common, "_API_URL", address)

        def note(response: httpx.Response) -> None:
            guids.extend(response.headers.get_list("X-akismet-guid"))

        with httpx.Client(timeout=20, event_hooks={"response": [note]}) as http:
            yield akismet.SyncClient(config=akismet.Config(key=key, url=BLOG), http_client=http)

    return opened
