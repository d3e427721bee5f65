"""A WordPress that hears nothing asks up to three times: one comment, one guid, one answer."""

import dataclasses
import threading

import pytest
import sqlalchemy as sa

from service.akismet import checking
from service.app import create_app
from service.domain.submission import new_guid
from service.storage.store import Store
from service.storage.tables import submission
from service.workflows.administer import add_site
from tests.builders import BLOG, KEY, NOON
from tests.conftest import SECRET
from tests.contract.calls import post
from tests.fakes import BrokenScorer

WORDPRESS = {"User-Agent": "WordPress/7.1 | Akismet/5.7.2"}


@pytest.fixture
def store(each_url, tmp_path):
    store = Store.open(each_url, spool=tmp_path / "spool")
    add_site(BLOG, key=KEY, store=store, secret=SECRET, now=NOON)
    yield store
    store.close()


def ask(client, headers=WORDPRESS, **fields):
    return post(client, "comment-check", headers, comment_content="casino", **fields)


def told(answers):
    return {(one.status_code, one.text, one.headers["X-akismet-guid"]) for one in answers}


def stored(store):
    with store.engine.connect() as connection:
        return [
            *connection.execute(sa.select(submission.c.guid).order_by(submission.c.id)).scalars()
        ]


def test_three_attempts_are_one_comment(client, store):
    answers = [ask(client) for _ in range(3)]
    (one,) = told(answers)
    assert one == (200, "true", *stored(store))


def test_without_a_name_for_them_they_are_three(client, store, monkeypatch):
    """The twin: each attempt is a comment of its own."""
    monkeypatch.setattr(checking, "name_attempt", lambda *_, **__: new_guid())
    assert len(told([ask(client) for _ in range(3)])) == len(stored(store)) == 3


def test_three_at_once_are_one_comment(client, store):
    answers, ready = [], threading.Barrier(3)

    def attempt():
        own = client.application.test_client()
        ready.wait(20)
        answers.append(ask(own))

    threads = [threading.Thread(target=attempt) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    (one,) = told(answers)
    assert one == (200, "true", *stored(store))


def test_attempts_of_two_processes_around_the_turn_of_a_slot_are_one(client, runtime, store):
    runtime.clock.tick(seconds=595)
    first = ask(client)
    other = Store.open(store.engine.url.render_as_string(hide_password=False))
    runtime.clock.tick(seconds=20)
    second = ask(create_app(dataclasses.replace(runtime, store=other)).test_client())
    other.close()
    (one,) = told([first, second])
    assert one == (200, "true", *stored(store))


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        (WORDPRESS, {"POST_ak_js": "1795428219036"}),
        (WORDPRESS, {"recheck_reason": "retry"}),
        ({"User-Agent": "curl/8"}, {}),
    ],
)
def test_another_comment_is_another(client, store, headers, fields):
    answers = [ask(client, headers), ask(client, headers, **fields)]
    assert len(told(answers)) == len(stored(store)) == 2


def test_what_differs_in_the_address_alone_is_another(client, store):
    """Fields may stand there, too."""
    path = f"/1.1/comment-check?api_key={KEY}&blog={BLOG}&user_ip=203.0.113.9&comment_content="
    answers = [client.post(path + text, headers=WORDPRESS) for text in ("casino", "thanks")]
    assert [one.text for one in answers] == ["true", "false"]
    assert len(told(answers)) == len(stored(store)) == 2


def test_the_same_much_later_is_another(client, runtime, store):
    ask(client)
    runtime.clock.tick(minutes=20)
    ask(client)
    assert len(stored(store)) == 2


def test_without_a_model_they_are_one_that_waits(runtime, store):
    client = create_app(dataclasses.replace(runtime, scorer=BrokenScorer())).test_client()
    answers = [ask(client) for _ in range(3)]
    (one,) = told(answers)
    assert one == (503, "temporarily unavailable", *stored(store))


def test_while_the_database_is_gone_they_are_one_in_the_end(client, store):
    post(client, "comment-check", WORDPRESS, comment_content="thanks")

    def fail(_connection):
        raise sa.exc.OperationalError("BEGIN", None, OSError("gone"))

    sa.event.listen(store.engine, "begin", fail)
    answers = [ask(client) for _ in range(3)]
    sa.event.remove(store.engine, "begin", fail)
    assert store.spool.waiting_bytes > 0
    store.drain(NOON)
    (one,) = told(answers)
    assert one == (200, "true", stored(store)[-1])
    assert len(stored(store)) == 2
    assert not (store.spool.folder / "refused.jsonl").exists()
