"""What became of one's own decisions: counted for oneself alone, and said only when it tells."""

import pytest

from models.verdict import Verdict
from service.domain.accuracy import Accuracy, telling_share
from service.domain.decision import Act, Outcome
from service.domain.view import View
from service.storage.tables import submission
from service.workflows.decide import decide
from service.workflows.prepare_bulk import prepare_bulk
from service.workflows.report_mistake import report_mistake
from service.workflows.run_bulk import run_bulk
from service.workflows.start_bulk import Start, start_bulk
from service.workflows.undo import undo
from tests.builders import NOON, make_arrival


@pytest.fixture
def ana(people):
    return people[0]


@pytest.fixture
def ben(people):
    return people[1]


def act(store, who, guid, what):
    return decide(who, guid, what, seen_version=None, store=store, now=NOON)


def read(store, who):
    with store.read() as unit:
        return unit.read_accuracy(who.moderator_id)


def take_back(store, who, guid, note="see there"):
    with store.read() as unit:
        one = unit.submissions.get(guid)
        newest = unit.decisions.list_of(one.submission_id)[-1]
    undo(who, newest.decision_id, note=note, store=store, now=NOON)


def draw(store, guid, verdict):
    """Let it look as a drawn one does: decided alone by the machine, waiting all the same."""
    changes = {"is_audit": True, "verdict": verdict, "outcome": Outcome.UNSURE}
    with store.engine.begin() as connection:
        connection.execute(submission.update().where(submission.c.guid == guid).values(**changes))


def test_who_decided_nothing_is_told_nothing(each_store, ana):
    assert read(each_store, ana) == Accuracy()


def test_what_others_took_back_or_decided_otherwise_is_told_apart(each_store, come, ana, ben):
    back, other, both, same, own = come(*(f"maybe {n}" for n in range(5)))
    for guid in (back, other, both, same, own):
        act(each_store, ben, guid, Act.SPAM)
    take_back(each_store, ana, back)
    act(each_store, ana, other, Act.APPROVE)
    take_back(each_store, ana, both)
    act(each_store, ana, both, Act.REMOVE)
    act(each_store, ana, same, Act.SPAM)
    take_back(each_store, ben, own)
    found = read(each_store, ben)
    assert (found.made, found.looked_at) == (5, 5)
    assert (found.taken_back, found.otherwise, found.overruled) == (2, 2, 3)
    assert read(each_store, ana).overruled == 0


def test_a_blogs_report_overrules_nobody(each_store, blog, come, ana):
    (guid,) = come("maybe 1")
    act(each_store, ana, guid, Act.SPAM)
    arrival = make_arrival("maybe 1", guid=guid)
    report_mistake(arrival, Act.APPROVE, blog, store=each_store, now=NOON)
    assert read(each_store, ana).overruled == 0


def test_many_at_once_are_counted_but_not_looked_at(each_store, come, ana):
    guids = come("maybe 1", "maybe 2", "maybe 3")
    act(each_store, ana, guids.pop(), Act.SPAM)
    made = prepare_bulk(ana, Act.SPAM, View(), guids, store=each_store, now=NOON)
    started = start_bulk(ana, made.guid, Start(), store=each_store, now=NOON)
    while run_bulk(started.bulk_id, store=each_store, now=NOON):
        pass
    found = read(each_store, ana)
    assert (found.made, found.looked_at) == (3, 1)


def test_in_the_blind_sample_it_is_told_how_often_the_machine_said_the_same(each_store, come, ana):
    cases = (
        (Verdict.HAM, Act.APPROVE),
        (Verdict.SPAM, Act.SPAM),
        (Verdict.SPAM, Act.APPROVE),
        (Verdict.HAM, Act.REMOVE),
    )
    guids = come(*(f"maybe {n}" for n in range(6)))
    for guid, (verdict, what) in zip(guids, cases, strict=False):
        draw(each_store, guid, verdict)
        act(each_store, ana, guid, what)
    act(each_store, ana, guids[4], Act.SPAM)
    draw(each_store, guids[5], Verdict.SPAM)
    act(each_store, ana, guids[5], Act.SPAM)
    take_back(each_store, ana, guids[5])
    found = read(each_store, ana)
    assert (found.sampled, found.agreed) == (3, 2)


@pytest.mark.parametrize(
    ("count", "total", "tells"),
    [(0, 0, False), (0, 10, False), (0, 20, True), (1, 20, False), (10, 60, True)],
)
def test_too_few_tell_nothing(count, total, tells):
    assert (telling_share(count, total) is not None) is tells
