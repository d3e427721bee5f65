"""A rule that moderators go against holds for a person, says why, and is put back by one."""

import datetime as dt

import pytest

from models.verdict import Verdict
from service.domain.change import What
from service.domain.decision import Act
from service.domain.draft import EntryDraft
from service.domain.entry import Effect, EntryKind, has_fallen
from service.domain.moderator import Role
from service.domain.submission import new_guid
from service.errors import NotPermitted
from service.storage.changes import ChangeAsk
from service.workflows.add_entry import add_entry
from service.workflows.administer import add_moderator
from service.workflows.check_comment import check_comment
from service.workflows.decide import decide
from service.workflows.hold_entries import DAYS, hold_entries, restore_entry
from service.workflows.report_mistake import report_mistake
from service.workflows.undo import undo
from tests.builders import NOON, PASSWORD, make_arrival
from tests.fakes import StubScorer

BLOCKED = EntryDraft(kind=EntryKind.DOMAIN, pattern="maria.example", effect=Effect.SPAM)
TRUSTED = EntryDraft(kind=EntryKind.DOMAIN, pattern="maria.example", effect=Effect.ALLOW)


@pytest.mark.parametrize(
    ("wrong", "decided", "fallen"),
    [
        (0, 0, False),
        (2, 2, False),
        (3, 3, True),
        (3, 10, True),
        (3, 20, False),
        (10, 100, False),
        (17, 100, True),
        (100, 1000, False),
        (125, 1000, True),
    ],
)
def test_three_of_ten_are_too_many_and_three_of_twenty_may_be_bad_luck(wrong, decided, fallen):
    assert has_fallen(wrong, decided) is fallen


@pytest.fixture
def ana(people):
    return people[0]


@pytest.fixture
def check(each_store, blog):
    def check(text="Thank you.", now=NOON, store=each_store):
        return check_comment(
            make_arrival(text), blog, store=store, scorer=StubScorer(), now=now, guid=new_guid()
        )

    return check


def contradict(store, person, check, many, act=Act.APPROVE, now=NOON):
    for number in range(many):
        one = check(f"Thank you {number} casino", now=now)
        decide(person, one.guid, act, seen_version=0, store=store, now=now)


@pytest.mark.parametrize(
    ("draft", "act", "before"),
    [(BLOCKED, Act.APPROVE, Verdict.SPAM), (TRUSTED, Act.SPAM, Verdict.HAM)],
)
def test_an_entry_that_moderators_went_against_holds_the_next_comment(
    each_store, ana, check, draft, act, before
):
    entry = add_entry(ana, draft, store=each_store, now=NOON)
    assert check().scoring.verdict is before
    contradict(each_store, ana, check, 2, act)
    assert hold_entries(store=each_store, now=NOON) == []
    contradict(each_store, ana, check, 1, act)
    (held,) = hold_entries(store=each_store, now=NOON)
    assert (held.entry_id, held.held_wrong, held.held_of) == (entry.entry_id, 3, 3)
    later = check()
    assert (later.scoring.verdict, later.scoring.rule) == (Verdict.UNSURE, entry.rule)
    assert hold_entries(store=each_store, now=NOON) == []
    with each_store.read() as unit:
        (line,) = unit.changes.page(ChangeAsk(what=What.ENTRY_HOLD))
    assert (line.actor, line.detail["wrong"], line.detail["of"]) == ("chores", "3", "3")


def test_it_decides_again_when_somebody_puts_it_back_and_the_past_is_past(each_store, ana, check):
    entry = add_entry(ana, BLOCKED, store=each_store, now=NOON)
    contradict(each_store, ana, check, 3)
    hold_entries(store=each_store, now=NOON)
    later = NOON + dt.timedelta(hours=1)
    for _ in range(2):
        assert restore_entry(ana, entry.entry_id, store=each_store, now=later).held_at is None
    assert check(now=later).scoring.verdict is Verdict.SPAM
    assert hold_entries(store=each_store, now=later) == []
    contradict(each_store, ana, check, 3, now=later)
    assert len(hold_entries(store=each_store, now=later)) == 1
    with each_store.read() as unit:
        assert len(unit.changes.page(ChangeAsk(what=What.ENTRY_RESTORE))) == 1


def test_taken_back_removed_reported_and_long_ago_are_not_held_against_it(
    each_store, ana, blog, check
):
    add_entry(ana, BLOCKED, store=each_store, now=NOON)
    for number in range(3):
        one = check(f"undone {number}")
        decide(ana, one.guid, Act.APPROVE, seen_version=0, store=each_store, now=NOON)
        undo(ana, store=each_store, now=NOON)
    contradict(each_store, ana, check, 3, Act.REMOVE)
    for number in range(3):
        check(f"reported {number}")
        report = make_arrival(f"reported {number}")
        report_mistake(report, Act.APPROVE, blog, store=each_store, now=NOON)
    contradict(each_store, ana, check, 3, now=NOON - dt.timedelta(days=DAYS, hours=1))
    assert hold_entries(store=each_store, now=NOON) == []


def test_what_only_holds_is_left_alone(each_store, ana, check):
    draft = EntryDraft(kind=EntryKind.DOMAIN, pattern="maria.example", effect=Effect.HOLD)
    add_entry(ana, draft, store=each_store, now=NOON)
    contradict(each_store, ana, check, 4)
    assert hold_entries(store=each_store, now=NOON) == []


def test_a_moderator_who_keeps_no_lists_puts_nothing_back(each_store, people, blog):
    ana, ben = people
    entry = add_entry(ana, BLOCKED, store=each_store, now=NOON)
    with pytest.raises(NotPermitted):
        restore_entry(ben, entry.entry_id, store=each_store, now=NOON)
    mia, _ = add_moderator("mia", role=Role.SENIOR, password=PASSWORD, store=each_store, now=NOON)
    with each_store.begin() as unit:
        unit.moderators.set_sites(mia.moderator_id, frozenset({blog.site_id}))
        unit.commit()
        mia = unit.moderators.get("mia")
    with pytest.raises(NotPermitted):
        restore_entry(mia, entry.entry_id, store=each_store, now=NOON)
