"""Two moderators do anything in any order; when all of it is taken back, only the log has grown."""

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from service.domain.decision import Act, Outcome, outcome
from service.domain.moderator import Role
from service.domain.submission import new_guid
from service.domain.view import View
from service.errors import AlreadyDecided, BelongsToBulk, Conflict, InvalidField, NotFound
from service.storage.store import Store
from service.workflows.administer import add_moderator, add_site
from service.workflows.check_comment import check_comment
from service.workflows.claim_item import claim_item
from service.workflows.decide import decide
from service.workflows.prepare_bulk import prepare_bulk
from service.workflows.recheck_item import recheck_item
from service.workflows.report_mistake import report_mistake
from service.workflows.run_bulk import run_bulk
from service.workflows.send_item import send_item
from service.workflows.start_bulk import Start, start_bulk, undo_bulk
from service.workflows.undo import undo
from tests.builders import BLOG, NOON, PASSWORD, make_arrival
from tests.fakes import StubScorer

TEXTS = ("maybe 1", "maybe 2", "casino", "a fine day", "maybe 3", "blatant")
ACTS = st.sampled_from([Act.APPROVE, Act.SPAM, Act.REMOVE])
WHO = st.integers(0, 1)
WHICH = st.integers(0, len(TEXTS) - 1)


class TwoModerators(RuleBasedStateMachine):
    """The model is small: what holds follows from the Decisions that were not taken back."""

    store: Store

    @initialize()
    def begin(self):
        site = self.store.site
        self.people = self.store.people
        self.guids = [
            check_comment(
                make_arrival(text, author=f"author {number % 2}"),
                site,
                store=self.store,
                scorer=StubScorer(),
                now=NOON,
                guid=new_guid(),
            ).guid
            for number, text in enumerate(TEXTS)
        ]
        self.start = self.state()

    def state(self):
        """Everything that is not the log, of this run's comments."""
        with self.store.engine.connect() as connection:
            rows = connection.execute(
                sa.text("SELECT guid, outcome, decided_at FROM submission"),
            ).all()
            authors = connection.execute(
                sa.text("SELECT site_id, author_key, approved, spam FROM author"),
            ).all()
        own = set(self.guids)
        return sorted(tuple(row) for row in rows if row[0] in own), sorted(map(tuple, authors))

    def decisions(self, guid):
        with self.store.read() as unit:
            one = unit.submissions.get(guid)
            return one, unit.decisions.list_of(one.submission_id)

    @rule(who=WHO, which=WHICH, act=ACTS, is_late=st.booleans())
    def decide(self, who, which, act, is_late):
        one, decisions = self.decisions(self.guids[which])
        seen = max(0, len(decisions) - (1 if is_late else 0))
        try:
            decide(self.people[who], one.guid, act, seen_version=seen, store=self.store, now=NOON)
        except AlreadyDecided:
            assert seen != len(decisions)

    @rule(who=WHO)
    def undo_newest(self, who):
        try:
            undo(self.people[who], store=self.store, now=NOON)
        except BelongsToBulk as error:
            self.undo_all(who, error.guid)
        except NotFound:
            pass

    def undo_all(self, who, guid):
        back = undo_bulk(self.people[who], guid, note="why", store=self.store, now=NOON)
        while run_bulk(back.bulk_id, store=self.store, now=NOON):
            pass

    @rule(who=WHO, which=WHICH)
    def undo_any(self, who, which):
        _one, decisions = self.decisions(self.guids[which])
        for decision in decisions[-1:]:
            try:
                undo(self.people[who], decision.decision_id, note="why", store=self.store, now=NOON)
            except Conflict:
                undone = {other.undoes for other in decisions}
                assert decision.act is Act.UNDO or decision.decision_id in undone

    @rule(who=WHO, act=ACTS, chosen=st.lists(WHICH, unique=True), first=WHICH)
    def bulk(self, who, act, chosen, first):
        guids = [self.guids[which] for which in chosen]
        try:
            bulk = prepare_bulk(self.people[who], act, View(), guids, store=self.store, now=NOON)
            # Somebody decides between the look and the start.
            decide(
                self.people[1 - who],
                self.guids[first],
                Act.APPROVE,
                seen_version=None,
                store=self.store,
                now=NOON,
            )
            start_bulk(self.people[who], bulk.guid, Start(), store=self.store, now=NOON)
        except InvalidField:
            return
        while run_bulk(bulk.bulk_id, store=self.store, now=NOON):
            pass

    @rule(who=WHO, which=WHICH, wants=st.booleans(), asked=st.booleans())
    def claim(self, who, which, wants, asked):
        try:
            claim_item(
                self.people[who],
                self.guids[which],
                wants=wants,
                is_deliberate=asked,
                store=self.store,
                now=NOON,
            )
        except Conflict:
            assert wants

    @rule(who=WHO, which=WHICH)
    def send(self, who, which):
        to = self.people[1 - who].moderator_id
        try:
            send_item(self.people[who], self.guids[which], to, store=self.store, now=NOON)
        except Conflict:
            # The other one has claimed it, or somebody decided.
            one, _decisions = self.decisions(self.guids[which])
            with self.store.read() as unit:
                held = unit.claims.list_of([one.submission_id], NOON)
            assert one.outcome is not Outcome.UNSURE or held

    @rule(who=WHO, which=WHICH)
    def recheck(self, who, which):
        recheck_item(
            self.people[who], self.guids[which], store=self.store, scorer=StubScorer(), now=NOON
        )

    @rule(which=WHICH, act=st.sampled_from([Act.APPROVE, Act.SPAM]))
    def report(self, which, act):
        arrival = make_arrival(TEXTS[which], guid=self.guids[which])
        report_mistake(arrival, act, self.store.site, store=self.store, now=NOON)

    @invariant()
    @precondition(lambda self: hasattr(self, "guids"))
    def what_holds_follows_from_the_decisions(self):
        for guid in self.guids:
            one, decisions = self.decisions(guid)
            assert one.outcome is outcome(one.verdict, decisions)
            assert one.version == len(decisions)

    def teardown(self):
        if not hasattr(self, "guids"):
            return
        for guid in self.guids:
            _one, decisions = self.decisions(guid)
            undone = {other.undoes for other in decisions}
            for decision in decisions:
                if decision.act is not Act.UNDO and decision.decision_id not in undone:
                    undo(
                        self.people[0],
                        decision.decision_id,
                        note="why",
                        store=self.store,
                        now=NOON,
                    )
        assert self.state() == self.start


def run(url):
    store = Store.open(url)
    store.site = add_site(BLOG, store=store, secret="x" * 64, now=NOON).site
    store.people = [
        add_moderator(name, role=Role.SENIOR, password=PASSWORD, store=store, now=NOON)[0]
        for name in ("ana", "ben")
    ]
    TwoModerators.store = store
    try:
        run_state_machine_as_test(
            TwoModerators,
            settings=settings(
                max_examples=30,
                stateful_step_count=20,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        store.close()


def test_after_undoing_all_only_the_log_has_grown_on_sqlite(sqlite_url):
    run(sqlite_url)


@pytest.mark.postgres
def test_after_undoing_all_only_the_log_has_grown_on_postgresql(postgres_url):
    run(postgres_url)
