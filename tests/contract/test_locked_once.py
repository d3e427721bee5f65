"""A locked database is waited for once in a check, wherever the check would write."""

import contextlib
import dataclasses
import threading

import pytest
import sqlalchemy as sa

from service.app import create_app
from service.errors import StoreUnavailable
from service.storage.store import Store
from service.storage.tables import api_key, sealed_key
from service.workflows.find_caller import find_caller
from tests.builders import KEY, NOON
from tests.conftest import SECRET
from tests.contract.calls import post
from tests.fakes import locked

WORDPRESS = {"User-Agent": "WordPress/7.1 | Akismet/5.7.2"}
CALLBACK = {"callback": "https://blog.example.org/?rest_route=/akismet/v1/webhook"}


@pytest.fixture
def spooling(sqlite_url, site_key, tmp_path):
    """A store with a spool, that gives a lock up at once and counts how often it meets one."""
    store = Store.open(sqlite_url, spool=tmp_path / "spool")
    tries = []

    def note(_connection, _cursor, statement, *_):
        if statement == "BEGIN IMMEDIATE":
            tries.append(statement)

    sa.event.listen(store.engine, "connect", lambda made, _: made.execute("PRAGMA busy_timeout=1"))
    sa.event.listen(store.engine, "before_cursor_execute", note)
    yield store, tries
    store.close()


def never_used(store, runtime):
    """The day of the key's last use would be written."""


def used_just_now(store, runtime):
    """The key would be sealed, then a key for pseudonyms made."""
    find_caller(KEY, store=store, secret=SECRET, now=runtime.clock())


def sealed_before(store, runtime):
    """A key for pseudonyms would be made, then the comment written."""
    used_just_now(store, runtime)
    with store.engine.begin() as connection:
        own = connection.execute(sa.select(api_key.c.id)).scalar_one()
        connection.execute(sealed_key.insert().values(key_id=own, sealed="x"))


def nothing_but_the_comment(store, runtime):
    """Only the comment would be written."""
    sealed_before(store, runtime)
    assert store.address_key(runtime.clock())


WAYS = (never_used, used_just_now, sealed_before, nothing_but_the_comment)


def check(store, runtime):
    client = create_app(dataclasses.replace(runtime, store=store)).test_client()
    return post(client, "comment-check", WORDPRESS, comment_content="casino", **CALLBACK)


@pytest.mark.parametrize("prepare", WAYS)
def test_a_check_waits_for_a_lock_once(spooling, runtime, sqlite_url, prepare):
    store, tries = spooling
    prepare(store, runtime)
    tries.clear()
    with locked(sqlite_url):
        assert check(store, runtime).text == "true"
    assert len(tries) == 1
    assert store.drain(NOON) == 1


def test_who_waited_for_the_turn_of_another_does_not_wait_again(spooling, monkeypatch):
    store, tries = spooling
    waits, real, refused = threading.Event(), store._own_turn, []

    @contextlib.contextmanager
    def noted():
        waits.set()
        with real():
            yield

    def write():
        try:
            with store.quick_begin():
                pass
        except StoreUnavailable as error:
            refused.append(error.detail)

    with store._own_turn():
        monkeypatch.setattr(store, "_own_turn", noted)
        thread = threading.Thread(target=write)
        thread.start()
        assert waits.wait(10)
        store._note_stuck()
    thread.join(10)
    assert (refused, tries) == (["the database was gone a moment ago"], [])


def test_what_is_locked_can_still_be_read(spooling, runtime, sqlite_url):
    """A process that knows no list yet reads them, although a write has just failed."""
    store, _ = spooling
    store._note_stuck()
    with store.lists._reading() as entries:
        assert entries.version()


def test_without_telling_it_each_write_waits_by_itself(spooling, runtime, sqlite_url, monkeypatch):
    """The twin: nobody tells the next one that the database is locked."""
    store, tries = spooling
    used_just_now(store, runtime)
    tries.clear()
    monkeypatch.setattr(store, "_note_stuck", lambda: None)
    with locked(sqlite_url):
        assert check(store, runtime).text == "true"
    # The sealed key, the key of the pseudonyms, the comment.
    assert len(tries) == 3
