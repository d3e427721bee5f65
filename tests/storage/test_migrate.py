"""Migrations bring both engines to the very tables the program knows."""

import pytest
from alembic.script import ScriptDirectory

from service.storage import migrate
from service.storage.store import Store


@pytest.fixture
def empty_store(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    yield store
    store.close()


def test_an_empty_database_stands_nowhere(empty_store):
    assert migrate.current(empty_store.engine) is None


def test_upgrading_twice_is_harmless(empty_store):
    migrate.upgrade(empty_store.engine)
    migrate.upgrade(empty_store.engine)
    assert migrate.current(empty_store.engine) == migrate.head()


def test_the_upgraded_database_is_what_the_program_knows(each_store):
    assert migrate.differences(each_store.engine) == []


def test_a_missing_column_would_be_noticed(each_store):
    with each_store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE site DROP COLUMN name")
    assert migrate.differences(each_store.engine) != []


def test_there_is_one_head():
    script = ScriptDirectory.from_config(migrate._config())
    assert len(script.get_heads()) == 1
