"""What follows from Decisions, in their own transaction: Outcome, author's standing, claim, outbox.

The one place for it: single Decisions, bulks and reports all pass here.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from models.verdict import Verdict
from service.domain.author import author_key
from service.domain.decision import Act, Decision, Outcome, Source, outcome, said_since, standing
from service.domain.entry import EntryStatus
from service.domain.event import EventKind
from service.domain.priority import priority
from service.domain.site import Policy
from service.domain.submission import Submission, settled
from service.storage.authors import Authors
from service.storage.desk_tables import entry
from service.storage.outbox import Outbox
from service.storage.queue_tables import claim
from service.storage.submissions import Submissions
from service.storage.tables import submission


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What settling needs of one Submission, and its Decisions before and after, oldest first.

    *verdict* is the one that binds (`Submission.binding`).
    *seen* is the whole Submission where somebody has it at hand; else it is read when needed.
    """

    submission_id: int
    site_id: int
    author_key: str | None
    verdict: Verdict | None
    before: Sequence[Decision]
    after: Sequence[Decision]
    seen: Submission | None = None

    @property
    def new(self) -> Sequence[Decision]:
        """What was decided in this transaction."""
        return self.after[len(self.before) :]


def settle_one(
    connection: sa.Connection, seen: Submission, before: list[Decision], after: list[Decision]
) -> Submission:
    """*seen* as it stands after its Decisions changed from *before* to *after* (fast I/O)."""
    case = Case(
        submission_id=seen.submission_id,
        site_id=seen.site_id,
        author_key=author_key(seen.arrival.comment),
        verdict=seen.binding,
        before=before,
        after=after,
        seen=seen,
    )
    settle_many(connection, [case])
    done = settled(seen, after)
    if done.outcome is Outcome.UNSURE and done.priority is None:
        # It did not wait when it came, so nobody had worked out how soon.
        done = dataclasses.replace(done, priority=priority(done, Policy()))
        own = submission.c.id == done.submission_id
        connection.execute(submission.update().where(own).values(priority=done.priority))
    return done


def settle_many(connection: sa.Connection, cases: Sequence[Case]) -> None:
    """Write what holds now of every case; in the transaction of the Decisions it follows from."""
    if not cases:
        return
    connection.execute(
        submission.update()
        .where(submission.c.id == sa.bindparam("own_id"))
        .values(
            outcome=sa.bindparam("own_outcome"),
            version=sa.bindparam("own_version"),
            decided_at=sa.bindparam("own_decided_at"),
        ),
        [_row(case) for case in cases],
    )
    changes: Counter[tuple[int, str, Act]] = Counter()
    for case in cases:
        was, now = trusted_act(case.before), trusted_act(case.after)
        if case.author_key and was is not now:
            changes.update({(case.site_id, case.author_key, now): 1} if now else {})
            changes.subtract({(case.site_id, case.author_key, was): 1} if was else {})
    Authors(connection).move(changes)
    _end_entries(connection, cases)
    ids = [case.submission_id for case in cases]
    connection.execute(claim.delete().where(claim.c.submission_id.in_(ids)))
    _tell(connection, cases)


def _tell(connection: sa.Connection, cases: Sequence[Case]) -> None:
    """Put what was decided into the outbox, for everybody who must hear of it.

    One read for all Submissions of a bulk, and none where nobody hears.
    """
    outbox = Outbox(connection)
    heard = [case for case in cases if case.new and outbox.is_heard(case.site_id)]
    unread = [case.submission_id for case in heard if case.seen is None]
    read = Submissions(connection).list_by_id(unread) if unread else []
    by_id = {one.submission_id: one for one in read}
    for case in heard:
        seen = case.seen or by_id[case.submission_id]
        decided = settled(seen, case.after)
        for decision in case.new:
            # What its owner did at the blog since is left as it is there.
            has_acted = decision.undoes is not None and said_since(case.after, decision.undoes)
            outbox.add(_kind(decision), decided, decision, to_blog=not has_acted)
    outbox.write()


def _kind(decision: Decision) -> EventKind:
    if decision.act is Act.UNDO:
        return EventKind.UNDO
    return EventKind.REPORT if decision.source is Source.SITE else EventKind.DECISION


def _end_entries(connection: sa.Connection, cases: Sequence[Case]) -> None:
    """What was put on a list together with a Decision goes when the Decision is taken back."""
    undone = [
        later.undoes
        for case in cases
        for later in case.new
        if later.act is Act.UNDO and later.undoes is not None
    ]
    if undone:
        connection.execute(
            entry.update()
            .where(entry.c.decision_id.in_(undone), entry.c.status != EntryStatus.ENDED)
            .values(status=EntryStatus.ENDED, changed_at=cases[0].after[-1].decided_at),
        )


def _row(case: Case) -> dict[str, Any]:
    holds = standing(case.after)
    decided_at: dt.datetime | None = holds.decided_at if holds else None
    return {
        "own_id": case.submission_id,
        "own_outcome": outcome(case.verdict, case.after),
        "own_version": len(case.after),
        "own_decided_at": decided_at,
    }


def trusted_act(decisions: Sequence[Decision]) -> Act | None:
    """What moderators hold about it, if that says something about its author. Sites don't count."""
    holds = standing(one for one in decisions if one.source is Source.MODERATOR)
    return holds.act if holds and holds.act in {Act.APPROVE, Act.SPAM} else None
