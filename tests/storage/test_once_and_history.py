"""Calls that count once, and history brought in, on both engines."""

import json
import threading

import pytest
import sqlalchemy as sa

from service.domain.decision import Act
from service.domain.scope import DEFAULT, POWERFUL, Scope
from service.domain.submission import new_guid
from service.errors import Conflict, InvalidField, NotFound
from service.storage.history_tables import idempotency
from service.storage.tables import submission
from service.workflows.administer import add_site, issue_key
from service.workflows.check_comment import check_comments
from service.workflows.export import export
from service.workflows.import_history import import_history, revert_import
from service.workflows.promise_once import item_guid, keep_promise, promise_once
from service.workflows.report_mistake import report_mistake
from service.workflows.retain import retain
from tests.builders import BLOG, KEY, NOON, make_arrival
from tests.conftest import SECRET
from tests.fakes import FixedClock, StubScorer


@pytest.fixture
def issued(each_store):
    return add_site(BLOG, key=KEY, store=each_store, secret=SECRET, now=NOON)


def test_one_name_makes_one_promise(each_store, issued):
    key_id = issued.key.key_id
    name, first = promise_once(key_id, "a", b"x", store=each_store, now=NOON)
    assert promise_once(key_id, "a", b"x", store=each_store, now=NOON) == (name, first)
    with pytest.raises(Conflict):
        promise_once(key_id, "a", b"y", store=each_store, now=NOON)
    keep_promise(name, first.guid, store=each_store)
    assert promise_once(key_id, "a", b"x", store=each_store, now=NOON)[1].is_done


def test_an_old_promise_is_dropped(each_store, issued):
    clock = FixedClock()
    promise_once(issued.key.key_id, "a", b"x", store=each_store, now=clock())
    clock.tick(hours=25)
    promise_once(issued.key.key_id, "b", b"x", store=each_store, now=clock())
    with each_store.engine.connect() as connection:
        assert len(connection.execute(idempotency.select()).all()) == 1


def test_the_same_call_eight_times_at_once_counts_once(each_store, issued):
    guids, faults = [], []

    def call():
        try:
            _, kept = promise_once(issued.key.key_id, "a", b"x", store=each_store, now=NOON)
            asks = [(kept.guid, make_arrival("casino"))]
            for _ in range(2):
                try:
                    done = check_comments(
                        asks, issued.site, store=each_store, scorer=StubScorer(), now=NOON
                    )
                    break
                except Conflict:
                    continue
            guids.append(done[0].guid)
        except Exception as error:  # noqa: BLE001 - told below
            faults.append(error)

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (faults, len(guids), len(set(guids))) == ([], 8, 1)
    with each_store.engine.connect() as connection:
        query = sa.select(sa.func.count()).select_from(submission)
        assert connection.execute(query).scalar_one() == 1


def test_items_of_one_batch_have_guids_of_their_own():
    guid = new_guid()
    found = {item_guid(guid, index) for index in range(1000)}
    assert (len(found), {len(one) for one in found}) == (1000, {32})


def test_a_key_that_was_there_before_scopes_has_the_default(each_store, issued):
    with each_store.read() as unit:
        assert unit.sites.get_key(issued.key.key_id).scopes == DEFAULT


@pytest.mark.parametrize("scope", sorted(POWERFUL, key=lambda one: one.value))
def test_a_powerful_key_needs_a_person(each_store, issued, scope):
    options = {"scopes": frozenset({scope}), "store": each_store, "secret": SECRET, "now": NOON}
    with pytest.raises(InvalidField):
        issue_key(BLOG, name="x", **options)
    with pytest.raises(NotFound):
        issue_key(BLOG, name="x", acts_for="nobody", **options)


def test_a_narrow_key_keeps_its_scope(each_store, issued):
    only = frozenset({Scope.READ})
    made = issue_key(BLOG, name="x", scopes=only, store=each_store, secret=SECRET, now=NOON)
    with each_store.read() as unit:
        assert unit.sites.get_key(made.key.key_id).scopes == only


@pytest.fixture
def brought(each_store, issued, tmp_path):
    place = tmp_path / "c.json"
    odd = "odd \0 \u202e \U0001f600 text"
    place.write_text(
        json.dumps(
            [
                {"comment_ID": "1", "comment_content": odd, "comment_approved": "spam"}
                | {"akismet_user_result": "true", "comment_date_gmt": "2020-01-01 00:00:00"},
                {"comment_ID": "2", "comment_content": "x", "comment_approved": "0"},
            ]
        )
    )
    return import_history(
        place, "wp-comments", BLOG, data_dir=tmp_path, store=each_store, secret=SECRET, now=NOON
    )


def test_history_teaches_with_its_own_weight(each_store, brought):
    (row,) = export(store=each_store)
    assert (row["label"], row["weight"], row["label_source"]) == ("spam", 0.5, "human")
    assert "\0" in row["comment"]["text"]


def test_history_is_forgotten_with_the_rest(each_store, brought):
    retain(before=NOON, store=each_store, now=NOON)
    assert list(export(store=each_store)) == []


def test_history_is_taken_back(each_store, brought):
    assert revert_import(brought.import_id, store=each_store) == 2
    assert list(export(store=each_store)) == []


def test_a_comment_decided_here_teaches_by_that_decision_alone(each_store, issued, brought):
    (row,) = export(store=each_store)
    same = make_arrival(row["comment"]["text"], author="")
    report_mistake(same, Act.APPROVE, issued.site, store=each_store, now=NOON)
    assert [(one["label"], one["source"]) for one in export(store=each_store)] == [("ham", "SITE")]
