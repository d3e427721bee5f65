"""Entries of the lists: who may add them, what they do to the next comment, what they found."""

import dataclasses
import datetime as dt

import pytest

from models.verdict import Verdict
from service.domain.decision import Act, Outcome
from service.domain.draft import EntryDraft
from service.domain.entry import Effect, EntryKind, EntryStatus
from service.domain.moderator import Role
from service.domain.submission import new_guid
from service.errors import InvalidField, NotFound, NotPermitted
from service.storage.listbook import STALE_S, ListBook
from service.storage.store import Store
from service.workflows.add_entry import add_entry
from service.workflows.administer import add_moderator, add_site
from service.workflows.back_test import back_test
from service.workflows.check_comment import check_comment
from service.workflows.decide import decide
from service.workflows.list_entries import list_entries
from service.workflows.set_entry import set_entry
from service.workflows.undo import undo
from tests.builders import BLOG, NOON, PASSWORD, make_arrival
from tests.conftest import SECRET
from tests.fakes import StubScorer

BLOCKED = EntryDraft(kind=EntryKind.DOMAIN, pattern="maria.example", effect=Effect.SPAM)


@pytest.fixture
def site(each_store):
    return add_site(BLOG, store=each_store, secret=SECRET, now=NOON).site


@pytest.fixture
def other(each_store):
    return add_site("https://other.example/", store=each_store, secret=SECRET, now=NOON).site


@pytest.fixture
def ana(each_store):
    made, _ = add_moderator("ana", role=Role.SENIOR, password=PASSWORD, store=each_store, now=NOON)
    return made


def check(store, site, text="Thank you, this solved it.", now=NOON, **changes):
    arrival = make_arrival(text, **changes)
    return check_comment(arrival, site, store=store, scorer=StubScorer(), now=now, guid=new_guid())


@pytest.mark.parametrize(
    ("effect", "text", "verdict"),
    [
        (Effect.SPAM, "Thank you.", Verdict.SPAM),
        (Effect.HOLD, "Thank you.", Verdict.UNSURE),
        (Effect.ALLOW, "a casino", Verdict.HAM),
    ],
)
def test_an_entry_goes_before_the_model(each_store, site, ana, effect, text, verdict):
    draft = dataclasses.replace(BLOCKED, effect=effect)
    entry = add_entry(ana, draft, store=each_store, now=NOON)
    checked = check(each_store, site, text)
    assert (checked.verdict, checked.scoring.rule) == (verdict, f"entry:{entry.entry_id}")


def test_tests_and_administrators_go_before_the_lists(each_store, site, ana):
    add_entry(ana, BLOCKED, store=each_store, now=NOON)
    assert check(each_store, site, user_role=("administrator",)).verdict is Verdict.HAM


def test_a_lists_word_goes_before_the_honeypot(each_store, site, ana):
    add_entry(ana, dataclasses.replace(BLOCKED, effect=Effect.ALLOW), store=each_store, now=NOON)
    trapped = check(each_store, site, behaviour=(("honeypot", "filled"),))
    assert trapped.verdict is Verdict.HAM


def test_a_sites_entry_says_nothing_about_another(each_store, site, other, ana):
    draft = dataclasses.replace(BLOCKED, site_id=other.site_id)
    add_entry(ana, draft, store=each_store, now=NOON)
    assert check(each_store, site).verdict is Verdict.HAM
    assert check(each_store, other).verdict is Verdict.SPAM


def test_an_ended_entry_is_silent_at_once(each_store, site, ana):
    entry = add_entry(ana, BLOCKED, store=each_store, now=NOON)
    assert check(each_store, site).verdict is Verdict.SPAM
    set_entry(ana, entry.entry_id, EntryStatus.ENDED, store=each_store, now=NOON)
    assert check(each_store, site).verdict is Verdict.HAM


def test_an_entry_ends_on_its_day(each_store, site, ana):
    draft = dataclasses.replace(BLOCKED, days=7)
    add_entry(ana, draft, store=each_store, now=NOON)
    week = dt.timedelta(days=7)
    assert check(each_store, site, now=NOON + week / 2).verdict is Verdict.SPAM
    assert check(each_store, site, now=NOON + week).verdict is Verdict.HAM


def test_the_same_entry_twice_is_one(each_store, ana):
    first = add_entry(ana, BLOCKED, store=each_store, now=NOON)
    assert add_entry(ana, BLOCKED, store=each_store, now=NOON) == first


def test_a_shadow_counts_and_people_say_how_right_it_was(each_store, site, ana):
    shadow = dataclasses.replace(BLOCKED, status=EntryStatus.SHADOW)
    entry = add_entry(ana, shadow, store=each_store, now=NOON)
    spam, ham, _open = (check(each_store, site, f"maybe {n}") for n in range(3))
    for one, act in ((spam, Act.SPAM), (ham, Act.APPROVE)):
        decide(ana, one.guid, act, seen_version=None, store=each_store, now=NOON)
    hits = list_entries(ana, store=each_store, now=NOON).hits[entry.entry_id]
    assert (hits.total, hits.decided, hits.right, hits.precision) == (3, 2, 1, 0.5)


def test_a_back_test_says_what_would_have_been(each_store, site, ana):
    wrong = check(each_store, site, "maybe good")
    check(each_store, site, "casino")
    check(each_store, site, "fine", author_url="https://else.example/")
    check(each_store, site, "casino", now=NOON - dt.timedelta(days=91))
    decide(ana, wrong.guid, Act.APPROVE, seen_version=None, store=each_store, now=NOON)
    told = back_test(ana, BLOCKED, store=each_store, now=NOON)
    assert (told.looked_at, told.matched, told.is_cut) == (3, 2, False)
    assert told.counts == {Outcome.HAM: 1, Outcome.SPAM: 1}
    assert told.by_people[Outcome.HAM] == 1
    assert told.samples[0].guid == wrong.guid
    assert list_entries(ana, store=each_store, now=NOON).entries == ()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MODERATOR])
def test_the_lists_are_a_seniors(each_store, ana, role):
    low = dataclasses.replace(ana, role=role)
    entry = add_entry(ana, BLOCKED, store=each_store, now=NOON)
    with pytest.raises(NotPermitted):
        add_entry(low, BLOCKED, store=each_store, now=NOON)
    with pytest.raises(NotPermitted):
        set_entry(low, entry.entry_id, EntryStatus.ENDED, store=each_store, now=NOON)


def test_who_works_on_one_site_touches_no_other(each_store, site, other, ana):
    mine = dataclasses.replace(ana, site_ids=frozenset({site.site_id}))
    theirs = dataclasses.replace(BLOCKED, site_id=other.site_id)
    entry = add_entry(ana, theirs, store=each_store, now=NOON)
    with pytest.raises(NotPermitted):
        add_entry(mine, BLOCKED, store=each_store, now=NOON)
    with pytest.raises(NotFound):
        add_entry(mine, theirs, store=each_store, now=NOON)
    with pytest.raises(NotFound):
        set_entry(mine, entry.entry_id, EntryStatus.ENDED, store=each_store, now=NOON)
    with pytest.raises(NotFound):
        back_test(mine, theirs, store=each_store, now=NOON)
    assert list_entries(mine, store=each_store, now=NOON).entries == ()


def test_an_expression_that_backtracks_is_refused_before_it_is_kept(each_store, ana):
    draft = EntryDraft(kind=EntryKind.REGEX, pattern=r"(a)\1", effect=Effect.SPAM)
    with pytest.raises(InvalidField):
        add_entry(ana, draft, store=each_store, now=NOON)


def test_another_process_sees_a_change_within_seconds(each_url, each_store, site, ana):
    elsewhere = Store.open(each_url)
    ticks = [0.0]
    book = ListBook(elsewhere._entries, monotonic=lambda: ticks[0])
    assert not book.matcher(site)
    add_entry(ana, BLOCKED, store=each_store, now=NOON)
    assert not book.matcher(site)
    ticks[0] += STALE_S
    assert book.matcher(site)
    elsewhere.close()


def test_an_undo_ends_the_rule_that_came_with_the_decision(each_store, site, ana):
    held = check(each_store, site, "maybe")
    decide(ana, held.guid, Act.SPAM, seen_version=0, store=each_store, now=NOON)
    entry = add_entry(ana, BLOCKED, with_decision_on=held.guid, store=each_store, now=NOON)
    assert check(each_store, site).verdict is Verdict.SPAM
    undo(ana, store=each_store, now=NOON)
    assert check(each_store, site).verdict is Verdict.HAM
    with each_store.read() as unit:
        assert unit.entries.get(entry.entry_id).status is EntryStatus.ENDED


def test_a_rule_comes_only_with_a_decision_of_ones_own(each_store, site, ana):
    held = check(each_store, site, "maybe")
    with pytest.raises(NotFound):
        add_entry(ana, BLOCKED, with_decision_on=held.guid, store=each_store, now=NOON)


def test_what_a_rule_holds_is_scored_for_the_person_who_decides(each_store, site, ana):
    add_entry(ana, dataclasses.replace(BLOCKED, effect=Effect.HOLD), store=each_store, now=NOON)
    held = check(each_store, site, "a casino")
    assert (held.verdict, held.scoring.score) == (Verdict.UNSURE, 0.95)
    with each_store.read() as unit:
        kept = unit.submissions.get(held.guid)
    assert (kept.outcome, kept.scoring.rule != "") == (Outcome.UNSURE, True)
