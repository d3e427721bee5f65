"""The database goes while blogs ask: they are answered as before, and nothing answered is lost."""

import contextlib
import sqlite3
import time

import httpx
import pytest
import sqlalchemy as sa

from tests.builders import BLOG
from tests.e2e.conftest import Database
from tests.program import Program, free_port, started

pytestmark = pytest.mark.e2e
SPAM = "Buy cheap watches at http://cheap-watches.example/ best casino bonus viagra"


@contextlib.contextmanager
def gone(settings, data):
    """SQLite: another program holds the lock. PostgreSQL: it lets nobody in."""
    address = settings.get("CHAFFINCH_DATABASE_URL")
    if address is None:
        other = sqlite3.connect(data / "chaffinch.sqlite3", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
        other.close()
        return
    url = sa.make_url(address)
    server = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS false")
        connection.execute(
            sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": url.database},
        )
        yield
        connection.exec_driver_sql(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS true")
    server.dispose()


def ask(program, key, text="Thank you, the second map was wrong for me too.", author="Maria"):
    sent = {
        "blog": BLOG,
        "user_ip": "203.0.113.9",
        "comment_content": text,
        "comment_author": author,
    }
    return httpx.post(f"{program.address}/1.1/comment-check", data=sent | {"key": key}, timeout=15)


def stored_in_the_end(database, guids):
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if set(guids) <= set(database.outcomes()):
            return True
        time.sleep(0.2)
    return False


def test_known_keys_get_real_verdicts_and_every_comment_is_stored_later(
    tmp_path, engine_settings, database
):
    with started(tmp_path, **engine_settings) as program:
        key = program.key
        before = ask(program, key)
        assert (before.status_code, before.text) == (200, "false")
        with gone(engine_settings, tmp_path):
            good = [
                ask(program, key, f"The map of day {day} was wrong for me.") for day in range(5)
            ]
            spam = ask(program, key, SPAM, "cheap watches")
            stranger = ask(program, "0123456789ab")
        assert [(one.status_code, one.text) for one in good] == [(200, "false")] * 5
        assert (spam.status_code, spam.text) == (200, "true")
        if "CHAFFINCH_DATABASE_URL" in engine_settings:
            # Nobody can tell whether it is good: neither `invalid` nor a verdict.
            assert stranger.status_code == 503
            assert stranger.text not in {"true", "false", "invalid"}
            assert stranger.headers["X-akismet-guid"]
            assert stranger.headers["Retry-After"]
        guids = [one.headers["X-akismet-guid"] for one in (*good, spam)]
        assert stored_in_the_end(database, guids)
        assert len(database.outcomes()) == 7
        assert not list((tmp_path / "spool").glob("*.spool"))


@pytest.mark.postgres
def test_a_start_without_a_database_still_answers_who_called_before(tmp_path, postgres_url):
    settings = {"CHAFFINCH_DATABASE_URL": postgres_url}
    with started(tmp_path, **settings) as program:
        key = program.key
        assert ask(program, key).text == "false"
        wait_for(tmp_path / "callers.sealed")
    with gone(settings, tmp_path):
        again = Program(tmp_path, free_port(), **settings)
        try:
            wait_until_alive(again)
            good = ask(again, key, "The map of another day was wrong for me.")
            spam = ask(again, key, SPAM, "cheap watches")
            stranger = ask(again, "0123456789ab")
            assert list((tmp_path / "spool").glob("*.spool"))
        finally:
            again.kill()
    assert [(one.status_code, one.text) for one in (good, spam)] == [(200, "false"), (200, "true")]
    assert (stranger.status_code, stranger.text in {"true", "false", "invalid"}) == (503, False)
    guids = [one.headers["X-akismet-guid"] for one in (good, spam)]
    with started(tmp_path, **settings):
        assert stored_in_the_end(Database(settings, tmp_path), guids)


@pytest.mark.postgres
def test_a_start_without_a_database_is_refused_when_the_memory_was_changed(tmp_path, postgres_url):
    settings = {"CHAFFINCH_DATABASE_URL": postgres_url}
    sealed = tmp_path / "callers.sealed"
    with started(tmp_path, **settings) as program:
        assert ask(program, program.key).text == "false"
        wait_for(sealed)
    sealed.write_bytes(sealed.read_bytes().replace(b'"hold"', b'"ham" '))
    with gone(settings, tmp_path):
        again = Program(tmp_path, free_port(), **settings)
        assert again.process.wait(30) == 1
    assert "chaffinch: " in again.printed


def wait_for(place):
    until = time.monotonic() + 30
    while not place.exists():
        assert time.monotonic() < until, f"no {place.name} in 30 s"
        time.sleep(0.1)


def wait_until_alive(program):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert program.process.poll() is None, program.printed
        with contextlib.suppress(httpx.TransportError):
            httpx.get(f"{program.address}/healthz", timeout=2)
            return
        time.sleep(0.1)
    raise AssertionError(f"not alive in 60 s: {program.printed}")


def test_what_was_spooled_outlives_a_kill_and_is_stored_by_the_next_process(
    tmp_path, engine_settings, database
):
    with started(tmp_path, **engine_settings) as program:
        key = program.key
        ask(program, key)
        with gone(engine_settings, tmp_path):
            answers = [ask(program, key, f"The map of day {day} was wrong.") for day in range(5)]
            program.kill()
    assert {one.status_code for one in answers} == {200}
    guids = [one.headers["X-akismet-guid"] for one in answers]
    assert not set(guids) & set(database.outcomes())
    with started(tmp_path, **engine_settings):
        assert stored_in_the_end(database, guids)
    assert len(database.outcomes()) == 6
