"""What was overwritten is gone from PostgreSQL's files, and is not called so a moment too early."""

import threading

import pytest
import sqlalchemy as sa

from service.errors import StoreUnavailable
from service.storage import compacting
from service.storage.queue_tables import campaign
from service.storage.store import Store
from tests.builders import NOON
from tests.unit.service.workflows.test_erasing import files_of

pytestmark = pytest.mark.postgres
WORD = "zwitscherwort"


@pytest.fixture
def store(postgres_url):
    store = Store.open(postgres_url)
    yield store
    store.close()


@pytest.fixture
def elsewhere(store):
    """Somebody who writes in another database of the same server, and began before."""
    server = sa.create_engine(store.engine.url.set(database="postgres"))
    with server.connect() as other:
        other.execute(sa.text("SELECT pg_current_xact_id()"))
        yield other
    server.dispose()


def overwrite(store):
    row = {"first_id": 1, "size": 1, "first_at": NOON, "last_at": NOON}
    with store.engine.begin() as connection:
        connection.execute(campaign.insert().values(signature=WORD, **row))
    with store.engine.begin() as connection:
        connection.execute(campaign.update().values(signature=""))


def is_there(store):
    return any(WORD.encode() in one.read_bytes() for one in files_of(store))


def test_while_somebody_works_who_began_before_it_is_not_called_gone(store, elsewhere, monkeypatch):
    monkeypatch.setattr(compacting, "_PATIENCE_S", 0.5)
    overwrite(store)
    with pytest.raises(StoreUnavailable):
        store.compact()
    assert is_there(store)


def test_who_began_before_is_waited_for(store, elsewhere):
    overwrite(store)
    threading.Timer(1.0, elsewhere.rollback).start()
    store.compact()
    assert not is_there(store)


def test_without_the_waiting_the_bytes_stay(store, elsewhere, monkeypatch):
    """The twin: what VACUUM FULL alone leaves in the files that it has just written anew."""
    monkeypatch.setattr(compacting, "_await_older", lambda _: None)
    overwrite(store)
    store.compact()
    assert is_there(store)
