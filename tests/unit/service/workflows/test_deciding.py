"""Decide, report and undo: what holds after each, on both engines."""

import datetime as dt

import pytest

from models.verdict import Verdict
from service.domain.decision import Act, Outcome
from service.domain.moderator import Role
from service.domain.submission import Kind, new_guid
from service.errors import AlreadyDecided, Conflict, InvalidField, NotFound, NotPermitted
from service.workflows.administer import add_moderator, add_site
from service.workflows.check_comment import check_comment
from service.workflows.decide import decide
from service.workflows.export import export
from service.workflows.look_at import look_at
from service.workflows.report_mistake import report_mistake
from service.workflows.undo import undo
from tests.builders import BLOG, NOON, PASSWORD, make_arrival
from tests.fakes import StubScorer


@pytest.fixture
def site(each_store):
    return add_site(BLOG, store=each_store, secret="x" * 64, now=NOON).site


def person(store, name, role):
    return add_moderator(name, role=role, password=PASSWORD, store=store, now=NOON)[0]


@pytest.fixture
def ana(each_store):
    return person(each_store, "ana", Role.SENIOR)


@pytest.fixture
def ben(each_store):
    return person(each_store, "ben", Role.MODERATOR)


@pytest.fixture
def check(each_store, site):
    def check(text="maybe", **changes):
        arrival = make_arrival(text, **changes)
        return check_comment(
            arrival, site, store=each_store, scorer=StubScorer(), now=NOON, guid=new_guid()
        )

    return check


def test_a_decision_changes_the_outcome_and_nothing_else(each_store, check, ana):
    before = check("maybe")
    after = decide(ana, before.guid, Act.SPAM, seen_version=0, store=each_store, now=NOON)
    assert (before.outcome, after.outcome) == (Outcome.UNSURE, Outcome.SPAM)
    assert after.scoring.verdict is Verdict.UNSURE
    assert after.version == 1


@pytest.mark.parametrize(
    ("seconds", "ago"),
    [
        (0, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7199, "119 min"),
        (14_400, "4 h"),
        (400_000, "4 d"),
    ],
)
def test_who_comes_second_is_told_who_was_first(each_store, check, ana, ben, seconds, ago):
    one = check("maybe")
    decide(ana, one.guid, Act.SPAM, seen_version=0, store=each_store, now=NOON)
    later = NOON + dt.timedelta(seconds=seconds)
    with pytest.raises(AlreadyDecided, match=f"ana marked this as spam {ago} ago"):
        decide(ben, one.guid, Act.APPROVE, seen_version=0, store=each_store, now=later)


def test_the_same_answer_twice_counts_once(each_store, check, ana):
    one = check("maybe")
    decide(ana, one.guid, Act.SPAM, seen_version=0, store=each_store, now=NOON)
    again = decide(ana, one.guid, Act.SPAM, seen_version=0, store=each_store, now=NOON)
    assert again.version == 1


def test_undo_brings_back_what_held_before(each_store, check, ana):
    one = check("casino")
    decide(ana, one.guid, Act.APPROVE, seen_version=0, store=each_store, now=NOON)
    undone = undo(ana, store=each_store, now=NOON).submission
    assert undone.outcome is Outcome.SPAM
    assert undone.decided_at is None
    seen = look_at(ana, one.guid, store=each_store, now=NOON)
    assert [d.act for d in seen.decisions] == [Act.APPROVE, Act.UNDO]
    assert seen.standing is None


def test_undo_goes_back_step_by_step(each_store, check, ana):
    first, second = check("maybe 1"), check("maybe 2")
    decide(ana, first.guid, Act.SPAM, seen_version=0, store=each_store, now=NOON)
    decide(ana, second.guid, Act.SPAM, seen_version=0, store=each_store, now=NOON)
    assert undo(ana, store=each_store, now=NOON).submission.guid == second.guid
    assert undo(ana, store=each_store, now=NOON).submission.guid == first.guid
    with pytest.raises(NotFound):
        undo(ana, store=each_store, now=NOON)


def test_only_a_senior_undoes_the_decision_of_another(each_store, check, ana, ben):
    one = check("maybe")
    decide(ana, one.guid, Act.SPAM, seen_version=0, store=each_store, now=NOON)
    decision = look_at(ana, one.guid, store=each_store, now=NOON).decisions[0]
    with pytest.raises(NotPermitted):
        undo(ben, decision.decision_id, store=each_store, now=NOON)
    two = check("maybe more")
    decide(ben, two.guid, Act.SPAM, seen_version=0, store=each_store, now=NOON)
    of_ben = look_at(ana, two.guid, store=each_store, now=NOON).decisions[0]
    with pytest.raises(InvalidField):
        undo(ana, of_ben.decision_id, store=each_store, now=NOON)
    undone = undo(ana, of_ben.decision_id, note="it was fine", store=each_store, now=NOON)
    assert undone.submission.version == 2


def test_one_decision_is_undone_once(each_store, check, ana):
    one = check("maybe")
    decide(ana, one.guid, Act.SPAM, seen_version=0, store=each_store, now=NOON)
    decision = look_at(ana, one.guid, store=each_store, now=NOON).decisions[0]
    undo(ana, decision.decision_id, store=each_store, now=NOON)
    with pytest.raises(Conflict):
        undo(ana, decision.decision_id, store=each_store, now=NOON)


def test_a_viewer_decides_nothing(each_store, check):
    viewer = person(each_store, "vera", Role.VIEWER)
    one = check("maybe")
    with pytest.raises(NotPermitted):
        decide(viewer, one.guid, Act.SPAM, seen_version=0, store=each_store, now=NOON)


def report(store, site, act, text="maybe", **changes):
    return report_mistake(make_arrival(text, **changes), act, site, store=store, now=NOON)


def test_a_report_finds_the_comment_without_its_guid(each_store, site, check):
    one = check("It\\'s <b>great</b> &amp; cheap")
    found = report(each_store, site, Act.SPAM, "It's great & cheap")
    assert found.guid == one.guid
    assert found.outcome is Outcome.SPAM


def test_a_report_finds_the_comment_by_its_guid(each_store, site, check):
    one = check("maybe")
    assert report(each_store, site, Act.SPAM, "edited since", guid=one.guid).guid == one.guid


def test_a_report_of_an_unseen_comment_is_stored_as_reported(each_store, site, ana):
    found = report(each_store, site, Act.SPAM, "never seen")
    seen = look_at(ana, found.guid, store=each_store, now=NOON)
    assert seen.submission.kind is Kind.REPORT
    assert seen.submission.scoring is None
    assert seen.submission.outcome is Outcome.SPAM


def test_the_same_report_twice_counts_once(each_store, site):
    report(each_store, site, Act.SPAM)
    assert report(each_store, site, Act.SPAM).version == 1
    assert report(each_store, site, Act.APPROVE).version == 2


def test_a_moderator_outweighs_the_site_whoever_was_last(each_store, site, check, ana):
    one = check("maybe")
    decide(ana, one.guid, Act.APPROVE, seen_version=0, store=each_store, now=NOON)
    assert report(each_store, site, Act.SPAM).outcome is Outcome.HAM


def test_a_test_report_leaves_a_real_comment_alone(each_store, site, check):
    check("maybe")
    assert report(each_store, site, Act.SPAM, is_test=True).version == 0


def test_the_export_holds_what_stands_and_nothing_else(each_store, site, check, ana):
    for number, act in enumerate((Act.APPROVE, Act.SPAM, Act.REMOVE)):
        one = check(f"maybe {number}")
        decide(ana, one.guid, act, seen_version=0, store=each_store, now=NOON)
    undone = check("maybe undone")
    decide(ana, undone.guid, Act.SPAM, seen_version=0, store=each_store, now=NOON)
    undo(ana, store=each_store, now=NOON)
    report(each_store, site, Act.SPAM, "seen by the site only")
    check("casino, never decided")
    rows = [(r["comment"]["text"], r["label"], r["weight"]) for r in export(store=each_store)]
    assert rows == [
        ("maybe 0", "ham", 1.0),
        ("maybe 1", "spam", 1.0),
        ("seen by the site only", "spam", 0.5),
    ]
