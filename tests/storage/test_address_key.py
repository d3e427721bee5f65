"""The key of the pseudonyms: one for all processes, for a month, and gone without a trace."""

import datetime as dt
import json
import threading

import pytest
import sqlalchemy as sa

from service.storage.address_key import LIVES, NAME
from service.storage.store import Store
from service.storage.tables import meta
from tests.builders import NOON

SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def open_store(each_url):
    opened = []

    def make():
        opened.append(Store.open(each_url))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def kept(store):
    with store.engine.connect() as connection:
        return connection.execute(
            sa.select(meta.c.value).where(meta.c.name == NAME)
        ).scalar_one_or_none()


def test_all_processes_use_one_key(open_store):
    first = open_store().address_key(NOON)
    assert len(first) == 32
    assert open_store().address_key(NOON + LIVES - SECOND) == first


def test_after_a_month_there_is_another_and_nothing_of_the_first(open_store):
    first = open_store().address_key(NOON)
    store = open_store()
    second = store.address_key(NOON + LIVES)
    assert second not in {first, b""}
    assert json.loads(kept(store))[1] == second.hex()


def test_a_clock_that_was_set_back_does_not_keep_a_key_alive(open_store):
    first = open_store().address_key(NOON)
    assert open_store().address_key(NOON - SECOND) != first


def test_many_that_start_at_once_agree(open_store):
    stores, found = [open_store() for _ in range(8)], []
    threads = [
        threading.Thread(target=lambda store=store: found.append(store.address_key(NOON)))
        for store in stores
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(found) == 8
    # Whoever lost the race keeps networks only, for a minute.
    assert len(set(found) - {b""}) == 1


def test_while_the_database_is_gone_the_key_known_last_is_used(open_store):
    store = open_store()
    known = store.address_key(NOON)
    store._address_key._asked_at = float("-inf")

    def fail(_connection):
        raise sa.exc.OperationalError("BEGIN", None, OSError("gone"))

    sa.event.listen(store.engine, "begin", fail)
    assert store.address_key(NOON + SECOND) == known
    # Too old to be used: only networks are kept.
    assert store.address_key(NOON + LIVES) == b""


def test_a_store_that_was_never_there_keeps_networks_only():
    store = Store.open("sqlite:////no/such/folder/x.sqlite3")
    assert store.address_key(NOON) == b""
    store.close()
