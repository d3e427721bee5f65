"""Many at once: what is shown is what is done, changes meanwhile are respected, one undo."""

import pytest

from service.domain.bulk import BulkState
from service.domain.decision import Act, Outcome
from service.domain.view import View
from service.errors import Conflict, InvalidField, NotFound, NotPermitted
from service.workflows.decide import decide
from service.workflows.export import export
from service.workflows.look_at_bulk import look_at_bulk
from service.workflows.prepare_bulk import prepare_bulk
from service.workflows.run_bulk import run_bulk
from service.workflows.start_bulk import Start, start_bulk, stop_bulk, undo_bulk
from service.workflows.undo import undo
from tests.builders import NOON

QUEUE = View()


def outcomes(store, guids):
    with store.read() as unit:
        return {unit.submissions.get(guid).outcome for guid in guids}


def finish(store, bulk):
    while run_bulk(bulk.bulk_id, store=store, now=NOON):
        pass
    with store.read() as unit:
        return unit.bulks.get(bulk.bulk_id)


def prepared(store, who, act=Act.SPAM, view=QUEUE, guids=None):
    return prepare_bulk(who, act, view, guids, store=store, now=NOON)


def started(store, who, bulk, **said):
    return start_bulk(who, bulk.guid, Start(**said), store=store, now=NOON)


def test_all_that_match_are_decided_and_one_undo_takes_all_back(each_store, come, people):
    guids = come(*(f"maybe {n}" for n in range(450)), index=False)
    bulk = prepared(each_store, people[0])
    done = finish(each_store, started(each_store, people[0], bulk, number=450, note="a wave"))
    assert (done.state, done.done, done.passed_over) == (BulkState.DONE, 450, 0)
    assert outcomes(each_store, guids) == {Outcome.SPAM}
    back = undo_bulk(people[0], bulk.guid, store=each_store, now=NOON)
    assert finish(each_store, back).done == 450
    assert outcomes(each_store, guids) == {Outcome.UNSURE}
    with pytest.raises(Conflict):
        undo_bulk(people[0], bulk.guid, store=each_store, now=NOON)


def test_what_comes_after_the_preview_is_not_touched(each_store, come, people):
    come("maybe 1", "maybe 2")
    bulk = prepared(each_store, people[0])
    (late,) = come("maybe 3")
    assert finish(each_store, started(each_store, people[0], bulk)).done == 2
    assert outcomes(each_store, [late]) == {Outcome.UNSURE}


def test_what_somebody_decided_meanwhile_is_passed_over(each_store, come, people):
    first, second = come("maybe 1", "maybe 2")
    bulk = prepared(each_store, people[0])
    decide(people[1], first, Act.APPROVE, seen_version=0, store=each_store, now=NOON)
    done = finish(each_store, started(each_store, people[0], bulk))
    assert (done.done, done.passed_over) == (1, 1)
    assert outcomes(each_store, [first]) == {Outcome.HAM}
    seen = look_at_bulk(people[0], bulk.guid, store=each_store)
    assert [one.guid for one in seen.changed] == [first]
    assert outcomes(each_store, [second]) == {Outcome.SPAM}


def test_trusted_authors_are_left_out_unless_taken_in(each_store, come, people):
    for guid in come("maybe 1", "maybe 2", "maybe 3", author="Tom"):
        decide(people[0], guid, Act.APPROVE, seen_version=0, store=each_store, now=NOON)
    (trusted,) = come("maybe 4", author="Tom")
    (other,) = come("maybe 5", author="Nora")
    bulk = prepared(each_store, people[0])
    seen = look_at_bulk(people[0], bulk.guid, store=each_store)
    assert ([one.guid for one in seen.trusted], seen.waits) == ([trusted], 1)
    finish(each_store, started(each_store, people[0], bulk))
    assert outcomes(each_store, [trusted]) == {Outcome.UNSURE}
    assert outcomes(each_store, [other]) == {Outcome.SPAM}
    again = prepared(each_store, people[0])
    finish(each_store, started(each_store, people[0], again, taken_in=(trusted,)))
    assert outcomes(each_store, [trusted]) == {Outcome.SPAM}


@pytest.mark.parametrize("said", [{"number": 100, "note": "x"}, {"number": 101}, {"note": "x"}])
def test_more_than_a_hundred_ask_for_the_number_and_a_reason(each_store, come, people, said):
    come(*(f"maybe {n}" for n in range(101)), index=False)
    bulk = prepared(each_store, people[0])
    with pytest.raises(InvalidField):
        started(each_store, people[0], bulk, **said)


def test_a_stopped_bulk_leaves_the_rest_alone(each_store, come, people):
    guids = come(*(f"maybe {n}" for n in range(450)), index=False)
    bulk = started(each_store, people[0], prepared(each_store, people[0]), number=450, note="x")
    assert run_bulk(bulk.bulk_id, store=each_store, now=NOON)
    stopped = stop_bulk(people[0], bulk.guid, store=each_store, now=NOON)
    assert not run_bulk(bulk.bulk_id, store=each_store, now=NOON)
    assert (stopped.done, stopped.left) == (200, 250)
    assert outcomes(each_store, guids) == {Outcome.SPAM, Outcome.UNSURE}


def test_one_group_of_near_duplicates_teaches_twenty_times_at_most(each_store, come, people):
    text = "maybe our very best offer of cheap watches for you and all of your friends, number {}"
    come(*(text.format(n) for n in range(30)))
    bulk = prepared(each_store, people[0])
    finish(each_store, started(each_store, people[0], bulk))
    assert len(list(export(store=each_store))) == 20
    come(*(text.format(n) for n in range(40, 50)))
    again = prepared(each_store, people[0])
    finish(each_store, started(each_store, people[0], again))
    assert len(list(export(store=each_store))) == 20


def test_removing_many_teaches_nothing(each_store, come, people):
    come("maybe 1", "maybe 2")
    bulk = prepared(each_store, people[0], Act.REMOVE)
    finish(each_store, started(each_store, people[0], bulk))
    assert list(export(store=each_store)) == []


def test_the_newest_of_many_is_undone_with_all_of_them(each_store, come, people):
    come("maybe 1", "maybe 2")
    bulk = prepared(each_store, people[0])
    finish(each_store, started(each_store, people[0], bulk))
    with pytest.raises(Conflict) as refused:
        undo(people[0], store=each_store, now=NOON)
    assert refused.value.guid == bulk.guid


def test_another_persons_bulk_needs_a_senior_and_a_reason(each_store, come, people):
    ana, ben = people
    come("maybe 1")
    of_ben = prepared(each_store, ben)
    finish(each_store, started(each_store, ben, of_ben))
    with pytest.raises(InvalidField):
        undo_bulk(ana, of_ben.guid, store=each_store, now=NOON)
    back = undo_bulk(ana, of_ben.guid, note="too hasty", store=each_store, now=NOON)
    assert finish(each_store, back).done == 1
    of_ana = prepared(each_store, ana)
    finish(each_store, started(each_store, ana, of_ana))
    with pytest.raises(NotPermitted):
        undo_bulk(ben, of_ana.guid, note="no", store=each_store, now=NOON)


def test_a_preview_is_nobody_elses_to_see_or_start(each_store, come, people):
    come("maybe 1")
    bulk = prepared(each_store, people[0])
    with pytest.raises(NotFound):
        look_at_bulk(people[1], bulk.guid, store=each_store)
    with pytest.raises(NotFound):
        started(each_store, people[1], bulk)


def test_a_filter_that_cannot_be_read_decides_nothing(each_store, come, people):
    come("maybe 1")
    with pytest.raises(InvalidField):
        prepared(each_store, people[0], view=View(query="is:foo"))


def test_nothing_chosen_is_refused(each_store, come, people):
    with pytest.raises(InvalidField):
        prepared(each_store, people[0], guids=[])
