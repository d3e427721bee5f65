"""When we are in trouble: neither true nor false, a guid, nothing lost that could be kept."""

import contextlib
import dataclasses
import logging
import sqlite3

import pytest

from models.verdict import Cutoffs
from service.app import create_app
from service.domain.decision import Outcome
from service.storage.store import Store
from service.storage.submissions import PageAsk
from service.workflows.administer import add_site
from tests.builders import BLOG, KEY, NOON, PASSWORD
from tests.conftest import SECRET, csrf_token
from tests.fakes import BrokenScorer

COMMENT = {
    "api_key": KEY,
    "blog": BLOG,
    "user_ip": "203.0.113.9",
    "comment_content": "a sentence nobody else should read",
    "comment_author": "Maria Canary",
}


def check(runtime, **changes):
    client = create_app(dataclasses.replace(runtime, **changes)).test_client()
    return client.post("/1.1/comment-check", data=COMMENT)


def waiting(store):
    with store.read() as unit:
        return unit.submissions.page(PageAsk(outcome=Outcome.UNSURE))


def assert_held(answer):
    assert answer.status_code == 503
    assert answer.text == "temporarily unavailable"
    assert len(answer.headers["X-akismet-guid"]) == 32
    assert int(answer.headers["Retry-After"]) > 0


def test_without_a_model_the_comment_is_held_and_waits_for_a_person(runtime, site_key):
    answer = check(runtime, scorer=BrokenScorer())
    assert_held(answer)
    (kept,) = waiting(runtime.store)
    assert kept.guid == answer.headers["X-akismet-guid"]
    assert kept.scoring.fault == "no model could be loaded"


class Choking:
    """A model with a bug that this very comment finds."""

    model_id = "choking"
    cutoffs = Cutoffs(unsure_from=0.4, spam_from=0.9, blatant_from=0.99)

    def live(self):
        return self

    def for_site(self, _site_id, _own=None):
        return self

    def score(self, _comment):
        raise RecursionError("a sentence nobody else should read")


def test_a_model_that_fails_on_a_comment_holds_it_for_a_person(runtime, site_key, caplog):
    with caplog.at_level(logging.CRITICAL):
        assert_held(check(runtime, scorer=Choking()))
    (kept,) = waiting(runtime.store)
    assert kept.scoring.fault == "model choking failed (RecursionError)"


@contextlib.contextmanager
def locked(sqlite_url):
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.close()


def test_a_locked_database_holds_the_comment_and_lets_keys_be_verified(
    runtime, site_key, sqlite_url
):
    client = create_app(runtime).test_client()
    with locked(sqlite_url):
        assert_held(client.post("/1.1/comment-check", data=COMMENT))
        good = client.post("/1.1/verify-key", data={"key": KEY, "blog": BLOG})
        report = client.post("/1.1/submit-spam", data=COMMENT)
    assert good.text == "valid"
    assert report.status_code == 503
    assert client.post("/1.1/comment-check", data=COMMENT).text == "false"


@pytest.mark.parametrize(
    "url", ["sqlite:////no/such/folder/x.sqlite3", "postgresql+psycopg://127.0.0.1:1/nothing"]
)
def test_without_a_database_no_verdict_leaves(runtime, url):
    gone = Store.open(url)
    assert_held(check(runtime, store=gone))
    gone.close()


def test_a_name_nobody_can_have_is_a_wrong_name(each_store, runtime):
    client = create_app(dataclasses.replace(runtime, store=each_store)).test_client()
    token = csrf_token(client.get("/moderation/sign-in").text)
    for name in ("nul \0", "x" * 190, "", "' or 1=1 --", "\U0001f600"):
        form = {"name": name, "password": PASSWORD, "csrf_token": token}
        assert client.post("/moderation/sign-in", data=form).status_code == 401


@pytest.mark.parametrize("blog", ["http://nul.example/\0", "http://" + "ü." * 200, "\ufffd", "//["])
def test_a_network_key_answers_for_any_address(each_store, runtime, blog):
    add_site(BLOG, key=KEY, is_network=True, store=each_store, secret=SECRET, now=NOON)
    answer = check_with(each_store, runtime, blog)
    assert (answer.status_code, answer.text) == (200, "false")


def check_with(store, runtime, blog):
    client = create_app(dataclasses.replace(runtime, store=store)).test_client()
    return client.post("/1.1/comment-check", data=COMMENT | {"blog": blog})


def test_nothing_secret_or_written_stands_in_the_log(runtime, site_key, moderator, caplog):
    caplog.set_level(logging.DEBUG)
    client = create_app(runtime).test_client()
    client.post("/1.1/comment-check", data=COMMENT)
    client.post("/1.1/comment-check", data=COMMENT | {"api_key": "deadbeef0000"})
    client.get(f"/1.1/usage-limit?api_key={KEY}&surprise=x")
    client.post("/1.1/comment-check", data=b"x" * 3_000_000)
    check(runtime, scorer=BrokenScorer())
    token = csrf_token(client.get("/moderation/sign-in").text)
    for password in (PASSWORD, "wrong " + PASSWORD):
        form = {"name": "ana", "password": password, "csrf_token": token}
        client.post("/moderation/sign-in", data=form)
    gone = Store.open("postgresql+psycopg://who:hidden-password@127.0.0.1:1/nothing")
    check(runtime, store=gone)
    gone.close()
    assert caplog.text
    for secret in (KEY, "deadbeef0000", PASSWORD, SECRET, "nobody else", "Canary", "hidden-pass"):
        assert secret not in caplog.text
