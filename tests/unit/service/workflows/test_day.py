"""What a queue says of the day: how many wait, how many were decided, how long half had waited."""

import datetime as dt

import pytest

from service.domain.decision import Act
from service.domain.view import Listing, View
from service.moderation.views import within
from service.workflows.decide import decide
from service.workflows.review import review
from service.workflows.skip import skip
from service.workflows.undo import undo
from tests.builders import NOON

WAITING = View(listing=Listing.WAITING)


def minutes(many):
    return dt.timedelta(minutes=many)


def test_half_of_the_comments_decided_today_had_waited_so_long(each_store, people, come):
    ana, ben = people
    yesterday = NOON - dt.timedelta(days=1)
    (old,) = come("maybe old", now=yesterday - minutes(500))
    decide(ana, old, Act.SPAM, seen_version=0, store=each_store, now=yesterday)
    guids = come("maybe 1", "maybe 2", "maybe 3", "maybe 4")
    for person, guid, waited in zip((ana, ben, ana, ana), guids, (3, 400, 5, 40), strict=True):
        decide(
            person, guid, Act.APPROVE, seen_version=0, store=each_store, now=NOON + minutes(waited)
        )
    later = NOON + minutes(401)
    found = review(ana, WAITING, store=each_store, now=later)
    assert (found.items, found.decided_today) == ((), 4)
    assert found.half_within == minutes(40)
    undo(ana, store=each_store, now=later)
    assert review(ana, WAITING, store=each_store, now=later).half_within is None


def test_before_the_first_decision_of_a_day_nothing_is_said(each_store, people, come):
    (guid,) = come("maybe")
    decide(people[0], guid, Act.SPAM, seen_version=0, store=each_store, now=NOON)
    tomorrow = NOON + dt.timedelta(days=1)
    assert review(people[0], WAITING, store=each_store, now=tomorrow).half_within is None


@pytest.mark.parametrize(
    ("time", "told"),
    [
        (dt.timedelta(), "1 min"),
        (dt.timedelta(seconds=59), "1 min"),
        (dt.timedelta(seconds=61), "2 min"),
        (minutes(60), "60 min"),
        (minutes(61), "2 h"),
        (dt.timedelta(hours=48), "48 h"),
        (dt.timedelta(hours=49), "3 d"),
    ],
)
def test_a_length_of_time_is_rounded_up_so_that_at_most_is_true(time, told):
    assert within(time) == told


def test_a_queue_counted_to_its_most_is_counted_less_what_was_put_off(
    each_store, people, come, monkeypatch
):
    monkeypatch.setattr("service.workflows.review.MOST_COUNTED", 3)
    guids = come("maybe 1", "maybe 2", "maybe 3", "maybe 4", "maybe 5")
    assert review(people[0], WAITING, store=each_store, now=NOON).matching == 3
    # Four are left, and three is as far as anybody counts.
    skip(people[0], guids[0], store=each_store)
    assert review(people[0], WAITING, store=each_store, now=NOON).matching == 3
    for guid in guids[1:3]:
        skip(people[0], guid, store=each_store)
    assert review(people[0], WAITING, store=each_store, now=NOON).matching == 2
