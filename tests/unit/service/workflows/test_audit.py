"""The blind sample: drawn by lot, decided like anything else, counted, taken back like anything."""

import dataclasses
import datetime as dt

import pytest

from models.verdict import Verdict
from service.domain.audit import is_drawn, share_between
from service.domain.decision import Act, Outcome
from service.domain.moderator import Role
from service.domain.submission import new_guid
from service.errors import InvalidField, NotFound, NotPermitted
from service.workflows.administer import add_site, set_choices, set_policy
from service.workflows.audit import draw_sample, read_audits
from service.workflows.check_comment import check_comment
from service.workflows.decide import decide
from service.workflows.undo import undo
from tests.builders import BLOG, NOON, make_arrival
from tests.conftest import SECRET
from tests.fakes import StubScorer

TEXTS = {"ham": "A good walk", "spam": "casino", "blatant": "blatant", "unsure": "maybe"}


@pytest.fixture
def moderator(people):
    return people[1]


@pytest.fixture
def site(each_store):
    add_site(BLOG, store=each_store, secret=SECRET, now=NOON)
    return set_policy(BLOG, {"audit_share": 1.0}, store=each_store, now=NOON)


def arrive(store, site, text, **changes):
    return check_comment(
        make_arrival(text, **changes),
        site,
        store=store,
        scorer=StubScorer(),
        now=NOON,
        guid=new_guid(),
    )


def outcome_of(each_store, guid):
    with each_store.read() as unit:
        return unit.submissions.get(guid).outcome


@pytest.mark.parametrize(
    ("verdict", "drawn"), list(zip(Verdict, [True, False, True, False], strict=True))
)
def test_only_what_the_machine_decided_and_a_blog_keeps_is_drawn(verdict, drawn):
    assert is_drawn(verdict, 1.0, 0.999) is drawn
    assert not is_drawn(verdict, 0.0, 0.0)


def test_a_drawn_comment_waits_though_the_blog_has_its_answer(each_store, site, moderator):
    found = {name: arrive(each_store, site, text) for name, text in TEXTS.items()}
    assert found["spam"].verdict is Verdict.SPAM
    assert outcome_of(each_store, found["spam"].guid) is Outcome.UNSURE
    assert outcome_of(each_store, found["ham"].guid) is Outcome.UNSURE
    assert outcome_of(each_store, found["blatant"].guid) is Outcome.SPAM
    assert not arrive(each_store, site, "casino", is_test=True).is_audit


def test_people_s_answers_are_the_machine_s_figures_and_undo_takes_them_back(
    each_store, site, moderator
):
    kept, hidden, passed = (
        arrive(each_store, site, text) for text in ("casino", "casino", "A walk")
    )
    arrive(each_store, site, "Another walk")
    for one, act in ((kept, Act.SPAM), (hidden, Act.APPROVE), (passed, Act.SPAM)):
        decide(moderator, one.guid, act, seen_version=0, store=each_store, now=NOON)
    (found,) = [one.figures for one in read_audits(moderator, store=each_store)]
    assert (found.spam, found.hidden_ham, found.ham, found.missed_spam) == (2, 1, 1, 1)
    assert found.waiting == 1
    with each_store.read() as unit:
        (made,) = unit.decisions.list_of(unit.submissions.get(hidden.guid).submission_id)
    undo(moderator, made.decision_id, store=each_store, now=NOON)
    assert outcome_of(each_store, hidden.guid) is Outcome.UNSURE
    (found,) = [one.figures for one in read_audits(moderator, store=each_store)]
    assert (found.spam, found.hidden_ham, found.waiting) == (1, 0, 2)


def test_ten_of_the_last_week_are_drawn_on_demand(each_store, site, moderator):
    quiet = dataclasses.replace(site, policy=dataclasses.replace(site.policy, audit_share=0.0))
    guids = [arrive(each_store, quiet, text).guid for text in ("casino", "A walk") * 8]
    decided = guids.pop()
    decide(moderator, decided, Act.APPROVE, seen_version=0, store=each_store, now=NOON)
    assert draw_sample(moderator, store=each_store, now=NOON + dt.timedelta(days=8)) == 0
    assert draw_sample(moderator, store=each_store, now=NOON + dt.timedelta(hours=1)) == 10
    assert [outcome_of(each_store, guid) for guid in guids].count(Outcome.UNSURE) == 10
    assert outcome_of(each_store, decided) is Outcome.HAM
    assert draw_sample(moderator, store=each_store, now=NOON + dt.timedelta(hours=1)) == 5


def test_nobody_draws_or_reads_of_a_site_that_is_not_theirs(each_store, site, moderator):
    arrive(each_store, site, "casino")
    elsewhere = dataclasses.replace(moderator, site_ids=frozenset({site.site_id + 1}))
    assert read_audits(elsewhere, store=each_store) == []
    assert draw_sample(elsewhere, store=each_store, now=NOON) == 0
    with pytest.raises(NotPermitted):
        draw_sample(dataclasses.replace(moderator, role=Role.VIEWER), store=each_store, now=NOON)


def test_choices_are_changed_by_who_may_and_stand_in_the_log(each_store, site, moderator):
    keeper = dataclasses.replace(moderator, role=Role.MAINTAINER)
    set_choices(keeper, site.site_id, {"kept_days": 30}, store=each_store, now=NOON)
    with each_store.read() as unit:
        assert unit.sites.get(site.site_id).policy.kept_days == 30
    with pytest.raises(NotPermitted):
        set_choices(moderator, site.site_id, {"kept_days": 1}, store=each_store, now=NOON)
    with pytest.raises(InvalidField):
        set_choices(keeper, site.site_id, {"audit_share": 1.5}, store=each_store, now=NOON)
    elsewhere = dataclasses.replace(keeper, site_ids=frozenset())
    with pytest.raises(NotFound):
        set_choices(elsewhere, site.site_id, {"kept_days": 1}, store=each_store, now=NOON)


def test_an_interval_holds_the_share_and_nothing_has_none():
    low, high = share_between(3, 100)
    assert low < 0.03 < high
    assert share_between(0, 50)[0] == 0.0
    assert share_between(0, 0) is None
