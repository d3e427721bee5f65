"""A held comment against every order of checks, decisions, undoing, lost and doubled calls, timers.

The blog is a model of the Akismet plugin's three functions (auto_check_comment, receive_webhook,
approval_fallback), written from its source; tests/wordpress tries the same against the real one.
Everything on our side is real: workflows, outbox, delivery.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import json
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule

from service.domain.decision import Act, Outcome
from service.domain.moderator import Role
from service.domain.sealing import seal
from service.domain.site import Undecided
from service.domain.submission import new_guid
from service.errors import Conflict
from service.outgoing import NotDelivered, Reply
from service.storage import migrate
from service.storage.store import Store
from service.workflows.administer import add_moderator, add_site, set_policy
from service.workflows.check_comment import check_comment
from service.workflows.decide import decide
from service.workflows.deliver_events import deliver_events
from service.workflows.undo import undo
from tests.builders import BLOG, KEY, NOON, PASSWORD, make_arrival
from tests.fakes import StubScorer

# Thousands of small transactions: what a power cut would lose is not the question here.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of our own in it
SECRET = "0" * 64
pytestmark = pytest.mark.slow
N = 3600
CALLBACK = "https://blog.example.org/wp-json/akismet/v1/webhook"


@dataclasses.dataclass
class Comment:
    """One comment in WordPress: state "0", "1" or "spam", and the state before it was spam."""

    due: dt.datetime
    state: str = "0"
    before: str = "0"


class Plugin:
    """The plugin's side; also the way there, which loses and doubles calls when told to."""

    def __init__(self):
        self.comments = {}
        self.lost = self.answers_lost = self.doubled = 0
        self.delivered = []

    def hold(self, guid, now):
        """auto_check_comment: `false` with recheck-after N."""
        self.comments[guid] = Comment(due=now + dt.timedelta(seconds=2 * N))

    def run_timers(self, now):
        """approval_fallback: what is pending when its time has come is approved."""
        for comment in self.comments.values():
            if comment.due <= now:
                comment.due = dt.datetime.max.replace(tzinfo=dt.UTC)
                if comment.state == "0":
                    comment.state = "1"

    def post(self, url, body, headers):
        """receive_webhook, as often as the way there makes it."""
        assert url == CALLBACK
        assert headers["X-Akismet-Webhook"] == "1"
        if self.lost:
            self.lost -= 1
            raise NotDelivered("lost")
        said = json.loads(body)
        assert said["key"] == KEY
        for _ in range(2 if self.doubled else 1):
            self._receive(said)
        self.doubled = max(0, self.doubled - 1)
        if self.answers_lost:
            self.answers_lost -= 1
            raise NotDelivered("the answer was lost")
        guids = {one["guid"]: {"status": "success"} for one in said["comments"]}
        return Reply(200, json.dumps({"comments": guids}))

    def _receive(self, said):
        for one in said["comments"]:
            comment = self.comments[one["guid"]]
            if one["result"] == "true":
                if comment.state != "spam":
                    comment.before, comment.state = comment.state, "spam"
            elif comment.state == "spam":
                comment.state = comment.before
            elif comment.state == "0":
                comment.state = "1"


@functools.cache
def _migrated():
    """The bytes of an empty database, made once."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "empty.sqlite3"
        store = Store.open(f"sqlite:///{place}")
        migrate.upgrade(store.engine)
        store.close()
        return place.read_bytes()


class Holding(RuleBasedStateMachine):
    """Random days of a blog, a moderator and a bad line."""

    held = Bundle("held")
    undecided = Undecided.HOLD

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY)
        place = Path(self.folder.name) / "chaffinch.sqlite3"
        place.write_bytes(_migrated())
        self.store = Store.open(f"sqlite:///{place}")
        issued = add_site(BLOG, key=KEY, store=self.store, secret=SECRET, now=NOON)
        changes = {"recheck_after_s": N, "undecided": self.undecided}
        self.site = set_policy(BLOG, changes, store=self.store, now=NOON)
        with self.store.begin() as unit:
            unit.webhooks.set_sealed(issued.key.key_id, seal(KEY, SECRET))
            unit.commit()
        self.key_id = issued.key.key_id
        self.ana, _ = add_moderator(
            "ana", role=Role.SENIOR, password=PASSWORD, store=self.store, now=NOON
        )
        self.plugin, self.now = Plugin(), NOON
        self.chance = random.Random(1)

    def teardown(self):
        """Whatever happened, once the line is good again everything is as it was decided."""
        self.plugin.lost = self.plugin.answers_lost = self.plugin.doubled = 0
        rounds = 0
        while self._waiting() and rounds < 300:
            self.passes(600)
            rounds += 1
        try:
            assert self._waiting() == 0
            for guid, comment in self.plugin.comments.items():
                with self.store.read() as unit:
                    outcome = unit.submissions.get(guid).outcome
                assert comment.state in self._allowed(outcome), (outcome, comment)
        finally:
            self.store.close()
            self.folder.cleanup()

    def _waiting(self, where="TRUE"):
        with self.store.read() as unit:
            return unit._connection.exec_driver_sql(
                f"SELECT count(*) FROM event WHERE state != 'sent' AND {where}"  # noqa: S608
            ).scalar_one()

    def _allowed(self, outcome):
        if outcome is Outcome.HAM:
            return {"1"}
        if outcome is not Outcome.UNSURE:
            return {"spam"}
        undecided = {Undecided.HOLD: {"0", "spam"}, Undecided.APPROVE: {"1", "spam"}}
        return undecided.get(self.undecided, {"spam"})

    @rule(target=held)
    def a_comment_is_checked_and_held(self):
        guid = new_guid()
        arrival = make_arrival(
            f"maybe {guid}", callback=CALLBACK, can_hold=True, key_id=self.key_id
        )
        check_comment(
            arrival, self.site, store=self.store, scorer=StubScorer(), now=self.now, guid=guid
        )
        self.plugin.hold(guid, self.now)
        return guid

    @rule(guid=held, act=st.sampled_from([Act.APPROVE, Act.SPAM, Act.REMOVE]))
    def the_moderator_decides(self, guid, act):
        decide(self.ana, guid, act, seen_version=None, store=self.store, now=self.now)

    @rule(guid=held)
    def the_moderator_undoes(self, guid):
        with self.store.read() as unit:
            decisions = unit.decisions.list_of(unit.submissions.get(guid).submission_id)
        taken_back = {one.undoes for one in decisions}
        left = [
            one
            for one in decisions
            if one.act is not Act.UNDO and one.decision_id not in taken_back
        ]
        if left:
            try:
                undo(self.ana, left[-1].decision_id, store=self.store, now=self.now)
            except Conflict:
                raise AssertionError("nobody else undoes here") from None

    @rule(what=st.sampled_from(["lost", "answers_lost", "doubled"]), calls=st.integers(1, 3))
    def the_line_goes_bad(self, what, calls):
        setattr(self.plugin, what, calls)

    @rule(seconds=st.sampled_from([1, 30, 600, 1800, 3600, 7200, 20_000]))
    def time(self, seconds):
        for _ in range(6):
            self.passes(seconds / 6)

    @precondition(lambda self: self.plugin.comments)
    @rule(seconds=st.sampled_from([3600, 7200, 20_000]))
    def the_server_sleeps_while_wordpress_runs_its_timer(self, seconds):
        self.now += dt.timedelta(seconds=seconds)
        self.plugin.run_timers(self.now)

    def passes(self, seconds):
        self.now += dt.timedelta(seconds=seconds)
        self.plugin.run_timers(self.now)
        deliver_events(
            store=self.store,
            sender=self.plugin,
            secret=SECRET,
            now=self.now,
            chance=self.chance,
        )

    @invariant()
    def no_comment_is_lost(self):
        for guid in self.plugin.comments:
            with self.store.read() as unit:
                assert unit.submissions.find(guid) is not None

    @invariant()
    def what_was_told_is_what_was_decided(self):
        for guid, comment in self.plugin.comments.items():
            if self._waiting(f"lane = 'a:{guid}' AND kind != 'hold'"):
                continue
            with self.store.read() as unit:
                submission = unit.submissions.get(guid)
            if submission.outcome is not Outcome.UNSURE:
                assert comment.state in self._allowed(submission.outcome)


class HoldingThenApproving(Holding):
    undecided = Undecided.APPROVE


class HoldingThenSpam(Holding):
    undecided = Undecided.SPAM


_SOME = settings(max_examples=40, stateful_step_count=15, deadline=None)
TestHolding = Holding.TestCase
TestHolding.settings = _SOME
TestHoldingThenApproving = HoldingThenApproving.TestCase
TestHoldingThenApproving.settings = _SOME
TestHoldingThenSpam = HoldingThenSpam.TestCase
TestHoldingThenSpam.settings = _SOME


def test_an_approval_undone_leaves_the_page():
    day = Holding()
    guid = day.a_comment_is_checked_and_held()
    day.the_moderator_decides(guid=guid, act=Act.APPROVE)
    day.time(seconds=30)
    assert day.plugin.comments[guid].state == "1"
    day.the_moderator_undoes(guid=guid)
    day.time(seconds=30)
    assert day.plugin.comments[guid].state == "spam"
    day.teardown()


def test_a_comment_binned_and_then_approved_is_published():
    day = Holding()
    guid = day.a_comment_is_checked_and_held()
    for act, state in ((Act.SPAM, "spam"), (Act.APPROVE, "1"), (Act.REMOVE, "spam")):
        day.the_moderator_decides(guid=guid, act=act)
        day.time(seconds=30)
        assert day.plugin.comments[guid].state == state
    day.teardown()


def test_a_comment_binned_and_undone_is_pending_again():
    day = Holding()
    guid = day.a_comment_is_checked_and_held()
    day.the_moderator_decides(guid=guid, act=Act.SPAM)
    day.time(seconds=30)
    day.the_moderator_undoes(guid=guid)
    day.time(seconds=30)
    assert day.plugin.comments[guid].state == "0"
    day.teardown()
