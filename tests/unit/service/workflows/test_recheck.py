"""Checked again by a person: what waits gets today's Score, what was answered stays."""

import dataclasses

import pytest

from models.comment import Comment
from models.verdict import Verdict
from service.domain.decision import Act, Outcome
from service.domain.draft import EntryDraft
from service.domain.entry import Effect, EntryKind
from service.domain.moderator import Role
from service.domain.query import read_query
from service.domain.view import View
from service.errors import Conflict, NotFound, NotPermitted, ScorerUnavailable
from service.storage.lists import ListAsk
from service.workflows.add_entry import add_entry
from service.workflows.administer import set_policy
from service.workflows.audit import draw_sample
from service.workflows.decide import decide
from service.workflows.index_new import index_new
from service.workflows.look_at import look_at
from service.workflows.recheck_item import recheck_item
from service.workflows.report_mistake import report_mistake
from service.workflows.retain import retain
from service.workflows.review import review
from service.workflows.undo import undo
from tests.builders import BLOG, NOON, make_arrival
from tests.fakes import BrokenScorer, StubClassifier, StubScorer
from tests.unit.service.workflows.conftest import MOMENT


class Newer(StubScorer):
    """Tomorrow's model: it has learned that "maybe" is nearly spam."""

    class Learned(StubClassifier):
        model_id = "newer"
        _WORDS = (("casino", 0.97), ("maybe", 0.8))

    def for_site(self, site_id, own=None):
        return self.Learned()


def recheck(store, who, guid, scorer=None):
    return recheck_item(who, guid, store=store, scorer=scorer or Newer(), now=NOON)


def got(store, guid):
    with store.read() as unit:
        return unit.submissions.get(guid)


def test_what_waits_gets_today_s_score_and_reasons_and_keeps_its_verdict(each_store, come, people):
    (guid,) = come("maybe")
    before = got(each_store, guid)
    recheck(each_store, people[1], guid)
    after = got(each_store, guid)
    assert (after.scoring.score, after.scoring.model_id) == (0.8, "newer")
    assert after.scoring.evidence == Newer.Learned().score(after.arrival.comment).evidence
    assert (after.verdict, after.outcome) == (before.verdict, before.outcome)
    assert after.version == before.version
    # Less unsure than before, so it is less urgent.
    assert after.priority < before.priority


def test_its_history_says_what_was_said_then_and_what_is_said_now(each_store, come, people):
    (guid,) = come("maybe")
    made = recheck(each_store, people[1], guid)
    (told,) = look_at(people[0], guid, store=each_store, now=NOON).rechecks
    assert told == made
    assert (told.moderator, told.model_id, told.score) == ("ben", "newer", 0.8)
    assert (told.was_model_id, told.was_score) == ("stub", 0.6)


def test_what_is_decided_is_told_and_stays_as_it_is(each_store, come, people):
    (guid,) = come("maybe")
    decide(people[0], guid, Act.SPAM, seen_version=0, store=each_store, now=NOON)
    before = got(each_store, guid)
    assert recheck(each_store, people[1], guid).score == 0.8
    assert got(each_store, guid) == before
    assert len(look_at(people[0], guid, store=each_store, now=NOON).rechecks) == 1


def test_what_the_machine_settled_alone_stays_as_it_is(each_store, come, people):
    (guid,) = come("casino")
    before = got(each_store, guid)
    recheck(each_store, people[1], guid)
    assert got(each_store, guid) == before


def test_a_rule_of_today_is_told_and_answers_nothing_by_itself(each_store, come, people):
    (guid,) = come("maybe some pills")
    draft = EntryDraft(kind=EntryKind.PHRASE, pattern="pills", effect=Effect.SPAM)
    entry = add_entry(people[0], draft, store=each_store, now=NOON)
    assert recheck(each_store, people[1], guid).rule == f"entry:{entry.entry_id}"
    assert got(each_store, guid).outcome is Outcome.UNSURE


def test_it_is_found_by_its_new_reasons_whether_or_not_it_had_its_words(each_store, come, people):
    class Other(Newer):
        class Renamed(Newer.Learned):
            def score(self, comment):
                said = super().score(comment)
                (clue,) = said.evidence.clues
                clues = (clue._replace(name="a new reason"),)
                evidence = dataclasses.replace(said.evidence, clues=clues)
                return dataclasses.replace(said, evidence=evidence)

        def for_site(self, site_id, own=None):
            return self.Renamed()

    (known,) = come("maybe one")
    (new,) = come("maybe two", index=False)
    for guid in (known, new):
        recheck(each_store, people[1], guid, Other())
    while index_new(store=each_store, now=NOON + MOMENT):
        pass
    with each_store.read() as unit:
        for word, found in (('"a new reason"', {known, new}), ('"word in the text"', set())):
            terms = read_query(f"reason:{word}").terms
            assert {one.guid for one in unit.lists.page(ListAsk(terms=terms))} == found


def test_without_a_model_nothing_is_written(each_store, come, people):
    (guid,) = come("maybe")
    before = got(each_store, guid)
    with pytest.raises(ScorerUnavailable):
        recheck(each_store, people[1], guid, BrokenScorer())
    seen = look_at(people[0], guid, store=each_store, now=NOON)
    assert (seen.submission, seen.rechecks) == (before, ())


def test_a_forgotten_text_is_not_checked(each_store, come, people):
    (guid,) = come("maybe")
    set_policy(BLOG, {"kept_days": 1}, store=each_store, now=NOON)
    retain(store=each_store, now=NOON.replace(day=28))
    assert got(each_store, guid).arrival.comment == Comment()
    with pytest.raises(Conflict, match="forgotten"):
        recheck(each_store, people[1], guid)


def test_what_a_colleague_decides_while_the_model_is_asked_is_not_touched(each_store, come, people):
    (guid,) = come("maybe")

    class Slow(Newer):
        def for_site(self, site_id, own=None):
            decide(people[0], guid, Act.SPAM, seen_version=0, store=each_store, now=NOON)
            return super().for_site(site_id, own)

    with pytest.raises(Conflict):
        recheck(each_store, people[1], guid, Slow())
    seen = look_at(people[0], guid, store=each_store, now=NOON)
    assert (seen.submission.scoring.model_id, seen.rechecks) == ("stub", ())


def test_what_the_machine_was_never_asked_about_is_told_too(each_store, blog, people):
    one = report_mistake(make_arrival("maybe"), Act.SPAM, blog, store=each_store, now=NOON)
    with each_store.read() as unit:
        (said,) = unit.decisions.list_of(one.submission_id)
    undo(people[0], said.decision_id, note="none", store=each_store, now=NOON)
    made = recheck(each_store, people[1], one.guid)
    assert (made.score, made.was_score, made.was_model_id) == (0.8, None, "")
    assert got(each_store, one.guid).scoring is None


def test_the_line_of_the_lists_that_held_it_is_known_until_it_is_forgotten(
    each_store, come, people
):
    mail = "maria@example.net"
    draft = EntryDraft(kind=EntryKind.EMAIL, pattern=mail, effect=Effect.HOLD)
    entry = add_entry(people[0], draft, store=each_store, now=NOON)
    (guid,) = come("a good walk")
    assert look_at(people[0], guid, store=each_store, now=NOON).entry == entry
    with each_store.begin() as unit:
        unit.erasing.forget_mentions([mail])
        unit.commit()
    assert look_at(people[0], guid, store=each_store, now=NOON).entry is None


def test_what_was_drawn_by_lot_keeps_its_place_and_its_verdict(each_store, come, people):
    (guid,) = come("casino")
    assert draw_sample(people[1], store=each_store, now=NOON) == 1
    before = got(each_store, guid)
    recheck(each_store, people[1], guid)
    after = got(each_store, guid)
    assert (after.verdict, after.outcome) == (Verdict.SPAM, Outcome.UNSURE)
    assert after.priority == before.priority
    assert after.scoring.score == 0.97


def test_lists_know_what_was_checked_again(each_store, come, people):
    first, _ = come("maybe 1", "maybe 2")
    recheck(each_store, people[1], first)
    found = review(people[0], View(), store=each_store, now=NOON)
    assert found.rechecked == {got(each_store, first).submission_id}


def test_only_who_decides_there_has_something_checked(each_store, come, people):
    (guid,) = come("maybe")
    viewer = dataclasses.replace(people[1], role=Role.VIEWER)
    with pytest.raises(NotPermitted):
        recheck(each_store, viewer, guid)
    elsewhere = dataclasses.replace(people[1], site_ids=frozenset())
    with pytest.raises(NotFound):
        recheck(each_store, elsewhere, guid)
