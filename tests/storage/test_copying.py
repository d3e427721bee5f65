"""Everything is copied from either engine to either, proven, and nothing else is written over."""

import threading

import pytest
import sqlalchemy as sa

from service.errors import Conflict, Unavailable
from service.storage import copying, migrate
from service.storage.copying import copy_all, prove
from service.storage.store import Store
from service.storage.tables import site, submission
from service.workflows.administer import add_site
from service.workflows.index_new import index_new
from tests.builders import BLOG, KEY, NOON, make_arrival, make_submission
from tests.conftest import SECRET


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def target(request, tmp_path):
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url_two")
    else:
        url = f"sqlite:///{tmp_path / 'target.sqlite3'}"
    store = Store.open(url)
    migrate.upgrade(store.engine)
    yield store
    store.close()


@pytest.fixture
def postgres_url_two(postgres_template):
    server, template = postgres_template
    name = f"{template}_two"
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield server.url.set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def source(each_store):
    made = add_site(BLOG, key=KEY, store=each_store, secret=SECRET, now=NOON)
    texts = ("héllo wörld", "a \0 nul \U0001f426", "plain words", "x" * 9000)
    for text in texts:
        each_store.append(make_submission(made.site.site_id, arrival=make_arrival(text)))
    index_new(store=each_store, now=NOON.replace(hour=13))
    return each_store


def test_every_row_arrives_and_hashes_the_same(source, target):
    proofs = copy_all(source.engine, target.engine)
    assert proofs == prove(source.engine) == prove(target.engine)
    assert {one.table: one.rows for one in proofs}["submission"] == 4


def test_numbers_go_on_after_the_copied_ones(source, target):
    copy_all(source.engine, target.engine)
    with target.read() as unit:
        (made,) = unit.sites.list_all()
    target.append(make_submission(made.site_id))
    assert {one.table: one.rows for one in prove(target.engine)}["submission"] == 5


def test_what_was_findable_is_findable_there(source, target):
    copy_all(source.engine, target.engine)
    counted = sa.text("SELECT count(*) FROM search")
    with source.engine.connect() as ours, target.engine.connect() as theirs:
        assert ours.execute(counted).scalar() == theirs.execute(counted).scalar() == 4


def test_a_target_with_rows_is_refused_and_left_alone(source, target):
    add_site("https://other.example/", key=None, store=target, secret=SECRET, now=NOON)
    before = prove(target.engine)
    with pytest.raises(Conflict, match="not empty"):
        copy_all(source.engine, target.engine)
    assert prove(target.engine) == before


def test_a_row_that_changes_on_its_way_is_seen_and_nothing_stays(source, target, monkeypatch):
    sent = copying._copy

    def spoiled(table, reading, writing):
        proof = sent(table, reading, writing)
        if table is submission:
            writing.execute(submission.update().values(took_ms=submission.c.took_ms + 1))
        return proof

    monkeypatch.setattr(copying, "_copy", spoiled)
    with pytest.raises(Unavailable) as refused:
        copy_all(source.engine, target.engine)
    assert "submission" in refused.value.detail
    with target.engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(site)).scalar() == 0


def test_under_write_load_it_is_one_moment(source, target):
    """Submissions and their count are of one moment although others are written meanwhile."""
    stop, written = threading.Event(), []

    def write():
        while not stop.is_set():
            new = make_submission(1)
            source.append(new)
            written.append(new.guid)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(written) < 5:
            stop.wait(0.01)
        acknowledged = list(written)
        copy_all(source.engine, target.engine)
    finally:
        stop.set()
        writer.join()
    with target.engine.connect() as connection:
        query = sa.select(submission.c.guid).order_by(submission.c.id)
        guids = list(connection.execute(query).scalars())[4:]
    assert set(acknowledged) <= set(guids)
    assert guids == written[: len(guids)]


def test_what_is_written_after_the_moment_is_not_of_it(source):
    counted = sa.select(sa.func.count()).select_from(submission)
    with copying._snapshot(source.engine) as reading:
        before = reading.execute(counted).scalar()
        source.append(make_submission(1))
        assert reading.execute(counted).scalar() == before == 4
