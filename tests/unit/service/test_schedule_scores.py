"""By the clock, what came while no model answered gets its Score."""

import dataclasses

import pytest

from service.app import create_app
from service.errors import ScorerUnavailable
from service.schedule import Schedule
from service.workflows.administer import add_site
from service.workflows.check_comment import check_comment
from tests.builders import BLOG, NOON, make_arrival
from tests.conftest import SECRET
from tests.fakes import BrokenScorer, StubClassifier, StubScorer

GUID = "a" * 32


@pytest.fixture
def minute(runtime, each_store, clock):
    """One minute more, with this scorer, in one serving process; answers with the comment."""
    here = dataclasses.replace(runtime, store=each_store)
    schedule = Schedule(create_app(here), here)

    def minute(scorer):
        clock.tick(minutes=1)
        schedule._runtime = dataclasses.replace(here, scorer=scorer)
        schedule.tick()
        with each_store.read() as unit:
            return unit.submissions.get(GUID)

    return minute


def arrive(store, scorer):
    site = add_site(BLOG, store=store, secret=SECRET, now=NOON).site
    with pytest.raises(ScorerUnavailable):
        check_comment(make_arrival("casino"), site, store=store, scorer=scorer, now=NOON, guid=GUID)


def test_within_a_minute_after_a_model_answers_again(each_store, minute):
    arrive(each_store, BrokenScorer())
    scores = [minute(scorer).scoring.score for scorer in (BrokenScorer(), StubScorer())]
    assert scores == [None, 0.95]


def test_one_on_which_the_model_fails_is_tried_each_hour(each_store, minute):
    tried = []

    class Failing(StubClassifier):
        def score(self, comment):
            tried.append(comment.text)
            raise ZeroDivisionError

    class Fails(StubScorer):
        def for_site(self, site_id, own=None):
            return Failing()

    arrive(each_store, Fails())
    tried.clear()
    for _ in range(90):
        minute(Fails())
    assert len(tried) == 2
