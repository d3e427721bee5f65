"""Many at once are told like one by one: in the transaction of their decisions, and once."""

import json

import pytest
import sqlalchemy as sa

from service.domain.decision import Act
from service.domain.event import EventKind, Receiver
from service.domain.site import UnsureMeans
from service.domain.view import View
from service.errors import StoreUnavailable
from service.workflows import manage_events
from service.workflows.administer import set_policy
from service.workflows.decide import decide
from service.workflows.prepare_bulk import prepare_bulk
from service.workflows.run_bulk import run_bulk
from service.workflows.start_bulk import Start, start_bulk, undo_bulk
from tests.builders import BLOG, NOON
from tests.conftest import SECRET

HOOK = "https://hooks.example.org/chaffinch"
CALLBACK = "https://blog.example.org/wp-json/akismet/v1/webhook"


@pytest.fixture
def webhook(each_store, blog):
    return manage_events.add_webhook(HOOK, blog=BLOG, store=each_store, secret=SECRET, now=NOON)


def run(store, bulk):
    while run_bulk(bulk.bulk_id, store=store, now=NOON):
        pass


def spam_all(store, who):
    bulk = prepare_bulk(who, Act.SPAM, View(), None, store=store, now=NOON)
    with store.read() as unit:
        total = unit.bulks.get(bulk.bulk_id).total
    started = start_bulk(who, bulk.guid, Start(number=total, note="a wave"), store=store, now=NOON)
    run(store, started)
    return started


def events(store, receiver):
    """Who is told what, oldest first; clocks of held comments left out."""
    found = manage_events.list_events(limit=1000, store=store)[::-1]
    return [one for one in found if one.receiver is receiver and one.kind is not EventKind.HOLD]


def test_a_bulk_and_its_undo_are_told_to_whoever_hears(each_store, webhook, come, people):
    guids = come(*(f"maybe {n}" for n in range(250)), index=False)
    bulk = spam_all(each_store, people[0])
    told = events(each_store, Receiver.WEBHOOK)
    assert [one.guid for one in told] == guids
    assert {one.kind for one in told} == {EventKind.DECISION}
    run(each_store, undo_bulk(people[0], bulk.guid, store=each_store, now=NOON))
    told = events(each_store, Receiver.WEBHOOK)[250:]
    assert {one.guid for one in told} == set(guids)
    said = [one.body["say"]["data"] for one in told]
    assert {(one["act"], one["outcome"], one["version"]) for one in said} == {("UNDO", "UNSURE", 2)}


def test_a_bulk_calls_the_blog_back_as_single_decisions_do(each_store, come, people):
    alone, *many = come("maybe one", "maybe two", "maybe three", callback=CALLBACK, key_id=1)
    decide(people[0], alone, Act.SPAM, seen_version=0, store=each_store, now=NOON)
    spam_all(each_store, people[0])
    told = events(each_store, Receiver.AKISMET)
    assert [one.guid for one in told] == [alone, *many]
    assert {one.lane for one in told} == {f"a:{guid}" for guid in (alone, *many)}
    assert {json.dumps(one.body | {"guid": ""}) for one in told} == {
        json.dumps({"callback": CALLBACK, "guid": "", "key": 1})
    }


def test_a_recheck_in_a_bulk_answers_the_check_that_named_a_callback(each_store, come, people):
    (first,) = come("maybe the same words", callback=CALLBACK, key_id=1)
    (again,) = come("maybe the same words", recheck_reason="recheck_queue")
    spam_all(each_store, people[0])
    told = events(each_store, Receiver.AKISMET)
    assert [(one.guid, one.lane) for one in told] == [(first, f"a:{first}"), (again, f"a:{first}")]


def test_nothing_is_told_of_a_piece_that_did_not_commit(each_store, webhook, come, people):
    come("maybe 1", "maybe 2")
    bulk = prepare_bulk(people[0], Act.SPAM, View(), None, store=each_store, now=NOON)
    start = Start(number=2, note="a wave")
    started = start_bulk(people[0], bulk.guid, start, store=each_store, now=NOON)

    def fail(_connection):
        raise sa.exc.OperationalError("COMMIT", {}, OSError("disk full"))

    sa.event.listen(each_store.engine, "commit", fail)
    try:
        with pytest.raises(StoreUnavailable):
            run_bulk(started.bulk_id, store=each_store, now=NOON)
    finally:
        sa.event.remove(each_store.engine, "commit", fail)
    assert events(each_store, Receiver.WEBHOOK) == []
    run(each_store, started)
    assert len(events(each_store, Receiver.WEBHOOK)) == 2


def test_where_nobody_hears_a_bulk_writes_no_event_and_reads_no_comment(each_store, come, people):
    set_policy(BLOG, {"unsure": UnsureMeans.HAM}, store=each_store, now=NOON)
    come(*(f"maybe {n}" for n in range(20)), index=False)
    asked = []
    listener = asked.append
    sa.event.listen(
        each_store.engine, "before_cursor_execute", lambda *seen: listener(seen[2]), named=False
    )
    spam_all(each_store, people[0])
    assert events(each_store, Receiver.WEBHOOK) + events(each_store, Receiver.AKISMET) == []
    reads = [one for one in asked if one.startswith("SELECT") and "submission.comment" in one]
    assert reads == []
