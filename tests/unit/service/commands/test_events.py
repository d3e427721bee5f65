"""chaffinch events, chaffinch webhook: what an operator types and reads."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from service.cli import main
from service.domain.decision import Act
from service.domain.moderator import Role
from service.domain.site import Undecided
from service.domain.submission import new_guid
from service.outgoing import Reply
from service.runtime import utc_now
from service.storage.store import Store
from service.workflows.administer import add_moderator
from service.workflows.check_comment import check_comment
from service.workflows.decide import decide
from service.workflows.deliver_events import deliver_events
from tests.builders import BLOG, PASSWORD, make_arrival
from tests.conftest import SECRET
from tests.fakes import StubScorer


@pytest.fixture
def chaffinch(tmp_path, monkeypatch):
    """Run one command in a fresh deployment with one site."""
    monkeypatch.setenv("CHAFFINCH_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CHAFFINCH_SECRET_KEY", SECRET)

    def run(*words, code=0):
        done = CliRunner().invoke(main, list(words))
        assert done.exit_code == code, done.output
        return done.output

    run("db", "upgrade")
    run("site", "add", BLOG)
    return run


@pytest.fixture
def dead(chaffinch, tmp_path):
    """An event that its webhook refused for good."""
    chaffinch("webhook", "add", "https://hooks.example.org/", "--site", BLOG)
    store = Store.open(f"sqlite:///{tmp_path / 'chaffinch.sqlite3'}")
    now = utc_now()
    person, _ = add_moderator("ana", role=Role.SENIOR, password=PASSWORD, store=store, now=now)
    with store.read() as unit:
        site = unit.sites.find_by_blog(BLOG)
    check = check_comment(
        make_arrival("maybe"), site, store=store, scorer=StubScorer(), now=now, guid=new_guid()
    )
    decide(person, check.guid, Act.SPAM, seen_version=None, store=store, now=now)

    class Gone:
        def post(self, _url, _body, _headers):
            return Reply(410, "")

    deliver_events(store=store, sender=Gone(), secret=SECRET, now=now)
    store.close()
    return check.guid


def test_what_was_given_up_is_listed_and_sent_again(chaffinch, dead):
    line = chaffinch("events", "list", "--state", "dead").strip()
    assert dead in line
    assert "HTTP 410 (1 tries)" in line
    assert "1 will be sent again" in chaffinch("events", "resend", line.split("\t")[0])
    assert chaffinch("events", "list", "--state", "dead").strip() == "No events."
    assert "waiting" in chaffinch("events", "list")


def test_resend_needs_numbers_or_all(chaffinch, dead):
    chaffinch("events", "resend", code=2)
    assert "1 will be sent again" in chaffinch("events", "resend", "--all")
    assert "no such event" in chaffinch("events", "resend", "999", code=1)


def test_a_webhook_is_added_listed_rotated_and_removed(chaffinch):
    added = chaffinch("webhook", "add", "https://hooks.example.org/")
    secret = re.search(r"whsec_\S+", added)[0]
    assert "1\thttps://hooks.example.org/\tall sites" in chaffinch("webhook", "list")
    assert secret not in chaffinch("webhook", "rotate", "1")
    chaffinch("webhook", "remove", "1")
    assert chaffinch("webhook", "list") == ""
    assert "no webhook 1" in chaffinch("webhook", "rotate", "1", code=1)


def test_the_choice_for_the_undecided_is_set_and_shown(chaffinch):
    for choice in Undecided:
        shown = chaffinch("site", "policy", BLOG, "--undecided", choice.value)
        assert f"undecided: {choice.value}" in shown
