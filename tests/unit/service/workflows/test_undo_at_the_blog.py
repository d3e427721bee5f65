"""Undo leaves alone what the blog's owner did since, and says so."""

import pytest

from service.domain.decision import Act, Outcome
from service.domain.event import EventKind, Receiver
from service.domain.view import View
from service.workflows import manage_events
from service.workflows.decide import decide
from service.workflows.look_at_bulk import look_at_bulk
from service.workflows.prepare_bulk import prepare_bulk
from service.workflows.report_mistake import report_mistake
from service.workflows.run_bulk import run_bulk
from service.workflows.start_bulk import Start, start_bulk, undo_bulk
from service.workflows.undo import undo
from tests.builders import BLOG, NOON, make_arrival
from tests.conftest import SECRET

CALLBACK = "https://blog.example.org/wp-json/akismet/v1/webhook"


@pytest.fixture
def heard(each_store):
    """What undos were told to a receiver, oldest first."""

    def heard(receiver):
        found = manage_events.list_events(limit=1000, store=each_store)[::-1]
        return [one for one in found if (one.receiver, one.kind) == (receiver, EventKind.UNDO)]

    return heard


@pytest.fixture
def waiting(each_store, blog, come):
    manage_events.add_webhook(
        "https://hooks.example.org/", blog=BLOG, store=each_store, secret=SECRET, now=NOON
    )
    return come("maybe 1", "maybe 2", callback=CALLBACK, key_id=1)


def approve(store, who, guid):
    decide(who, guid, Act.APPROVE, seen_version=None, store=store, now=NOON)


def report(store, blog, guid, act=Act.SPAM):
    report_mistake(make_arrival("maybe", guid=guid), act, blog, store=store, now=NOON)


def test_the_blog_hears_of_no_undo_after_its_owner_spoke(each_store, blog, people, waiting, heard):
    spoken, silent = waiting
    for guid in waiting:
        approve(each_store, people[0], guid)
    report(each_store, blog, spoken)
    assert undo(people[0], store=each_store, now=NOON).since is None
    undone = undo(people[0], store=each_store, now=NOON)
    assert undone.since.act is Act.SPAM
    # What holds here is the owner's word then, and the blog is not told what it said itself.
    assert undone.submission.outcome is Outcome.SPAM
    assert [one.guid for one in heard(Receiver.AKISMET)] == [silent]


def test_what_the_owner_said_before_that_decision_does_not_count(
    each_store, blog, people, waiting, heard
):
    guid, _ = waiting
    report(each_store, blog, guid)
    approve(each_store, people[0], guid)
    assert undo(people[0], store=each_store, now=NOON).since is None
    assert [one.guid for one in heard(Receiver.AKISMET)] == [guid]


def test_a_report_that_a_moderator_took_back_is_no_word_any_more(
    each_store, blog, people, waiting, heard
):
    guid, _ = waiting
    approve(each_store, people[0], guid)
    report(each_store, blog, guid)
    with each_store.read() as unit:
        one = unit.submissions.get(guid)
        approved, reported = unit.decisions.list_of(one.submission_id)
    note = "a slip of the finger there"
    undo(people[0], reported.decision_id, note=note, store=each_store, now=NOON)
    assert undo(people[0], approved.decision_id, store=each_store, now=NOON).since is None
    assert [one.guid for one in heard(Receiver.AKISMET)] == [guid, guid]


def test_the_owner_s_state_stays_though_another_moderator_s_decision_is_left(
    each_store, blog, people, waiting, heard
):
    guid, _ = waiting
    decide(people[1], guid, Act.SPAM, seen_version=0, store=each_store, now=NOON)
    approve(each_store, people[0], guid)
    report(each_store, blog, guid, Act.APPROVE)
    undone = undo(people[0], store=each_store, now=NOON)
    assert (undone.submission.outcome, undone.since.act) == (Outcome.SPAM, Act.APPROVE)
    assert heard(Receiver.AKISMET) == []


def test_webhooks_hear_it_with_the_word_that_the_blog_has_acted(
    each_store, blog, people, waiting, heard
):
    for guid in waiting:
        approve(each_store, people[0], guid)
    report(each_store, blog, waiting[0])
    for _ in waiting:
        undo(people[0], store=each_store, now=NOON)
    said = [one.body["say"]["data"].get("blog_has_acted") for one in heard(Receiver.WEBHOOK)]
    assert said == [None, True]


def test_many_undone_at_once_leave_the_blog_alone_where_it_has_acted(
    each_store, blog, people, waiting, heard
):
    bulk = prepare_bulk(people[0], Act.APPROVE, View(), None, store=each_store, now=NOON)
    start = Start(number=2, note="all good")
    started = start_bulk(people[0], bulk.guid, start, store=each_store, now=NOON)
    run_bulk(started.bulk_id, store=each_store, now=NOON)
    report(each_store, blog, waiting[1])
    back = undo_bulk(people[0], bulk.guid, store=each_store, now=NOON)
    run_bulk(back.bulk_id, store=each_store, now=NOON)
    report(each_store, blog, waiting[0])
    assert [one.guid for one in heard(Receiver.AKISMET)] == [waiting[0]]
    assert look_at_bulk(people[0], back.guid, store=each_store).acted == 1
    assert look_at_bulk(people[0], bulk.guid, store=each_store).acted == 0


def test_many_undone_at_once_count_no_report_that_was_taken_back(
    each_store, blog, people, waiting, heard
):
    bulk = prepare_bulk(people[0], Act.APPROVE, View(), None, store=each_store, now=NOON)
    started = start_bulk(people[0], bulk.guid, Start(number=2), store=each_store, now=NOON)
    run_bulk(started.bulk_id, store=each_store, now=NOON)
    for guid in waiting:
        report(each_store, blog, guid)
    with each_store.read() as unit:
        one = unit.submissions.get(waiting[0])
        _, reported = unit.decisions.list_of(one.submission_id)
    undo(people[0], reported.decision_id, note="a slip", store=each_store, now=NOON)
    back = undo_bulk(people[0], bulk.guid, store=each_store, now=NOON)
    run_bulk(back.bulk_id, store=each_store, now=NOON)
    assert look_at_bulk(people[0], back.guid, store=each_store).acted == 1
