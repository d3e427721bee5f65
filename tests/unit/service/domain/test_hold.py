"""What a blog is told about a comment, as a table."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from models.verdict import Verdict
from service.domain.decision import Outcome
from service.domain.hold import Command, Hold, choose_command, is_held
from service.domain.site import Policy, Undecided, UnsureMeans, read_policy, write_policy
from tests.builders import NOON, make_arrival

WEEK = 604_800
HOLD = Hold(held_at=NOON, recheck_after_s=WEEK)
EARLY, NEAR, LATE = dt.timedelta(days=13), dt.timedelta(days=14), dt.timedelta(days=14, hours=2)
PUBLISH, BIN, PEND = Command.PUBLISH, Command.BIN, Command.PEND


@pytest.mark.parametrize(
    ("outcome", "undecided", "hold", "may_be_published", "after", "told"),
    [
        pytest.param(Outcome.HAM, "hold", HOLD, False, EARLY, PUBLISH, id="approved"),
        pytest.param(Outcome.SPAM, "approve", HOLD, True, LATE, BIN, id="spam, whatever was"),
        pytest.param(Outcome.REMOVED, "hold", HOLD, False, EARLY, BIN, id="removed"),
        pytest.param(Outcome.UNSURE, "hold", HOLD, False, EARLY, PEND, id="undone early"),
        pytest.param(Outcome.UNSURE, "hold", HOLD, False, NEAR, BIN, id="undone near the timer"),
        pytest.param(Outcome.UNSURE, "hold", HOLD, False, LATE, PEND, id="undone after it"),
        pytest.param(Outcome.UNSURE, "hold", HOLD, True, EARLY, BIN, id="an approval undone"),
        pytest.param(Outcome.UNSURE, "approve", HOLD, False, EARLY, PEND, id="not yet over"),
        pytest.param(Outcome.UNSURE, "approve", HOLD, False, NEAR, PUBLISH, id="over: approve"),
        pytest.param(Outcome.UNSURE, "spam", HOLD, False, NEAR, BIN, id="over: spam"),
        pytest.param(Outcome.UNSURE, "hold", None, False, EARLY, BIN, id="was answered true"),
    ],
)
def test_what_is_told(outcome, undecided, hold, may_be_published, after, told):
    policy = Policy(undecided=Undecided(undecided))
    assert told is choose_command(
        outcome, policy, hold, may_be_published=may_be_published, now=NOON + after
    )


@pytest.mark.parametrize(
    ("change", "held"),
    [
        ({}, True),
        ({"can_hold": False}, False),
        ({"recheck_reason": "retry"}, False),
        ({"recheck_reason": "recheck_queue"}, False),
        ({"recheck_reason": "edit"}, True),
    ],
)
def test_who_is_told_to_wait(change, held):
    arrival = dataclasses.replace(make_arrival(can_hold=True), **change)
    assert is_held(Verdict.UNSURE, Policy(), arrival) is held
    assert not is_held(Verdict.UNSURE, Policy(unsure=UnsureMeans.SPAM), arrival)
    assert not is_held(Verdict.SPAM, Policy(), arrival)


@pytest.mark.parametrize("recheck_after_s", [60, 3600, WEEK])
def test_we_act_before_and_after_the_plugins_timer(recheck_after_s):
    hold = Hold(held_at=NOON, recheck_after_s=recheck_after_s)
    assert NOON < hold.due_at(0) < hold.deadline < hold.due_at(1) < hold.due_at(2)


def test_the_choice_for_the_undecided_is_kept():
    for choice in Undecided:
        policy = Policy(undecided=choice)
        assert read_policy(write_policy(policy)) == policy
    assert read_policy({}).undecided is Undecided.HOLD
