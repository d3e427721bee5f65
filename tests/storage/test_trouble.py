"""The database is locked, full, killed, foreign: what is said, and that it goes on afterwards."""

import contextlib
import threading
import time

import pytest
import sqlalchemy as sa

from service.errors import NotReady, StoreUnavailable
from service.storage import migrate
from service.storage.store import Store
from service.storage.submissions import Submissions
from tests.builders import BLOG, NOON, make_arrival, make_submission
from tests.fakes import locked


@pytest.fixture
def site_id(each_store):
    with each_store.begin() as unit:
        made = unit.sites.add(blog=BLOG, name="x", now=NOON)
        unit.commit()
    return made.site_id


@pytest.fixture
def sqlite_site_id(store):
    with store.begin() as unit:
        made = unit.sites.add(blog=BLOG, name="x", now=NOON)
        unit.commit()
    return made.site_id


def count(store):
    with store.engine.connect() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM submission").scalar_one()


def test_nothing_is_acknowledged_before_the_commit(each_store, site_id):
    entered, free = threading.Event(), threading.Event()

    def wait(_connection):
        entered.set()
        assert free.wait(10)

    sa.event.listen(each_store.engine, "commit", wait)
    acknowledged = threading.Event()

    def append():
        each_store.append(make_submission(site_id))
        acknowledged.set()

    thread = threading.Thread(target=append)
    thread.start()
    assert entered.wait(10)
    assert not acknowledged.is_set()
    free.set()
    thread.join(10)
    assert acknowledged.is_set()
    assert count(each_store) == 1


def test_a_commit_that_fails_is_no_acknowledgement(each_store, site_id):
    def fail(_connection):
        raise sa.exc.OperationalError("COMMIT", None, OSError("disk on fire"))

    sa.event.listen(each_store.engine, "commit", fail)
    with pytest.raises(StoreUnavailable):
        each_store.append(make_submission(site_id))
    sa.event.remove(each_store.engine, "commit", fail)
    assert count(each_store) == 0
    each_store.append(make_submission(site_id))
    assert count(each_store) == 1


def test_a_locked_database_refuses_in_time_and_goes_on_after(store, sqlite_url, sqlite_site_id):
    with locked(sqlite_url):
        started = time.monotonic()
        threads = [threading.Thread(target=refused, args=(store, sqlite_site_id)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        # Far below the 15 s a blog waits, and not one waiting time after the other.
        assert time.monotonic() - started < 12
    store.append(make_submission(sqlite_site_id))
    assert count(store) == 1


def refused(store, site_id):
    with pytest.raises(StoreUnavailable):
        store.append(make_submission(site_id))
    with pytest.raises(StoreUnavailable), store.begin():
        pass


def test_a_locked_database_can_still_be_read(store, sqlite_url, sqlite_site_id):
    with locked(sqlite_url), store.read() as unit:
        assert unit.sites.get(sqlite_site_id).blog == BLOG


def test_a_full_disk_refuses_and_goes_on_after(store, sqlite_site_id):
    # Below what is there already means: not one page more.
    most = 1

    def limit(connection):
        connection.exec_driver_sql(f"PRAGMA max_page_count={most}")

    sa.event.listen(store.engine, "begin", limit)
    big = make_submission(sqlite_site_id, arrival=make_arrival("x" * 500_000))
    with pytest.raises(StoreUnavailable) as caught:
        store.append(big)
    assert "full" in caught.value.detail
    assert count(store) == 0
    most = 1_000_000
    store.append(big)
    assert count(store) == 1


@pytest.mark.postgres
def test_killed_connections_cost_nothing_that_was_acknowledged(postgres_url):
    store = Store.open(postgres_url)
    with store.begin() as unit:
        site = unit.sites.add(blog=BLOG, name="x", now=NOON)
        unit.commit()
    acknowledged, stop = [], threading.Event()

    def work():
        while not stop.is_set():
            new = make_submission(site.site_id)
            with contextlib.suppress(StoreUnavailable):
                store.append(new)
                acknowledged.append(new.guid)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    other = sa.create_engine(store.engine.url, isolation_level="AUTOCOMMIT")
    cuts = 0
    while cuts < 5:
        seen = len(acknowledged)
        wait_for(lambda seen=seen: len(acknowledged) > seen)
        with other.connect() as connection:
            cuts += bool(
                connection.exec_driver_sql(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                ).scalar_one()
            )
    seen = len(acknowledged)
    wait_for(lambda: len(acknowledged) > seen)
    stop.set()
    for thread in threads:
        thread.join(10)
    with store.read() as unit:
        lost = [guid for guid in acknowledged if unit.submissions.find(guid) is None]
    store.close()
    other.dispose()
    assert (lost, len(set(acknowledged))) == ([], len(acknowledged))


def wait_for(claim):
    until = time.monotonic() + 10
    while not claim():
        assert time.monotonic() < until
        time.sleep(0.005)


@pytest.mark.postgres
def test_a_postgresql_that_is_not_there_is_unavailable_at_every_door():
    store = Store.open("postgresql+psycopg://127.0.0.1:1/nothing")
    for ask in (
        store.ping,
        lambda: store.append(make_submission()),
        lambda: migrate.current(store.engine),
        lambda: migrate.upgrade(store.engine),
    ):
        with pytest.raises(StoreUnavailable):
            ask()
    store.close()


def test_a_file_that_is_no_database_is_unavailable(tmp_path):
    place = tmp_path / "x.sqlite3"
    place.write_bytes(b"this is a letter, not a database" * 100)
    store = Store.open(f"sqlite:///{place}")
    with pytest.raises(StoreUnavailable):
        migrate.upgrade(store.engine)
    store.close()


def test_a_database_of_a_newer_program_is_left_alone(each_store):
    with each_store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NotReady, match="newer"):
        migrate.upgrade(each_store.engine)
    assert migrate.current(each_store.engine) == "9999"


ODD = ("nul \0", "lone \ud800", "", "x" * 5000, "http://" + "ü." * 240, "//[", "http://h:99999/")


@pytest.mark.parametrize("blog", ODD, ids=range(len(ODD)))
def test_any_blog_address_can_be_stored_and_found_again(each_store, site_id, blog):
    with each_store.begin() as unit:
        made = unit.sites.add(blog=blog, name=blog, parent_id=site_id, now=NOON)
        unit.commit()
    with each_store.read() as unit:
        assert unit.sites.find_by_blog(blog, parent_id=site_id) == made


@pytest.mark.parametrize("guid", ["nul \0", "lone \ud800", "", "x" * 32, "A" * 32])
def test_what_is_no_guid_is_simply_not_found(each_store, guid):
    with each_store.read() as unit:
        assert unit.submissions.find(guid) is None


def test_an_error_shows_nothing_of_what_people_wrote(each_store, site_id):
    new = make_submission(site_id, arrival=make_arrival("a very private sentence"))
    each_store.append(new)
    with each_store.engine.connect() as connection, pytest.raises(sa.exc.IntegrityError) as caught:
        Submissions(connection).append([new])
    assert "private" not in str(caught.value)
