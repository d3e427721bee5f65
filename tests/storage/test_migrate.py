"""Migrations: from nothing, from every version with data in it, and back to the same tables."""

import shutil
import threading

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from service.domain.decision import Outcome
from service.errors import StoreUnavailable
from service.storage import migrate
from service.storage.store import Store
from service.storage.submissions import PageAsk
from tests.builders import BLOG, NOON

VERSIONS = tuple(
    script.revision for script in ScriptDirectory.from_config(migrate._config()).walk_revisions()
)

# Rows as each version's program wrote them; a new migration adds its own entry, and never
# changes an old one.
ROWS = {
    "0001": (
        (
            "INSERT INTO site (id, blog, address, name, is_network, policy, created_at) VALUES"
            " (1, 'https://blog.example.org/', 'blog.example.org', 'x', false, '{}',"
            " '2026-11-24 12:00:00')"
        ),
        (
            "INSERT INTO api_key (id, site_id, name, key_hash, hint, created_at) VALUES"
            " (1, 1, 'first', 'hash', 'c0ff', '2026-11-24 12:00:00')"
        ),
        (
            "INSERT INTO moderator (id, name, password_hash, role, created_at) VALUES"
            " (1, 'ana', 'hash', 'owner', '2026-11-24 12:00:00')"
        ),
        (
            "INSERT INTO submission (id, guid, site_id, kind, received_at, content_hash, comment,"
            " request, is_test, verdict, score, took_ms, outcome, version) VALUES"
            " (1, '0123456789abcdef0123456789abcdef', 1, 'check', '2026-11-24 12:00:00', 'h',"
            """ '{"text": "maybe \\u0000"}', '{}', false, 'UNSURE', 0.5, 1.0, 'SPAM', 1)"""
        ),
        (
            "INSERT INTO decision (id, submission_id, act, source, decided_at, moderator_id,"
            " reporter, note) VALUES (1, 1, 'SPAM', 'MODERATOR', '2026-11-24 12:00:00', 1, '', '')"
        ),
    ),
    "0002": (
        (
            "INSERT INTO campaign (id, signature, first_id, size, first_at, last_at) VALUES"
            " (1, 'x', 1, 1, '2026-11-24 12:00:00', '2026-11-24 12:00:00')"
        ),
        "UPDATE submission SET campaign_id = 1, author_key = 'k', priority = 0.5",
        "UPDATE decision SET reason = 'advertising', teaches = false",
        "INSERT INTO author (site_id, author_key, approved, spam) VALUES (1, 'k', 0, 1)",
        (
            "INSERT INTO bulk (id, guid, moderator_id, act, state, asked, note, reason, total,"
            " done, passed_over, made_at) VALUES (1, 'g', 1, 'SPAM', 'done', '', '', '', 1, 1, 0,"
            " '2026-11-24 12:00:00')"
        ),
        (
            "INSERT INTO bulk_item (bulk_id, submission_id, seen_version, state, is_trusted,"
            " teaches) VALUES (1, 1, 0, 'done', false, true)"
        ),
    ),
    "0003": (),
    "0005": (
        "INSERT INTO membership (moderator_id, site_id) VALUES (1, 1)",
        (
            "INSERT INTO change (id, made_at, moderator_id, actor, what, subject, detail) VALUES"
            " (1, '2026-11-24 12:00:00', 1, 'ana', 'site-add', 'x', '{}')"
        ),
    ),
    "0006": (
        (
            "INSERT INTO entry (id, kind, pattern, effect, status, why, made_by, made_at,"
            " changed_at) VALUES (1, 'phrase', 'pills', 'spam', 'live', '', 1,"
            " '2026-11-24 12:00:00', '2026-11-24 12:00:00')"
        ),
        "INSERT INTO entry_hit (entry_id, guid, hit_at) VALUES (1, 'g', '2026-11-24 12:00:00')",
    ),
    "0007": (
        (
            "INSERT INTO chore (name, due_at, claimed_by, fault) VALUES"
            " ('retain', '2026-11-24 12:00:00', '', '')"
        ),
        (
            "INSERT INTO mail (id, moderator_id, kind, subject, body, made_at, claimed_by, tries,"
            " fault) VALUES (1, 1, 'digest', 's', 'b', '2026-11-24 12:00:00', '', 0, '')"
        ),
    ),
    "0010": (),
    "0020": (
        "INSERT INTO sealed_key (key_id, sealed) VALUES (1, 'x')",
        (
            "INSERT INTO webhook (id, url, secret, created_at) VALUES"
            " (1, 'https://hears.example.org/', 'x', '2026-11-24 12:00:00')"
        ),
        (
            "INSERT INTO event (id, event_id, kind, receiver, guid, lane, body, created_at, due_at,"
            " state, attempts, stage, may_publish, trouble) VALUES (1, 'evt_1', 'decision',"
            " 'webhook', 'g', 'w1:g', '{}', '2026-11-24 12:00:00', '2026-11-24 12:00:00',"
            " 'sent', 1, 0, false, '')"
        ),
    ),
    "0025": (
        "UPDATE api_key SET scopes = 'check', moderator_id = 1",
        (
            "INSERT INTO idempotency (key_id, name_hash, body_hash, guid, is_done, expires_at)"
            " VALUES (1, 'n', 'b', 'g', true, '2026-11-24 12:00:00')"
        ),
        (
            "INSERT INTO history_import (id, site_id, source, file_name, started_at) VALUES"
            " (1, 1, 'wxr', 'x.xml', '2026-11-24 12:00:00')"
        ),
        (
            "INSERT INTO imported (id, import_id, site_id, source, source_id, content_hash,"
            " comment, label_source, label_note, weight, origin, exclude) VALUES"
            " (1, 1, 1, 'wxr', '1', 'h', '{}', 'none', '', 0.5, '', '')"
        ),
    ),
    "0060": ("UPDATE submission SET is_audit = false",),
    "0061": (),
    "0070": ("UPDATE webhook SET paused_at = '2026-11-24 12:00:00'",),
    "0071": (
        "UPDATE entry SET held_at = '2026-11-24 12:00:00', held_wrong = 3, held_of = 4",
        "UPDATE entry SET counted_from = '2026-11-24 12:00:00'",
    ),
    "0072": (
        (
            "INSERT INTO campaign_follow (id, campaign_id, bulk_id, ends_at) VALUES"
            " (1, 1, 1, '2026-11-24 12:00:00')"
        ),
    ),
    "0084": (
        (
            "INSERT INTO handover (id, submission_id, sender_id, receiver_id, note, made_at) VALUES"
            " (1, 1, 1, 1, 'your field', '2026-11-24 12:00:00')"
        ),
        (
            "INSERT INTO claim (submission_id, moderator_id, is_deliberate, ends_at, handover_id)"
            " VALUES (1, 1, true, '2026-11-24 16:00:00', 1)"
        ),
        (
            "INSERT INTO recheck (id, submission_id, moderator_id, made_at, model_id, score, rule,"
            " was_model_id) VALUES (1, 1, 1, '2026-11-24 12:00:00', 'm', 0.5, '', '')"
        ),
    ),
    "0085": (
        (
            "INSERT INTO day_count (site_id, day, api_calls, spam, ham, missed_spam,"
            " false_positives) VALUES (1, '2026-08-24', 3, 2, 1, 0, 0)"
        ),
    ),
}


def rows_of(version):
    """What a database that stands at *version* holds: its own rows and those of all before."""
    return [row for one in sorted(ROWS) if one <= version for row in ROWS[one]]


@pytest.fixture
def empty_store(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    yield store
    store.close()


@pytest.fixture
def bare_store(bare_url):
    """A Store whose database has no table at all, on each engine."""
    store = Store.open(bare_url)
    yield store
    store.close()


def test_an_empty_database_stands_nowhere(bare_store):
    assert migrate.current(bare_store.engine) is None


def test_upgrading_twice_is_harmless(bare_store):
    migrate.upgrade(bare_store.engine)
    migrate.upgrade(bare_store.engine)
    assert migrate.current(bare_store.engine) == migrate.head()


@pytest.mark.parametrize("version", VERSIONS)
def test_rows_of_every_version_are_there_after_the_upgrade(bare_store, version):
    migrate.upgrade(bare_store.engine, version)
    with bare_store.engine.begin() as connection:
        for row in rows_of(version):
            connection.exec_driver_sql(row)
    migrate.upgrade(bare_store.engine)
    assert migrate.differences(bare_store.engine) == []
    tables = {row.split()[2] for row in rows_of(version) if row.startswith("INSERT")}
    with bare_store.engine.begin() as connection:
        counts = {
            table: connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()  # noqa: S608 - our own words
            for table in tables
        }
    assert set(counts.values()) == {1}, counts
    with bare_store.read() as unit:
        (kept,) = unit.submissions.page(PageAsk(outcome=Outcome.SPAM))
        (decided,) = unit.decisions.list_of(kept.submission_id)
        site = unit.sites.get(kept.site_id)
        (key,) = unit.sites.list_keys(site.site_id)
    assert (kept.arrival.comment.text, kept.received_at) == ("maybe \0", NOON)
    assert (decided.moderator, site.blog, key.hint) == ("ana", BLOG, "c0ff")


def test_the_upgraded_database_is_what_the_program_knows(each_store):
    assert migrate.differences(each_store.engine) == []


def test_a_missing_column_would_be_noticed(each_store):
    with each_store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE site DROP COLUMN name")
    assert migrate.differences(each_store.engine) != []


WORDS = (
    ("moderator", "role"),
    ("submission", "outcome"),
    ("submission", "verdict"),
    ("submission", "kind"),
    ("decision", "act"),
    ("decision", "source"),
)


def test_each_engine_refuses_a_word_that_is_none_of_ours(bare_store):
    migrate.upgrade(bare_store.engine)
    with bare_store.engine.begin() as connection:
        for row in ROWS["0001"]:
            connection.exec_driver_sql(row)
    for table, column in WORDS:
        with (
            pytest.raises(sa.exc.IntegrityError, match=column),
            bare_store.engine.begin() as connection,
        ):
            connection.execute(
                sa.table(table, sa.column(column)).update().values({column: "PERHAPS"})
            )


@pytest.mark.parametrize("version", ["0070", "0071", "0072", "0084", "0085"])
def test_a_step_back_leaves_what_the_version_before_knows(bare_store, version):
    migrate.upgrade(bare_store.engine, version)
    with bare_store.engine.begin() as connection:
        for row in rows_of(version):
            connection.exec_driver_sql(row)
        command.downgrade(migrate._config(connection), "-1")
    assert migrate.current(bare_store.engine) < version
    migrate.upgrade(bare_store.engine)
    assert migrate.differences(bare_store.engine) == []
    with bare_store.read() as unit:
        assert len(unit.submissions.page(PageAsk(outcome=Outcome.SPAM))) == 1


def test_there_is_one_head():
    script = ScriptDirectory.from_config(migrate._config())
    assert len(script.get_heads()) == 1


def test_two_that_upgrade_at_once_make_the_tables_once(empty_store):
    failed = []

    def upgrade():
        store = Store.open(str(empty_store.engine.url))
        try:
            migrate.upgrade(store.engine)
        except StoreUnavailable as error:
            failed.append(error)
        store.close()

    threads = [threading.Thread(target=upgrade) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    assert migrate.differences(empty_store.engine) == []


def test_an_upgrade_that_breaks_off_leaves_the_tables_as_they_were(empty_store, tmp_path):
    def fail(_connection):
        raise sa.exc.OperationalError("COMMIT", None, OSError("power cut"))

    sa.event.listen(empty_store.engine, "commit", fail)
    with pytest.raises(StoreUnavailable):
        migrate.upgrade(empty_store.engine)
    sa.event.remove(empty_store.engine, "commit", fail)
    copy = shutil.copy(tmp_path / "empty.sqlite3", tmp_path / "copy.sqlite3")
    store = Store.open(f"sqlite:///{copy}")
    assert migrate.current(store.engine) is None
    migrate.upgrade(store.engine)
    store.close()
