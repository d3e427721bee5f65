"""Submissions that wait without a Score although a model was asked for one, and their Score."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from models.verdict import Verdict
from service.domain.submission import Submission
from service.storage.records import read_submission, write_submission, write_text
from service.storage.tables import WAITING, submission

_IS_UNSCORED: Final = sa.and_(
    # A literal, so that the index of what waits by score is taken.
    sa.literal_column(WAITING, sa.Boolean),
    submission.c.score.is_(None),
    submission.c.verdict == Verdict.UNSURE,
    submission.c.version == 0,
    submission.c.comment != write_text({}),
)
# What a Score is made of; the Verdict, and so the Outcome, stays what was answered.
_SCORED: Final = ("score", "evidence", "model_id", "priority")


class Unscored:
    """What waits without a Score, in one transaction: undecided, its text not forgotten."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def list_after(self, submission_id: int, *, limit: int) -> list[Submission]:
        """The next of them after this id, oldest first (fast I/O, through an index)."""
        rows = self._connection.execute(
            submission.select()
            .where(_IS_UNSCORED, submission.c.id > submission_id)
            .order_by(submission.c.id)
            .limit(limit),
        ).all()
        return [read_submission(row) for row in rows]

    def set_score(self, scored: Submission) -> bool:
        """Keep Score, evidence and priority of *scored* (fast I/O).

        What was answered stays as it was. Answers with whether it was still undecided and not
        forgotten; else nothing changes. Say `unit.alone(TEXTS)` before.
        """
        return set_score(self._connection, scored, _IS_UNSCORED)


def set_score(
    connection: sa.Connection, scored: Submission, *holds: sa.ColumnElement[bool]
) -> bool:
    """Keep Score, evidence and priority of *scored*; whether all of *holds* was true (fast I/O)."""
    row = write_submission(scored)
    done = connection.execute(
        submission.update()
        .where(submission.c.id == scored.submission_id, *holds)
        .values({name: row[name] for name in _SCORED}),
    )
    return bool(done.rowcount)
