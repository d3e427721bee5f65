"""chaffinch db, export, purge, doctor: what is kept, what goes out, what is forgotten."""

import dataclasses
import datetime as dt
import json
import logging
import tracemalloc

import pytest

from models.comment import read_comment
from models.verdict import Verdict
from service.domain.address import kept_network
from service.domain.decision import Act
from service.domain.moderator import Role
from service.domain.submission import content_hash, new_guid
from service.workflows.administer import add_moderator, add_site
from service.workflows.check_comment import check_comment
from service.workflows.decide import decide
from service.workflows.export import export
from service.workflows.find_caller import find_caller
from service.workflows.report_mistake import report_mistake
from service.workflows.retain import retain
from tests.builders import BLOG, KEY, NOON, PASSWORD, make_arrival, make_submission
from tests.fakes import StubScorer
from tests.unit.service.commands.conftest import one_sentence

LONG_AGO = NOON - dt.timedelta(days=400)
SECRET = "s" * 64


@pytest.fixture
def network(each_store):
    return add_site(BLOG, key=KEY, is_network=True, store=each_store, secret=SECRET, now=NOON).site


@pytest.fixture
def ana(each_store):
    return add_moderator("ana", role=Role.OWNER, password=PASSWORD, store=each_store, now=NOON)[0]


def child(store, blog):
    return find_caller(KEY, blog, store=store, secret=SECRET, now=NOON).site


def check(store, site, text="maybe", now=NOON, **changes):
    return check_comment(
        make_arrival(text, blog=site.blog, **changes),
        site,
        store=store,
        scorer=StubScorer(),
        now=now,
        guid=new_guid(),
    )


def text_of(store, one):
    with store.read() as unit:
        return unit.submissions.get(one.guid).arrival.comment.text


def exported(said):
    return [json.loads(line) for line in said.out.splitlines()]


def test_the_tables_are_made_and_made_twice(tmp_path, chaffinch, monkeypatch):
    monkeypatch.setenv("CHAFFINCH_DATABASE_URL", f"sqlite:///{tmp_path / 'new.sqlite3'}")
    assert one_sentence(chaffinch("site", "list"), "chaffinch db upgrade")
    first, second = chaffinch("db", "upgrade"), chaffinch("db", "upgrade")
    assert (first.code, second.code) == (0, 0)
    assert second.out.endswith("already\n")
    assert chaffinch("site", "list").code == 0


COMMANDS = (
    ("db", "upgrade"),
    ("site", "list"),
    ("site", "add", BLOG),
    ("moderator", "list"),
    ("key", "list"),
    ("export",),
    ("purge",),
    ("serve", "--port", "65000"),
)


@pytest.mark.parametrize(
    "url", ["sqlite:////no/such/folder/x.sqlite3", "postgresql://me:hidden@127.0.0.1:1/nothing"]
)
def test_a_database_that_is_not_there_is_one_sentence(chaffinch, monkeypatch, url):
    monkeypatch.setenv("CHAFFINCH_DATABASE_URL", url)
    for words in COMMANDS:
        said = chaffinch(*words)
        assert one_sentence(said, "The database is unavailable")
        assert "hidden" not in said.err


def test_a_wrong_setting_is_one_sentence(chaffinch, monkeypatch):
    monkeypatch.setenv("CHAFFINCH_PROT", "1")
    assert one_sentence(chaffinch("site", "list"), "did you mean CHAFFINCH_PORT")


def test_doctor_finds_all_well(chaffinch):
    chaffinch("db", "upgrade")
    said = chaffinch("doctor")
    assert said.code == 0, said
    assert said.out.count(" ok: ") == 13
    assert "FAULT" not in said.out


def test_doctor_names_each_fault_and_ends_with_1(chaffinch, monkeypatch, tmp_path):
    monkeypatch.setenv("CHAFFINCH_DATABASE_URL", "postgresql://me:hidden@127.0.0.1:1/nothing")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "aliases.json").write_text('{"live": "nobody"}')
    monkeypatch.setenv("CHAFFINCH_MODELS_DIR", str(tmp_path / "models"))
    said = chaffinch("doctor")
    assert said.code == 1
    assert said.out.count("FAULT: ") == 6
    assert "hidden" not in said.out + said.err


def test_another_secret_is_found_by_doctor(chaffinch, monkeypatch):
    chaffinch("db", "upgrade")
    chaffinch("site", "add", BLOG)
    monkeypatch.setenv("CHAFFINCH_SECRET_KEY", "another secret altogether")
    said = chaffinch("doctor")
    assert said.code == 1
    assert "another secret" in said.out
    assert "another secret altogether" not in said.out


def test_what_people_decided_goes_out_with_its_weight(chaffinch, each_store, network, ana):
    site = child(each_store, "https://one.example/")
    decided, reported = check(each_store, site, "maybe one"), check(each_store, site, "fine two")
    removed = check(each_store, site, "maybe three")
    check(each_store, site, "maybe nobody decided")
    decide(ana, decided.guid, Act.SPAM, seen_version=0, store=each_store, now=NOON)
    decide(ana, removed.guid, Act.REMOVE, seen_version=0, store=each_store, now=NOON)
    arrival = make_arrival("fine two", guid=reported.guid)
    report_mistake(arrival, Act.SPAM, site, store=each_store, now=NOON)
    said = chaffinch("export")
    found = {row["comment"]["text"]: row for row in exported(said)}
    assert set(found) == {"maybe one", "fine two"}
    assert (found["maybe one"]["label"], found["maybe one"]["weight"]) == ("spam", 1.0)
    assert (found["fine two"]["weight"], found["fine two"]["source"]) == (0.5, "SITE")
    assert found["maybe one"]["site"] == "https://one.example/"
    sent = decided.arrival.comment
    # Neither the address nor its pseudonym leaves the house.
    assert read_comment(found["maybe one"]["comment"]) == dataclasses.replace(
        sent, user_ip=kept_network(sent.user_ip)
    )
    assert said.err == "2 labelled comments\n"


def test_hostile_text_goes_out_as_one_ascii_line(chaffinch, each_store, network, ana, tmp_path):
    text = "nul \0, line\u2028break, lone \ud83d, \u202e"
    one = check(each_store, network, text)
    decide(ana, one.guid, Act.SPAM, seen_version=0, store=each_store, now=NOON)
    place = tmp_path / "labels.jsonl"
    assert chaffinch("export", "--out", str(place)).code == 0
    (line,) = place.read_bytes().splitlines()
    assert line.isascii()
    assert json.loads(line)["comment"]["text"] == text


def test_export_since_a_day_leaves_older_decisions_out(chaffinch, each_store, network, ana):
    for text, when in (("maybe old", LONG_AGO), ("maybe new", NOON)):
        one = check(each_store, network, text, now=LONG_AGO)
        decide(ana, one.guid, Act.SPAM, seen_version=0, store=each_store, now=when)
    found = exported(chaffinch("export", "--since", f"{NOON:%Y-%m-%d}"))
    assert [row["comment"]["text"] for row in found] == ["maybe new"]


def test_labelled_rows_are_read_in_flat_memory(store):
    site = add_site(BLOG, store=store, secret=SECRET, now=NOON).site

    def peak(rows):
        arrival = make_arrival("x" * 20_000)
        with store.begin() as unit:
            unit.submissions.append(
                [make_submission(site.site_id, version=1, arrival=arrival) for _ in range(rows)]
            )
            unit.commit()
        tracemalloc.start()
        with store.read() as unit:
            count = sum(1 for _ in unit.submissions.each_labelled(batch=20))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return count, found

    few, less = peak(60)
    many, more = peak(240)
    assert (few, many) == (60, 300)
    assert more < less * 1.2


def test_purge_follows_each_sites_own_policy(chaffinch, each_store, network):
    keeps, forgets = (
        child(each_store, "https://one.example/"),
        child(each_store, "https://two.example/"),
    )
    kept = check(each_store, keeps, now=LONG_AGO)
    old, new = (
        check(each_store, forgets, now=LONG_AGO),
        check(each_store, forgets, now=dt.datetime.now(dt.UTC)),
    )
    chaffinch("site", "policy", "https://two.example/", "--kept-days", "30")
    said = chaffinch("purge")
    assert said.out == "https://two.example/: 1 forgotten\n"
    assert [text_of(each_store, one) for one in (kept, old, new)] == ["maybe", "", "maybe"]
    assert chaffinch("purge").out == "Nothing was old enough.\n"


def test_purge_drops_rows_where_the_settings_say_when(chaffinch, each_store, network, monkeypatch):
    old, new = (
        check(each_store, network, "casino", now=LONG_AGO),
        check(each_store, network, now=dt.datetime.now(dt.UTC)),
    )
    chaffinch("site", "policy", BLOG, "--kept-days", "30")
    assert chaffinch("purge").out == f"{BLOG}: 1 forgotten\n"
    monkeypatch.setenv("CHAFFINCH_ROWS_DAYS", "90")
    assert chaffinch("purge", "--site", BLOG).out == "Nothing was old enough.\n"
    said = chaffinch("purge")
    assert said.out == "1 rows of forgotten comments dropped; their counts stay by day\n"
    with each_store.read() as unit:
        assert unit.submissions.find(old.guid) is None
        assert unit.submissions.find(new.guid) is not None
    assert chaffinch("purge").out == "Nothing was old enough.\n"


def test_spam_is_forgotten_by_a_term_of_its_own(chaffinch, each_store, network, ana):
    now = dt.datetime.now(dt.UTC)
    days_ago = {days: now - dt.timedelta(days=days) for days in (3, 10, 40)}
    made = {
        (text, days): check(each_store, network, text, now=when)
        for text in ("fine", "casino", "casino after all")
        for days, when in days_ago.items()
    }
    # What was spam and is found good is kept as good ones are.
    one = made["casino after all", 10]
    decide(ana, one.guid, Act.APPROVE, seen_version=0, store=each_store, now=now)
    said = chaffinch("site", "policy", BLOG, "--kept-days", "30", "--kept-spam-days", "7")
    assert "text is kept: 30 days, of spam: 7 days\n" in said.out
    assert chaffinch("purge").out == f"{BLOG}: 4 forgotten\n"
    left = {key for key, one in made.items() if text_of(each_store, one)}
    still = {(text, 3) for text, _ in made} | {("fine", 10), ("casino after all", 10)}
    assert left == still
    said = chaffinch("site", "policy", BLOG, "--kept-spam-days", "0")
    assert "text is kept: 30 days, of spam: 30 days\n" in said.out


def test_purge_of_one_site_touches_no_other(chaffinch, each_store, network):
    mine = child(each_store, "https://one.example/")
    other = child(each_store, "https://two.example/")
    ours, theirs = check(each_store, mine), check(each_store, other)
    words = ("purge", "--site", "http://www.one.example", "--before", "2030-01-01")
    assert chaffinch(*words, "--yes").code == 0
    assert (text_of(each_store, ours), text_of(each_store, theirs)) == ("", "maybe")


def test_purge_of_a_network_is_purge_of_its_blogs(chaffinch, each_store, network):
    one = check(each_store, child(each_store, "https://one.example/"))
    said = chaffinch("purge", "--site", BLOG, "--before", "2030-01-01", "--yes")
    assert said.code == 0
    assert text_of(each_store, one) == ""


def test_purge_before_a_day_asks_first(chaffinch, each_store, network):
    one = check(each_store, network)
    said = chaffinch("purge", "--before", "2030-01-01", stdin=b"n\n")
    assert said.code == 1
    assert text_of(each_store, one) == "maybe"


def test_purge_leaves_nothing_of_the_person_and_all_of_the_counts(each_store, network, ana):
    one = check(
        each_store, network, "maybe private", author="Maria Private", user_ip="203.0.113.77"
    )
    decide(ana, one.guid, Act.SPAM, seen_version=0, store=each_store, now=NOON)
    retain(before=NOON + dt.timedelta(days=1), store=each_store, now=NOON)
    with each_store.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT * FROM submission").one()
        kept = str(tuple(row))
    for word in ("private", "Private", "203.0.113.77"):
        assert word not in kept
    assert row.content_hash == content_hash(one.arrival.comment)
    with each_store.read() as unit:
        found = unit.submissions.get(one.guid)
        (tally,) = unit.counts.by_month([network.site_id])
    assert (found.scoring.verdict, found.outcome.value) == (Verdict.UNSURE, "SPAM")
    assert (tally.api_calls, tally.spam) == (1, 1)
    assert list(export(store=each_store)) == []


def test_purge_goes_in_steps_that_let_checks_through(store, begun):
    site = add_site(BLOG, key=KEY, store=store, secret=SECRET, now=NOON).site
    with store.begin() as unit:
        unit.submissions.append([make_submission(site.site_id) for _ in range(2500)])
        unit.commit()
    begun.clear()
    ((_, rows),) = retain(before=NOON + dt.timedelta(days=1), store=store, now=NOON)
    assert (rows, len(begun)) == (2500, 4)


def test_commands_say_nothing_secret_in_their_log(chaffinch, caplog):
    caplog.set_level(logging.DEBUG)
    said = chaffinch("site", "add", BLOG, "--key", KEY)
    assert KEY in said.out
    chaffinch("moderator", "add", "ana", "--password-stdin", stdin=PASSWORD.encode())
    assert KEY not in caplog.text + said.err
    assert PASSWORD not in caplog.text
