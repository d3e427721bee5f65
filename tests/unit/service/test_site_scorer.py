"""Each Site's layer in the running service: built beside the checks, from what stands."""

import dataclasses
import datetime as dt
from functools import partial

import numpy as np
import pytest

from models.classifier import Classifier
from models.features import WIDTH
from models.site_layer import SiteClassifier
from models.verdict import Cutoffs, Verdict
from service.domain.decision import Act
from service.domain.erasure import Asked
from service.domain.moderator import Role
from service.domain.submission import new_guid
from service.errors import ScorerUnavailable, StoreUnavailable
from service.site_scorer import SiteScorer
from service.workflows.administer import add_moderator, add_site
from service.workflows.check_comment import check_comment
from service.workflows.decide import decide
from service.workflows.explain import explain
from service.workflows.forget_person import forget_person
from service.workflows.list_new_decisions import find_erasures, list_new_decisions
from service.workflows.list_site_labels import list_site_labels
from service.workflows.report_mistake import report_mistake
from service.workflows.retain import retain
from service.workflows.undo import undo
from tests.builders import NOON, PASSWORD, make_arrival

SPAM = "I like the valuable info you provide in your articles, I will bookmark your weblog"
EMPTY = Classifier(
    model_id="empty",
    weights=np.zeros(WIDTH, dtype=np.float32),
    bias=-2.0,
    cutoffs=Cutoffs(unsure_from=0.4, spam_from=0.8, blatant_from=0.999),
    scripts={"Latin": 1000},
)


class Plain:
    """A scorer whose model can be taken away and replaced."""

    fault = ""

    def __init__(self):
        self.model = EMPTY

    def live(self):
        if self.model is None:
            raise ScorerUnavailable
        return self.model

    def close(self):
        pass


class Ticks:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class House:
    """A store with two Sites, a moderator, and the scorer under test."""

    def __init__(self, store):
        self.store = store
        self.plain, self.ticks = Plain(), Ticks()
        self.site, self.other = (
            add_site(f"https://{name}.example/", store=store, secret="x" * 64, now=NOON).site
            for name in ("one", "two")
        )
        self.ana, _ = add_moderator(
            "ana", role=Role.SENIOR, password=PASSWORD, store=store, now=NOON
        )
        self.scorer = self.new_scorer()

    def new_scorer(self):
        return SiteScorer(
            self.plain,
            labels=partial(list_site_labels, store=self.store),
            decisions=partial(list_new_decisions, store=self.store),
            erasures=partial(find_erasures, store=self.store),
            clock=self.ticks,
        )

    def check(self, text=SPAM, site=None, **changes):
        return check_comment(
            make_arrival(text, **changes),
            site or self.site,
            store=self.store,
            scorer=self.scorer,
            now=NOON,
            guid=new_guid(),
        )

    def decide(self, submission, act=Act.SPAM, minutes=0):
        now = NOON + dt.timedelta(minutes=minutes)
        return decide(self.ana, submission.guid, act, seen_version=None, store=self.store, now=now)

    def refresh(self):
        self.ticks.now += 1000
        return self.scorer.refresh()


@pytest.fixture
def house(each_store):
    return House(each_store)


def again(house, **changes):
    return house.check(
        author="Somebody else", author_email="", author_url="", user_ip="", **changes
    )


def test_what_a_moderator_decided_counts_at_the_next_check_after_a_refresh(house):
    first = house.check()
    assert first.verdict is Verdict.HAM
    house.refresh()
    house.decide(first)
    assert again(house).verdict is Verdict.HAM
    assert house.refresh() == 1
    assert again(house).verdict is Verdict.SPAM


def test_another_site_hears_nothing_of_it(house):
    house.decide(house.check())
    again(house, site=house.other)
    house.refresh()
    assert again(house, site=house.other).verdict is Verdict.HAM


def test_a_decision_taken_back_is_as_if_it_had_never_been(house):
    first = house.check()
    before = again(house).scoring.score
    house.decide(first)
    house.refresh()
    assert again(house).scoring.score != before
    undo(house.ana, store=house.store, now=NOON)
    house.refresh()
    assert again(house).scoring.score == before


def test_its_own_verdicts_are_never_labels(house):
    for number in range(5):
        house.check(f"{SPAM} {number}")
    assert list_site_labels(house.site.site_id, store=house.store) == []


def test_removed_comments_and_test_calls_teach_nothing(house):
    house.decide(house.check("one"), Act.REMOVE)
    house.decide(house.check("two", is_test=True))
    assert list_site_labels(house.site.site_id, store=house.store) == []


def test_forgotten_text_teaches_nothing(house):
    house.decide(house.check())
    retain(before=NOON + dt.timedelta(days=1), store=house.store, now=NOON)
    assert list_site_labels(house.site.site_id, store=house.store) == []


def test_what_a_forgotten_person_taught_is_forgotten_while_the_server_runs(house, tmp_path):
    before = again(house).scoring.score
    first = house.check(author_email="canary@birds.example")
    house.decide(first)
    house.refresh()
    assert again(house).scoring.score != before
    person = Asked(email="canary@birds.example")
    forget_person(person, data_dir=tmp_path, store=house.store, secret="s" * 32, now=NOON)
    assert house.refresh() == 1
    assert again(house).scoring.score == before
    # Nothing of it is kept for the next build either.
    assert not any(entry.prepared for entry in house.scorer._entries.values())
    assert house.refresh() == 0


def test_a_report_is_a_label_of_the_site_and_a_moderator_outweighs_it(house):
    first = house.check()
    report_mistake(
        dataclasses.replace(first.arrival, guid=first.guid),
        Act.SPAM,
        house.site,
        store=house.store,
        now=NOON,
    )
    (label,) = list_site_labels(house.site.site_id, store=house.store)
    assert (label.is_spam, label.is_moderator) == (True, False)
    house.decide(first, Act.APPROVE)
    (label,) = list_site_labels(house.site.site_id, store=house.store)
    assert (label.is_spam, label.is_moderator) == (False, True)


def test_labels_come_oldest_decision_first(house):
    one, two = house.check("one"), house.check("two")
    house.decide(two, minutes=1)
    house.decide(one, minutes=2)
    found = [label.comment.text for label in list_site_labels(1, store=house.store)]
    assert found == ["two", "one"]


def test_a_site_met_for_the_first_time_is_answered_at_once_by_the_shared_model(house):
    house.decide(house.check())
    fresh = house.new_scorer()
    assert fresh.for_site(house.site.site_id) is EMPTY
    fresh.refresh()
    assert isinstance(fresh.for_site(house.site.site_id), SiteClassifier)


def test_sites_people_decided_on_are_warm_after_the_first_look(house):
    house.decide(house.check())
    fresh = house.new_scorer()
    fresh.refresh()
    assert isinstance(fresh.for_site(house.site.site_id), SiteClassifier)


def test_two_processes_come_to_the_same_layer(house):
    for number in range(4):
        one = house.check(f"{SPAM} {number}", author=f"A {number}")
        house.decide(one, Act.SPAM if number % 2 else Act.APPROVE, minutes=number)
    other = house.new_scorer()
    house.refresh()
    other.refresh()
    comment = make_arrival("Something about the info").comment
    mine = house.scorer.for_site(house.site.site_id).score(comment)
    assert mine == other.for_site(house.site.site_id).score(comment)


def test_a_site_with_cutoffs_of_its_own_is_judged_by_them(house):
    own = Cutoffs(unsure_from=0.4, spam_from=0.6, blatant_from=0.7)
    for number in range(30):
        house.decide(house.check(f"{SPAM} {number}", author=f"A {number}"), minutes=number)
    house.refresh()
    policy = dataclasses.replace(house.site.policy, cutoffs=own)
    found = house.check(site=dataclasses.replace(house.site, policy=policy))
    # Spam, as people here say; never discarded for what they say alone.
    assert found.scoring.verdict is Verdict.SPAM
    assert own.spam_from <= found.scoring.score < own.blatant_from


def test_what_waits_is_explained_by_what_its_site_has_learned(house):
    waiting = house.check(f"{SPAM} again", author="Somebody")
    for number in range(6):
        house.decide(house.check(f"{SPAM} {number}", author=f"A {number}"), minutes=number)
    house.refresh()
    comment = waiting.arrival.comment
    own, model = house.scorer.for_site(house.site.site_id).score(comment), EMPTY.score(comment)
    assert own.value > model.value
    assert explain(waiting, house.site, scorer=house.scorer).today == own
    # Decided, its own label would be among the reasons.
    decided = house.decide(waiting, Act.APPROVE)
    assert explain(decided, house.site, scorer=house.scorer).today == model


def test_nothing_new_builds_nothing(house):
    house.decide(house.check())
    house.refresh()
    assert house.refresh() == 0


def test_a_promoted_model_gets_its_layers_anew(house):
    house.decide(house.check())
    house.refresh()
    house.plain.model = dataclasses.replace(EMPTY, model_id="newer", bias=-1.0)
    assert again(house).verdict is Verdict.SPAM
    assert house.refresh() == 1
    assert house.scorer.for_site(house.site.site_id).layer.model_id == "newer"


def test_a_store_that_is_away_leaves_the_layers_and_is_asked_again(house):
    house.decide(house.check())
    house.refresh()
    house.decide(house.check("another"), minutes=1)
    labels, house.scorer._labels = house.scorer._labels, _away
    with pytest.raises(StoreUnavailable):
        house.refresh()
    assert again(house).verdict is Verdict.SPAM
    house.scorer._labels = labels
    assert house.refresh() == 1


def _away(_site_id):
    raise StoreUnavailable


def test_a_busy_site_is_built_at_most_a_tenth_of_the_time(house):
    house.decide(house.check())
    house.refresh()
    entry = house.scorer._entries[house.site.site_id]
    entry.rested_at = house.ticks.now + 5
    house.decide(house.check("another"), minutes=1)
    assert house.scorer.refresh() == 0
    house.ticks.now += 6
    assert house.scorer.refresh() == 1


def test_what_was_not_asked_about_for_longest_is_let_go(house, monkeypatch):
    monkeypatch.setattr("service.site_scorer._MOST_LABELS_KEPT", 1)
    house.decide(house.check())
    house.refresh()
    house.decide(house.check(site=house.other))
    house.refresh()
    assert list(house.scorer._entries) == [house.other.site_id]
    assert again(house).verdict is Verdict.HAM
    house.refresh()
    assert list(house.scorer._entries) == [house.site.site_id]
    assert again(house).verdict is Verdict.SPAM


def test_labels_not_kept_prepared_are_prepared_again(house, monkeypatch):
    monkeypatch.setattr("service.site_scorer._MOST_PREPARED", 0)
    house.decide(house.check())
    house.refresh()
    assert house.scorer._entries[house.site.site_id].prepared == {}
    house.decide(house.check("another"), minutes=1)
    assert house.refresh() == 1
    assert again(house).verdict is Verdict.SPAM


def test_without_a_model_nobody_is_answered(house):
    house.plain.model = None
    with pytest.raises(ScorerUnavailable):
        house.scorer.for_site(house.site.site_id)


def test_the_thread_learns_by_itself_and_ends_when_told(house):
    house.decide(house.check())
    house.scorer.watch()
    for _ in range(100):
        if house.scorer._entries:
            break
        house.scorer._stop.wait(0.1)
    house.scorer.close()
    assert not house.scorer._thread.is_alive()
    assert house.scorer._entries
