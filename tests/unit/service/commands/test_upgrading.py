"""An older database is brought up as deploy/README.md says, by the commands it names."""

import json

import pytest

from service.storage import migrate
from service.storage.store import Store
from tests.builders import BLOG
from tests.storage.test_migrate import ROWS
from tests.unit.service.commands.conftest import one_sentence


@pytest.fixture
def each_url(bare_url):
    """A database as the first version left it, with its rows, on each engine."""
    store = Store.open(bare_url)
    migrate.upgrade(store.engine, "0001")
    with store.engine.begin() as connection:
        for row in ROWS["0001"]:
            connection.exec_driver_sql(row)
        if store.engine.dialect.name == "postgresql":
            # The rows name their numbers; the old program had taken them from the sequences.
            for table in ("site", "api_key", "moderator", "submission", "decision"):
                connection.exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 1)"
                )
    store.close()
    return bare_url


def test_the_first_version_is_refused_brought_up_and_works(chaffinch, tmp_path, monkeypatch):
    assert one_sentence(chaffinch("site", "list"), "chaffinch db upgrade")
    said = chaffinch("db", "upgrade")
    assert said.code == 0, said
    assert migrate.head() in said.out
    assert BLOG in chaffinch("site", "list").out
    (label,) = map(json.loads, chaffinch("export").out.splitlines())
    assert label["comment"]["text"] == "maybe \0"
    assert chaffinch("site", "add", "https://new.example/").code == 0
    assert chaffinch("doctor").code == 0
    copy = tmp_path / "all.tar"
    assert chaffinch("backup", str(copy)).code == 0
    monkeypatch.setenv("CHAFFINCH_DATABASE_URL", f"sqlite:///{tmp_path / 'again.sqlite3'}")
    said = chaffinch("restore", str(copy))
    assert said.code == 0, said
    assert "https://new.example/" in chaffinch("site", "list").out
