"""A Site that wants to be told why: who is asked, for what, and who never is."""

import pytest

from service.domain.decision import Act, Outcome
from service.domain.view import View
from service.errors import ReasonMissing
from service.workflows.administer import set_policy
from service.workflows.decide import decide
from service.workflows.follow_campaign import follow_campaign
from service.workflows.list_campaigns import list_campaigns
from service.workflows.prepare_bulk import prepare_bulk
from service.workflows.report_mistake import report_mistake
from service.workflows.review import review
from service.workflows.run_bulk import run_bulk
from service.workflows.start_bulk import Start, start_bulk
from service.workflows.undo import undo
from tests.builders import BLOG, NOON, make_arrival

WAVE = "maybe we sell the very best watches of the whole world for a very small price, dear {}"


@pytest.fixture
def strict(each_store, blog):
    return set_policy(BLOG, {"needs_reason": True}, store=each_store, now=NOON)


@pytest.fixture
def ana(people):
    return people[0]


def act(store, who, guid, what, **said):
    return decide(who, guid, what, seen_version=None, store=store, now=NOON, **said)


def outcome(store, guid):
    with store.read() as unit:
        return unit.submissions.get(guid).outcome


@pytest.mark.parametrize("what", [Act.SPAM, Act.REMOVE])
@pytest.mark.parametrize("said", [{}, {"note": "  "}])
def test_what_goes_off_a_page_needs_a_reason(each_store, strict, come, ana, what, said):
    (guid,) = come("maybe 1")
    with pytest.raises(ReasonMissing):
        act(each_store, ana, guid, what, **said)
    assert outcome(each_store, guid) is Outcome.UNSURE


@pytest.mark.parametrize("said", [{"reason": "scam"}, {"note": "sent twice"}])
def test_a_word_of_the_list_or_a_note_is_a_reason(each_store, strict, come, ana, said):
    (guid,) = come("maybe 1")
    assert act(each_store, ana, guid, Act.SPAM, **said).outcome is Outcome.SPAM


def test_approving_undoing_and_saying_it_again_need_none(each_store, strict, come, ana):
    (guid,) = come("maybe 1")
    act(each_store, ana, guid, Act.SPAM, reason="scam")
    act(each_store, ana, guid, Act.SPAM)
    undo(ana, None, store=each_store, now=NOON)
    assert act(each_store, ana, guid, Act.APPROVE).outcome is Outcome.HAM


def test_another_sites_comment_needs_none(each_store, come, ana):
    (guid,) = come("maybe 1")
    assert act(each_store, ana, guid, Act.SPAM).outcome is Outcome.SPAM


def test_a_blogs_report_is_never_refused(each_store, strict, come):
    (guid,) = come("maybe 1")
    report_mistake(make_arrival("maybe 1", guid=guid), Act.SPAM, strict, store=each_store, now=NOON)
    assert outcome(each_store, guid) is Outcome.SPAM


@pytest.mark.parametrize(("what", "is_asked"), [(Act.REMOVE, True), (Act.APPROVE, False)])
def test_a_few_at_once_are_asked_about_too(each_store, strict, come, ana, what, is_asked):
    guids = come("maybe 1", "maybe 2")
    made = prepare_bulk(ana, what, View(), guids, store=each_store, now=NOON)
    if is_asked:
        with pytest.raises(ReasonMissing):
            start_bulk(ana, made.guid, Start(), store=each_store, now=NOON)
    said = Start(note="tidying") if is_asked else Start()
    started = start_bulk(ana, made.guid, said, store=each_store, now=NOON)
    while run_bulk(started.bulk_id, store=each_store, now=NOON):
        pass
    assert not review(ana, View(), store=each_store, now=NOON).items


def test_a_reason_of_odd_letters_is_kept_on_every_engine(each_store, strict, come, ana):
    guids = come("maybe 1")
    made = prepare_bulk(ana, Act.SPAM, View(), guids, store=each_store, now=NOON)
    odd = Start(note="a\0b\ud800", reason="c\0")
    assert start_bulk(ana, made.guid, odd, store=each_store, now=NOON).note == "a␀b?"


def followed(store, ana, **said):
    (group,) = list_campaigns(ana, store=store, now=NOON).groups
    return follow_campaign(
        ana, group.campaign_id, Act.SPAM, place="/moderation/", store=store, now=NOON, **said
    )


def test_what_comes_later_is_decided_with_the_reason(each_store, strict, come, ana):
    come(WAVE.format("one"), WAVE.format("two"))
    with pytest.raises(ReasonMissing):
        followed(each_store, ana)
    followed(each_store, ana, reason="advertising")
    (late,) = come(WAVE.format("three"))
    with each_store.read() as unit:
        one = unit.submissions.get(late)
        (decision,) = unit.decisions.list_of(one.submission_id)
    assert (one.outcome, decision.reason) == (Outcome.SPAM, "advertising")


def test_who_follows_without_a_reason_decides_nothing_where_one_is_wanted_since(
    each_store, blog, come, ana
):
    come(WAVE.format("one"), WAVE.format("two"))
    followed(each_store, ana)
    set_policy(BLOG, {"needs_reason": True}, store=each_store, now=NOON)
    (late,) = come(WAVE.format("three"))
    assert outcome(each_store, late) is Outcome.UNSURE
