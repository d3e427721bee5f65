"""Mail by the clock: to a real SMTP server, once, quiet when empty, and never a decision."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email
import email.policy
import re
import socket
import threading

import pytest
from aiosmtpd.controller import Controller

from models.verdict import Verdict
from service.app import create_app
from service.domain.decision import Outcome
from service.domain.moderator import Role
from service.domain.preferences import Digest, Preferences
from service.domain.submission import new_guid
from service.errors import Unavailable
from service.mailer import Mailer
from service.runtime import Runtime
from service.schedule import Schedule
from service.settings import Secret, Settings
from service.storage.store import Store
from service.workflows.administer import add_moderator, add_site, set_policy
from service.workflows.check_comment import check_comment
from service.workflows.manage_people import PersonForm, change_person
from tests.builders import BLOG, NOON, PASSWORD, make_arrival
from tests.conftest import SECRET
from tests.fakes import FixedClock, StubScorer

MORNING = NOON.replace(hour=7)


class Inbox:
    """What a real mail server on loopback was given."""

    def __init__(self):
        self.mails = []
        self.refuses = False

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's own name
        if self.refuses:
            return "451 try later"
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails.append((envelope.rcpt_tos[0], mail))
        return "250 kept"


@pytest.fixture
def inbox():
    handler = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        handler.port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    yield handler
    controller.stop()


def process(store, inbox, clock, tmp_path, **changes):
    """One serving process's schedule, with a runtime of its own."""
    settings = Settings(
        data_dir=tmp_path,
        models_dir=tmp_path,
        database_url="unused",
        secret_key=Secret(SECRET),
        public_url="https://spam.example",
        smtp_host="127.0.0.1",
        smtp_port=inbox.port,
        smtp_security="none",
        smtp_from="chaffinch@spam.example",
        **changes,
    )
    runtime = Runtime(settings=settings, store=store, scorer=StubScorer(), clock=clock)
    return Schedule(create_app(runtime), runtime)


@pytest.fixture
def clock():
    return FixedClock(MORNING - dt.timedelta(hours=1))


@pytest.fixture
def schedule(each_store, inbox, clock, tmp_path):
    return process(each_store, inbox, clock, tmp_path)


@pytest.fixture
def site(each_store):
    return add_site(BLOG, store=each_store, secret=SECRET, now=NOON).site


def person(store, name="ana", role=Role.MODERATOR, **choices):
    made, _ = add_moderator(name, role=role, password=PASSWORD, store=store, now=NOON)
    with store.begin() as unit:
        unit.moderators.set_email(made.moderator_id, f"{name}@example.net")
        chosen = Preferences(**{"digest": Digest.DAILY, "digest_hour": 7} | choices)
        unit.moderators.set_preferences(made.moderator_id, chosen)
        unit.commit()
    return made


def arrive(store, site, now, text="maybe", **changes):
    return check_comment(
        make_arrival(text, **changes),
        site,
        store=store,
        scorer=StubScorer(),
        now=now,
        guid=new_guid(),
    )


def test_a_summary_comes_at_its_hour_once(each_store, schedule, site, inbox, clock):
    person(each_store)
    one = arrive(each_store, site, clock.now)
    for _ in range(3):
        schedule.tick()
    assert inbox.mails == []
    clock.now = MORNING
    for _ in range(3):
        schedule.tick()
        clock.tick(minutes=1)
    assert [to for to, _ in inbox.mails] == ["ana@example.net"]
    mail = inbox.mails[0][1]
    assert mail["Subject"] == "Chaffinch: 1 comment waits"
    assert f"https://spam.example/moderation/item/{one.guid}" in mail.get_content()
    clock.tick(days=1)
    schedule.tick()
    assert len(inbox.mails) == 2 + 1  # the second summary, and the alarm of its age


def test_nothing_waiting_means_no_mail(each_store, schedule, site, inbox, clock):
    person(each_store)
    arrive(each_store, site, clock.now, "thanks")
    schedule.tick()
    clock.now = MORNING
    schedule.tick()
    arrive(each_store, site, clock.now)
    clock.tick(minutes=5)
    schedule.tick()
    assert inbox.mails == []


def test_a_summary_counts_what_was_thrown_away_and_an_alarm_does_not(
    each_store, schedule, site, inbox, clock
):
    person(each_store)
    schedule.tick()
    arrive(each_store, site, clock.now)
    for _ in range(2):
        thrown = arrive(each_store, site, clock.now, "blatant")
        assert thrown.verdict is Verdict.BLATANT
    clock.now = MORNING
    schedule.tick()
    clock.tick(hours=13)
    schedule.tick()
    summary, alarm = [mail.get_content() for _, mail in inbox.mails]
    assert "Thrown away at once since the last mail: 2 comments." in summary
    assert "https://spam.example/moderation/discarded" in summary
    assert "Thrown away" not in alarm


def test_a_mail_speaks_the_language_of_who_gets_it_and_holds_no_word_of_a_comment(
    each_store, schedule, site, inbox, clock
):
    person(each_store, language="de")
    hostile = "maybe http://evil.example/ \r\nBcc: all@example.net"
    arrive(each_store, site, clock.now, hostile, author=hostile, author_url="http://evil.example/")
    schedule.tick()
    clock.now = MORNING
    schedule.tick()
    text = inbox.mails[0][1].as_string()
    assert "wartet" in inbox.mails[0][1]["Subject"]
    assert "evil" not in text
    assert "Bcc" not in text
    assert "<" not in inbox.mails[0][1].get_content()


def test_following_the_links_of_a_mail_decides_nothing(each_store, schedule, site, inbox, clock):
    person(each_store)
    one = arrive(each_store, site, clock.now)
    schedule.tick()
    clock.now = MORNING
    schedule.tick()
    links = re.findall(r"https://spam\.example(\S+)", inbox.mails[0][1].get_content())
    assert len(links) >= 3
    scanner = schedule._app.test_client()
    for link in links:
        assert scanner.get(link).status_code == 303
    with each_store.read() as unit:
        assert unit.submissions.get(one.guid).outcome is Outcome.UNSURE


def test_each_is_told_of_their_own_sites(each_store, schedule, site, inbox, clock):
    olga = person(each_store, "olga", Role.OWNER, digest=Digest.OFF)
    ana = person(each_store)
    other = add_site("https://other.example/", store=each_store, secret=SECRET, now=NOON).site
    form = PersonForm(
        role=Role.MODERATOR, site_ids=frozenset({site.site_id}), email="ana@example.net"
    )
    change_person(olga, ana.moderator_id, form, store=each_store, now=NOON)
    arrive(each_store, other, clock.now)
    schedule.tick()
    clock.now = MORNING
    schedule.tick()
    assert inbox.mails == []


def test_what_waits_too_long_is_told_at_once_and_once(each_store, schedule, site, inbox, clock):
    person(each_store)
    arrive(each_store, site, clock.now - dt.timedelta(hours=13))
    for _ in range(5):
        schedule.tick()
        clock.tick(minutes=1)
    assert [mail["Subject"] for _, mail in inbox.mails] == [
        "Chaffinch: A comment waits for too long"
    ]


def test_a_flood_is_told_at_once(each_store, site, inbox, clock, tmp_path):
    person(each_store)
    schedule = process(each_store, inbox, clock, tmp_path, flood_per_hour=3)
    for _ in range(4):
        arrive(each_store, site, clock.now)
    clock.tick(minutes=1)
    schedule.tick()
    schedule.tick()
    assert [mail["Subject"] for _, mail in inbox.mails] == ["Chaffinch: 4 comments in an hour"]


def test_many_processes_send_each_mail_once(each_url, each_store, site, inbox, clock, tmp_path):
    for number in range(4):
        person(each_store, f"ana{number}")
    arrive(each_store, site, clock.now)
    stores = [Store.open(each_url) for _ in range(4)]
    processes = [process(store, inbox, clock, tmp_path) for store in stores]
    for one in processes:
        one.tick()
    clock.now = MORNING
    barrier = threading.Barrier(4)

    def run(one):
        barrier.wait()
        for _ in range(3):
            one.tick()

    threads = [threading.Thread(target=run, args=(one,)) for one in processes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in stores:
        store.close()
    assert sorted(to for to, _ in inbox.mails) == [f"ana{n}@example.net" for n in range(4)]


def test_a_server_that_refuses_is_tried_again(each_store, schedule, site, inbox, clock):
    person(each_store)
    arrive(each_store, site, clock.now)
    schedule.tick()
    clock.now, inbox.refuses = MORNING, True
    schedule.tick()
    inbox.refuses = False
    schedule.tick()
    assert inbox.mails == []
    clock.tick(minutes=2)
    schedule.tick()
    assert len(inbox.mails) == 1


def test_nobody_listens_is_said_without_the_password(tmp_path, runtime):
    settings = dataclasses.replace(
        runtime.settings,
        smtp_host="127.0.0.1",
        smtp_port=1,
        smtp_user="me",
        smtp_password=Secret("hush"),
    )
    with pytest.raises(Unavailable) as caught:
        Mailer(settings).send("a@example.net", "s", "b")
    assert "hush" not in repr(caught.value) + caught.value.detail


def test_a_header_cannot_be_smuggled_in(inbox, runtime):
    settings = dataclasses.replace(
        runtime.settings, smtp_host="127.0.0.1", smtp_port=inbox.port, smtp_security="none"
    )
    with pytest.raises(Unavailable):
        Mailer(settings).send("a@example.net\nBcc: b@example.net", "s", "b")
    assert inbox.mails == []


def test_texts_past_their_time_are_forgotten_by_the_clock(each_store, schedule, site, clock):
    set_policy(BLOG, {"kept_days": 30}, store=each_store, now=NOON)
    site = dataclasses.replace(site)
    old = arrive(each_store, site, clock.now - dt.timedelta(days=31), "thanks for all")
    schedule.tick()
    with each_store.read() as unit:
        assert unit.submissions.get(old.guid).arrival.comment.text == ""


@pytest.mark.parametrize("rows_days", [0, 90])
def test_rows_go_by_the_clock_only_where_that_was_asked_for(
    each_store, inbox, clock, tmp_path, site, rows_days
):
    set_policy(BLOG, {"kept_days": 30}, store=each_store, now=NOON)
    old = arrive(each_store, site, clock.now - dt.timedelta(days=91), "thanks for all")
    arrive(each_store, site, clock.now, "thanks again")
    process(each_store, inbox, clock, tmp_path, rows_days=rows_days).tick()
    with each_store.read() as unit:
        assert (unit.submissions.find(old.guid) is None) == bool(rows_days)


def told_ages(schedule):
    """What /metrics says of the age of each chore, asked anew."""
    client = create_app(schedule._runtime).test_client()
    asked = r'^chaffinch_chore_age_seconds{chore="(.+)"} (.+)$'
    return {
        name: float(age)
        for name, age in re.findall(asked, client.get("/metrics").text, re.MULTILINE)
    }


def test_the_age_of_each_chore_is_told_and_one_that_died_grows_old(
    each_store, inbox, clock, tmp_path, site, monkeypatch
):
    schedule, day = process(each_store, inbox, clock, tmp_path), dt.timedelta(days=1)
    assert told_ages(schedule) == {}
    schedule.tick()
    assert told_ages(schedule) == {"retain": 0, "hold-entries": 0}

    def fail(**_asked):
        raise Unavailable(detail="dead")

    monkeypatch.setattr("service.schedule.retain", fail)
    for _ in range(4):
        clock.now += day
        schedule.tick()
    assert told_ages(schedule) == {"retain": 4 * day.total_seconds(), "hold-entries": 0}


def test_a_bug_in_one_chore_stops_no_other_and_shows(
    each_store, inbox, clock, tmp_path, site, monkeypatch, caplog
):
    schedule = process(each_store, inbox, clock, tmp_path)
    monkeypatch.setattr("service.schedule.retain", lambda **_: 1 / 0)
    schedule.tick()
    clock.tick(hours=1)
    schedule.tick()
    assert [one.chore for one in caplog.records if one.msg == "a chore failed"] == ["retain"]
    # It never ended well, so it is as old as its first try.
    assert told_ages(schedule) == {"retain": 3600, "hold-entries": 0}
