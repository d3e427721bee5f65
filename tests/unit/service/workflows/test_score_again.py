"""What came while no model answered gets its Score by itself, and stays a person's to decide."""

import dataclasses

import pytest
import sqlalchemy as sa

from models.verdict import Verdict
from service.domain.decision import Act, Outcome
from service.domain.query import read_query
from service.domain.submission import Scoring
from service.errors import ScorerUnavailable
from service.moderation.views import because
from service.storage.lists import ListAsk
from service.storage.tables import event
from service.workflows.check_comment import check_comments
from service.workflows.decide import decide
from service.workflows.index_new import index_new
from service.workflows.retain import retain
from service.workflows.score_again import ScoredAgain, score_again
from service.workflows.undo import undo
from tests.builders import NOON, make_arrival, make_submission
from tests.fakes import BrokenScorer, StubClassifier, StubScorer
from tests.unit.service.workflows.conftest import MOMENT


class Choking(StubScorer):
    """Its model fails on one comment."""

    def for_site(self, site_id, own=None):
        class Choked(StubClassifier):
            def score(self, comment):
                if "choke" in comment.text:
                    raise RecursionError
                return super().score(comment)

        return Choked()


@pytest.fixture
def unjudged(each_store, blog):
    """Let comments come while no model is there; answers with their guids."""

    def arrive(*texts, **changes):
        asks = [
            (f"{number:032x}", make_arrival(text, **changes)) for number, text in enumerate(texts)
        ]
        check_comments(asks, blog, store=each_store, scorer=BrokenScorer(), now=NOON)
        return [guid for guid, _ in asks]

    return arrive


def again(store, scorer=None, after=0):
    return score_again(after=after, store=store, scorer=scorer or StubScorer())


def got(store, guid):
    with store.read() as unit:
        return unit.submissions.get(guid)


def test_each_gets_score_evidence_and_model_and_keeps_what_was_answered(each_store, unjudged):
    (guid,) = unjudged("casino")
    before = got(each_store, guid)
    assert again(each_store) == ScoredAgain(scored=1)
    after = got(each_store, guid)
    assert after.scoring == Scoring(
        verdict=Verdict.UNSURE,
        score=0.95,
        evidence=StubClassifier().score(after.arrival.comment).evidence,
        model_id="stub",
        fault="no model could be loaded",
        took_ms=before.scoring.took_ms,
        cutoffs=StubClassifier.cutoffs,
    )
    assert after.outcome is Outcome.UNSURE
    assert after.priority < before.priority


def test_the_queue_is_in_the_order_of_the_scores_afterwards(each_store, unjudged):
    sure, maybe = unjudged("casino", "maybe")
    again(each_store)
    with each_store.read() as unit:
        listed = unit.lists.page(ListAsk())
    assert [one.guid for one in listed] == [maybe, sure]


def test_it_is_found_by_its_reasons_whether_or_not_it_had_its_words_before(each_store, unjudged):
    indexed, new = unjudged("casino one", "casino two")
    index_new(store=each_store, now=NOON + MOMENT)
    with each_store.begin() as unit:
        # As if the second had come after the words were made.
        unit.set_meta("indexed_until", str(unit.submissions.get(indexed).submission_id))
        unit.search.purge(unit.submissions.ids([new], site_ids=None))
        unit.commit()
    again(each_store)
    index_new(store=each_store, now=NOON + MOMENT)
    asked = ListAsk(terms=read_query('reason:"word in the text"').terms)
    with each_store.read() as unit:
        assert {one.guid for one in unit.lists.page(asked)} == {indexed, new}


def test_what_a_person_decided_or_took_back_is_not_touched(each_store, unjudged, people):
    decided, taken_back, left = unjudged("casino a", "casino b", "casino c")
    for guid in (decided, taken_back):
        decide(people[0], guid, Act.APPROVE, seen_version=0, store=each_store, now=NOON)
    undo(people[0], store=each_store, now=NOON)
    assert again(each_store) == ScoredAgain(scored=1)
    scores = [got(each_store, guid).scoring.score for guid in (decided, taken_back, left)]
    assert scores == [None, None, 0.95]
    assert got(each_store, decided).outcome is Outcome.HAM


def test_who_decides_while_the_model_is_asked_wins(each_store, unjudged, people):
    (guid,) = unjudged("casino")

    class Slow(StubScorer):
        def for_site(self, site_id, own=None):
            decide(people[0], guid, Act.APPROVE, seen_version=0, store=each_store, now=NOON)
            return super().for_site(site_id, own)

    assert again(each_store, Slow()) == ScoredAgain()
    assert (got(each_store, guid).scoring.score, got(each_store, guid).version) == (None, 1)


def test_a_text_forgotten_while_the_model_is_asked_leaves_no_evidence(each_store, unjudged):
    (guid,) = unjudged("casino")

    class Slow(StubScorer):
        def for_site(self, site_id, own=None):
            retain(before=NOON + MOMENT, store=each_store, now=NOON)
            return super().for_site(site_id, own)

    assert again(each_store, Slow()) == ScoredAgain()
    assert got(each_store, guid).scoring.evidence is None


def test_no_event_leaves_for_it(each_store, unjudged):
    unjudged("casino", "thanks", callback="https://blog.example.org/hook")
    again(each_store)
    with each_store.engine.connect() as connection:
        assert connection.execute(sa.select(event.c.id)).all() == []


def test_what_has_a_score_or_was_only_reported_is_left_alone(each_store, blog):
    with each_store.begin() as unit:
        unit.append(
            [
                make_submission(blog.site_id),
                make_submission(blog.site_id, scoring=None, outcome=Outcome.UNSURE),
            ]
        )
        unit.commit()
    assert again(each_store) == ScoredAgain()


def test_without_a_model_nothing_happens(each_store, unjudged):
    (guid,) = unjudged("casino")
    assert again(each_store, BrokenScorer()) == ScoredAgain(seen_to=0)
    assert got(each_store, guid).scoring.score is None


def test_one_on_which_the_model_fails_stands_in_nobodys_way(each_store, unjudged):
    unjudged("choke", "casino")
    assert again(each_store, Choking()) == ScoredAgain(scored=1, failed=1)


def test_a_model_that_goes_in_the_middle_is_waited_for(each_store, blog, unjudged):
    unjudged(*["casino"] * 60)
    pieces = iter([True, False])

    class Going(StubScorer):
        def live(self):
            if not next(pieces):
                raise ScorerUnavailable
            return super().live()

    done = again(each_store, Going())
    assert (done.scored, done.seen_to is None) == (50, False)
    assert again(each_store, after=done.seen_to) == ScoredAgain(scored=10)


def test_the_cutoffs_of_the_site_stand_beside_the_score(each_store, blog, unjudged):
    (guid,) = unjudged("maybe")
    cutoffs = dataclasses.replace(StubClassifier.cutoffs, unsure_from=0.1)
    with each_store.begin() as unit:
        policy = dataclasses.replace(blog.policy, cutoffs=cutoffs)
        unit.sites.set_policy(blog.site_id, policy)
        unit.commit()
    again(each_store)
    assert got(each_store, guid).scoring.cutoffs == cutoffs


def test_its_page_says_that_the_score_came_afterwards(each_store, unjudged):
    (guid,) = unjudged("casino")
    again(each_store)
    assert because(got(each_store, guid)) == (
        "scored afterwards; when it came, no model answered: no model could be loaded"
    )
