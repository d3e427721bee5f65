"""A PostgreSQL database is used by one test after another: as it was, or not again."""

import datetime as dt

import pytest
import sqlalchemy as sa

from service.storage.store import Store
from service.workflows.administer import add_site
from service.workflows.check_comment import check_comments
from service.workflows.index_new import index_new
from tests.builders import BLOG, KEY, NOON, make_arrival
from tests.conftest import SECRET
from tests.fakes import StubScorer
from tests.recycling import emptied

pytestmark = pytest.mark.postgres

CHANGES = (
    "ALTER TABLE site ADD COLUMN colour text",
    "DROP INDEX ix_decision_decided_at",
    "ALTER TABLE campaign SET (fillfactor = 50)",
    "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "ALTER TABLE decision DISABLE TRIGGER ALL",
    "CREATE TABLE more (id int)",
)


@pytest.fixture
def template(postgres_template):
    server, name = postgres_template
    return server.url.set(database=name).render_as_string(hide_password=False)


def ask(address, question):
    engine = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        found = connection.exec_driver_sql(question)
        rows = found.all() if found.returns_rows else []
    engine.dispose()
    return rows


def test_what_a_test_wrote_is_gone_and_numbers_begin_anew(postgres_url, template):
    for _ in range(2):
        store = Store.open(postgres_url)
        site = add_site(BLOG, key=KEY, store=store, secret=SECRET, now=NOON).site
        asks = [(f"{number:032x}", make_arrival("the same words")) for number in range(3)]
        check_comments(asks, site, store=store, scorer=StubScorer(), now=NOON)
        index_new(store=store, now=NOON + dt.timedelta(minutes=1))
        store.close()
        assert site.site_id == 1
        assert ask(postgres_url, "SELECT count(*) FROM search") == [(3,)]
        assert emptied(postgres_url, like=template)
        assert ask(postgres_url, "SELECT count(*) FROM search") == [(0,)]


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_test_changed_is_not_used_again(postgres_url, template, change):
    ask(postgres_url, change)
    assert not emptied(postgres_url, like=template)


def test_what_somebody_still_uses_is_not_emptied(postgres_url, template):
    engine = sa.create_engine(postgres_url)
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        assert not emptied(postgres_url, like=template)
    engine.dispose()


def test_a_large_one_is_not_used_again(postgres_url, template):
    ask(
        postgres_url,
        "INSERT INTO meta SELECT n, repeat(md5(n::text), 10) FROM generate_series(1, 20000) AS n",
    )
    assert not emptied(postgres_url, like=template)
