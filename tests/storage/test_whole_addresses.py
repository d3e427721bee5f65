"""Addresses that earlier versions stored whole: after the upgrade they are nowhere any more."""

import datetime as dt
import json
import secrets

import pytest
import sqlalchemy as sa
from alembic import command

from service.domain.address import kept
from service.domain.query import read_query
from service.domain.tokens import coded, tokens
from service.storage import migrate
from service.storage.address_key import NAME
from service.storage.history_tables import history_import, imported
from service.storage.lists import ListAsk
from service.storage.store import Store
from service.storage.tables import meta, submission
from service.workflows.administer import add_site
from tests.builders import BLOG, NOON, make_arrival, make_submission
from tests.conftest import SECRET

WHOLE, WHOLE_6 = "198.51.100.77", "2001:db8:7:8::9"
KEY = secrets.token_bytes(32)


def step_back(store):
    """The steps after the one that is tested, taken back; its own has no way back."""
    with store.engine.begin() as connection:
        command.downgrade(migrate._config(connection), "0061")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0060'")


@pytest.fixture
def old_store(each_store):
    """A database as an earlier version left it: whole addresses, in rows and in the index."""
    site = add_site(BLOG, store=each_store, secret=SECRET, now=NOON).site
    comments = {
        "first": WHOLE,
        "second": WHOLE,
        "sixth": WHOLE_6,
        "zero \0 byte": WHOLE,
        "lone \ud800 half": WHOLE,
        "new": kept(WHOLE, KEY),
        "no address": "localhost",
        "nothing": "",
    }
    for text, address in comments.items():
        each_store.append(
            make_submission(site.site_id, arrival=make_arrival(text, user_ip=address))
        )
    with each_store.begin() as unit:
        found = unit.submissions.list_after(0, limit=99)
        words = [(one.submission_id, [*tokens(one), *old_words(one)]) for one in found[:-1]]
        unit.search.append(words)
        unit.commit()
    with each_store.engine.begin() as connection:
        connection.execute(
            history_import.insert().values(
                site_id=site.site_id, source="wxr", file_name="x", started_at=NOON
            )
        )
        connection.execute(
            imported.insert().values(
                import_id=1,
                site_id=site.site_id,
                source="wxr",
                source_id="1",
                content_hash="h",
                comment=json.dumps({"text": "past", "user_ip": WHOLE}),
                label_source="none",
                label_note="",
                weight=0.5,
                origin="",
                exclude="",
            )
        )
    step_back(each_store)
    return each_store


def old_words(one):
    address = one.arrival.comment.user_ip
    return [coded("i", part) for part in (address, address.rpartition(".")[0]) if part]


def addresses(store):
    with store.engine.connect() as connection:
        rows = connection.execute(sa.select(submission.c.comment).order_by(submission.c.id))
        comments = [json.loads(row.comment) for row in rows]
    return {one["text"]: one.get("user_ip", "") for one in comments}


def test_a_network_and_a_pseudonym_by_the_key_of_now_are_left(old_store):
    with old_store.begin() as unit:
        unit.set_meta(NAME, json.dumps([NOON.isoformat(), KEY.hex()]))
        unit.commit()
    migrate.upgrade(old_store.engine)
    pseudonym = kept(WHOLE, KEY)
    assert addresses(old_store) == {
        "first": pseudonym,
        "second": pseudonym,
        "sixth": kept(WHOLE_6, KEY),
        "zero \0 byte": pseudonym,
        "lone \ud800 half": pseudonym,
        "new": pseudonym,
        "no address": "",
        "nothing": "",
    }


def test_without_a_key_they_are_told_apart_by_one_that_nobody_keeps(old_store):
    migrate.upgrade(old_store.engine)
    found = addresses(old_store)
    assert found["first"] == found["second"] != found["new"]
    assert found["first"].startswith("198.51.100.0~")
    with old_store.engine.connect() as connection:
        names = connection.execute(sa.select(meta.c.name)).scalars().all()
    assert NAME not in names


def test_history_keeps_its_network_alone(old_store):
    migrate.upgrade(old_store.engine)
    with old_store.engine.connect() as connection:
        (row,) = connection.execute(sa.select(imported.c.comment)).scalars()
    assert json.loads(row) == {"text": "past", "user_ip": "198.51.100.0"}


def test_old_comments_are_found_by_their_network_and_by_their_words(old_store):
    migrate.upgrade(old_store.engine)
    with old_store.read() as unit:
        for asked, texts in {
            f"ip:{WHOLE}": {"first", "second", "zero \0 byte", "lone \ud800 half", "new"},
            f"ip:{WHOLE_6}": {"sixth"},
            "second": {"second"},
        }.items():
            found = unit.lists.page(ListAsk(terms=read_query(asked).terms))
            assert {one.arrival.comment.text for one in found} == texts, asked


def test_no_word_of_the_index_stands_for_a_whole_address(old_store):
    migrate.upgrade(old_store.engine)
    with old_store.engine.connect() as connection:
        told = str(connection.exec_driver_sql("SELECT * FROM search").all())
    assert coded("i", "198.51.100.0") in told
    assert [one for one in (WHOLE, WHOLE_6) if coded("i", one) in told] == []


def test_no_byte_of_a_whole_address_is_left_in_the_file(sqlite_url, tmp_path):
    store = Store.open(sqlite_url)
    site = add_site(BLOG, store=store, secret=SECRET, now=NOON).site
    place = tmp_path / "chaffinch.sqlite3"
    for number in range(30):
        arrival = make_arrival(f"comment {number} " * 40, user_ip=WHOLE)
        store.append(
            make_submission(
                site.site_id, arrival=arrival, received_at=NOON + dt.timedelta(seconds=number)
            )
        )
    step_back(store)
    store.close()
    assert WHOLE.encode() in place.read_bytes()
    store = Store.open(sqlite_url)
    migrate.upgrade(store.engine)
    store.close()
    files = [one for one in tmp_path.iterdir() if one.name.startswith(place.name)]
    assert [one.name for one in files if WHOLE.encode() in one.read_bytes()] == []
