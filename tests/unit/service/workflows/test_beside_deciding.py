"""Claims, notes, skips, saved views, news, campaigns and explanations, on each engine."""

import datetime as dt

import pytest

from models.verdict import Verdict
from service.domain.decision import Act
from service.domain.remark import RemarkKind
from service.domain.view import Age, Sort, View
from service.errors import Conflict, NotFound
from service.workflows.add_note import add_note
from service.workflows.claim_item import claim_item
from service.workflows.decide import decide
from service.workflows.explain import explain
from service.workflows.list_campaigns import list_campaigns
from service.workflows.look_at import look_at
from service.workflows.review import review
from service.workflows.save_view import save_view
from service.workflows.skip import skip
from service.workflows.undo import undo
from service.workflows.watch import watch
from tests.builders import NOON
from tests.fakes import BrokenScorer, StubScorer

WAVE = "maybe we sell the very best watches of the whole world for a very small price, dear {}"


def later(**change):
    return NOON + dt.timedelta(**change)


def guids(store, who, view, now=NOON):
    return [one.guid for one in review(who, view, store=store, now=now).items]


def held(store, who, guid, now=NOON):
    claim = look_at(who, guid, store=store, now=now).claim
    return claim.moderator if claim else None


def claim(store, who, guid, *, wants=True, asked=False, now=NOON):
    return claim_item(who, guid, wants=wants, is_deliberate=asked, store=store, now=now)


def test_a_soft_claim_ends_by_itself_after_90_seconds(each_store, come, people):
    (one,) = come("maybe")
    look_at(people[0], one, claims=True, store=each_store, now=NOON)
    assert held(each_store, people[1], one, later(seconds=89)) == "ana"
    assert held(each_store, people[1], one, later(seconds=90)) is None


def test_a_soft_claim_is_never_written_down_and_never_taken(each_store, come, people):
    (one,) = come("maybe")
    look_at(people[0], one, claims=True, store=each_store, now=NOON)
    look_at(people[1], one, claims=True, store=each_store, now=NOON)
    assert held(each_store, people[1], one) == "ana"
    assert look_at(people[0], one, store=each_store, now=NOON).remarks == ()


def test_leaving_lets_go_and_cancel_frees_what_was_asked_for(each_store, come, people):
    (one,) = come("maybe")
    claim(each_store, people[0], one)
    claim(each_store, people[0], one, wants=False)
    assert held(each_store, people[1], one) is None
    claim(each_store, people[0], one, asked=True)
    claim(each_store, people[0], one, wants=False)
    assert held(each_store, people[1], one, later(hours=3)) == "ana"
    claim(each_store, people[0], one, wants=False, asked=True)
    assert held(each_store, people[1], one) is None
    kinds = [r.kind for r in look_at(people[0], one, store=each_store, now=NOON).remarks]
    assert kinds == [RemarkKind.CLAIM, RemarkKind.RELEASE]


def test_a_deliberate_claim_takes_over_a_soft_one_only(each_store, come, people):
    (one,) = come("maybe")
    claim(each_store, people[0], one)
    assert claim(each_store, people[1], one, asked=True).moderator == "ben"
    with pytest.raises(Conflict, match="ben has claimed this"):
        claim(each_store, people[0], one, asked=True)


def test_deciding_ends_every_claim(each_store, come, people):
    (one,) = come("maybe")
    claim(each_store, people[1], one, asked=True)
    decide(people[0], one, Act.SPAM, seen_version=0, store=each_store, now=NOON)
    undo(people[0], store=each_store, now=NOON)
    assert held(each_store, people[0], one) is None


def test_a_note_stands_in_the_history(each_store, come, people):
    (one,) = come("maybe")
    add_note(people[1], one, " looks odd ", store=each_store, now=NOON)
    (remark,) = look_at(people[0], one, store=each_store, now=NOON).remarks
    assert (remark.moderator, remark.text) == ("ben", "looks odd")


def test_skipping_is_for_oneself_alone(each_store, come, people):
    first, second = come("maybe 1", "maybe 2")
    skip(people[0], second, store=each_store)
    assert guids(each_store, people[0], View()) == [first]
    assert guids(each_store, people[0], View(is_skipped=True)) == [second]
    assert guids(each_store, people[1], View()) == [second, first]
    skip(people[0], second, back=True, store=each_store)
    assert guids(each_store, people[0], View()) == [second, first]


def test_saved_views_are_ones_own_or_shared(each_store, come, people):
    for name, is_shared in (("mine", False), ("ours", True)):
        save_view(
            people[0],
            name=name,
            place="/moderation/?age=late",
            is_shared=is_shared,
            store=each_store,
            now=NOON,
        )

    def names(who):
        return [one.name for one in review(who, View(), store=each_store, now=NOON).saved]

    assert names(people[0]) == ["mine", "ours"]
    assert names(people[1]) == ["ours"]


def test_news_counts_what_is_new_and_says_what_others_did(each_store, come, people):
    first, second = come("maybe 1", "maybe 2")
    shown = review(people[0], View(), store=each_store, now=NOON)
    come("maybe 3", "casino")
    decide(people[1], first, Act.SPAM, seen_version=0, store=each_store, now=NOON)
    claim(each_store, people[1], second)
    found = watch(
        people[0],
        View(),
        [first, second],
        newest_id=shown.newest_id,
        store=each_store,
        now=NOON,
    )
    assert found.fresh == 1
    told = {one.guid: decision and decision.moderator for one, decision in found.rows}
    assert told == {first: "ben", second: None}
    assert [one.moderator for one in found.claims.values()] == ["ben"]


def test_the_oldest_of_the_least_sure_come_first(each_store, come, people):
    (new,) = come("maybe 1", now=NOON)
    (old,) = come("maybe 2", now=later(hours=-13))
    (seen,) = come("maybe 3", now=later(hours=-20))
    assert guids(each_store, people[0], View()) == [seen, old, new]


def test_late_ones_can_be_asked_for(each_store, come, people):
    come("maybe 1", now=NOON)
    (old,) = come("maybe 2", now=later(hours=-13))
    assert guids(each_store, people[0], View(age=Age.LATE)) == [old]


@pytest.mark.parametrize("sort", list(Sort))
def test_pages_of_every_order_follow_each_other(each_store, come, people, sort):
    made = come(*(f"maybe {n}" for n in range(120)), index=False)
    seen, after = [], None
    while True:
        found = review(people[0], View(sort=sort), after=after, store=each_store, now=NOON)
        seen += [one.guid for one in found.items]
        after = found.after
        if after is None:
            break
    assert seen == (made if sort is Sort.OLDEST else made[::-1])


@pytest.mark.parametrize("sort", list(Sort))
def test_neighbours_are_those_of_the_list(each_store, come, people, sort):
    come("maybe 1", "maybe 2", "maybe 3")
    first, middle, last = guids(each_store, people[0], View(sort=sort))
    seen = look_at(people[0], middle, View(sort=sort), store=each_store, now=NOON)
    assert (seen.newer, seen.older) == (first, last)


def test_near_duplicates_form_a_campaign(each_store, come, people):
    come(*(WAVE.format(word) for word in ("friend", "Sir", "madam")))
    come("maybe something quite different about gardening, bread and the weather in Porto today")
    page = list_campaigns(people[0], store=each_store, now=NOON)
    assert [(group.waiting, group.size) for group in page.groups] == [(3, 3)]


def test_what_everybody_writes_forms_no_group(each_store, come, people):
    come(*["Thanks, great post! Maybe more?"] * 12)
    assert list_campaigns(people[0], store=each_store, now=NOON).groups == ()


def test_one_handle_brings_texts_together(each_store, come, people):
    come(
        "maybe you want to earn money from home every day, write to t.me/goldking now please",
        "maybe you want to earn some money from your home, every single day: t.me/goldking",
        "maybe you want to earn money at home all day, talk to t.me/silverqueen right away",
    )
    (group,) = list_campaigns(people[0], store=each_store, now=NOON).groups
    assert group.waiting >= 2


def test_what_else_an_author_wrote_is_shown(each_store, come, people):
    first, second = come("maybe 1", "maybe 2")
    seen = look_at(people[0], second, store=each_store, now=NOON)
    assert {kind for kind, _found in seen.earlier} == {"email", "name", "ip", "domain"}
    assert all([one.guid for one in found] == [first] for _kind, found in seen.earlier)


def test_approvals_and_spams_of_an_author_are_counted_and_taken_back(each_store, come, people):
    first, second = come("maybe 1", "maybe 2")
    decide(people[0], first, Act.APPROVE, seen_version=0, store=each_store, now=NOON)
    decide(people[0], second, Act.SPAM, seen_version=0, store=each_store, now=NOON)

    def standing():
        return look_at(people[0], first, store=each_store, now=NOON).author

    assert (standing().approved, standing().spam) == (1, 1)
    undo(people[0], store=each_store, now=NOON)
    assert (standing().approved, standing().spam) == (1, 0)


def test_only_what_flips_the_verdict_is_told(each_store, come, people, blog):
    (one,) = come("maybe casino")
    with each_store.read() as unit:
        submission = unit.submissions.get(one)
    told = explain(submission, blog, scorer=StubScorer())
    assert [(what.what, what.verdict) for what in told.what_ifs] == [("casino", Verdict.UNSURE)]


def test_without_a_model_there_is_no_explanation_and_no_error(each_store, come, people, blog):
    (one,) = come("maybe")
    with each_store.read() as unit:
        submission = unit.submissions.get(one)
    assert explain(submission, blog, scorer=BrokenScorer()).today is None


def test_another_persons_site_is_not_found(each_store, come, people):
    with pytest.raises(NotFound):
        add_note(people[0], "0" * 32, "x", store=each_store, now=NOON)


def test_a_text_that_stayed_alone_for_two_weeks_is_not_compared_any_more(each_store, come, people):
    come(WAVE.format("friend"))
    come(WAVE.format("Sir"), now=later(days=15))
    come(WAVE.format("madam"), now=later(days=15))
    (group,) = list_campaigns(people[0], store=each_store, now=NOON).groups
    assert group.size == 2
