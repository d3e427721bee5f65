"""Rechecks: what was said of Submissions when somebody asked again, and their Score of then."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from service.domain.decision import Outcome
from service.domain.recheck import Recheck
from service.domain.submission import Submission
from service.storage.queue_tables import recheck
from service.storage.records import plain, write_text
from service.storage.tables import moderator, submission
from service.storage.unscored import set_score


class Rechecks:
    """The Rechecks of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def append(self, submission_id: int, moderator_id: int, made: Recheck) -> None:
        """Write one down; its *moderator* is the one of this id."""
        self._connection.execute(
            recheck.insert().values(
                submission_id=submission_id,
                moderator_id=moderator_id,
                made_at=made.made_at,
                model_id=plain(made.model_id, 80),
                score=made.score,
                rule=plain(made.rule, 60),
                was_model_id=plain(made.was_model_id, 80),
                was_score=made.was_score,
            ),
        )

    def list_of(self, submission_id: int) -> list[Recheck]:
        """Every Recheck of one Submission, oldest first."""
        rows = self._connection.execute(
            sa.select(recheck, moderator.c.name)
            .join(moderator, moderator.c.id == recheck.c.moderator_id)
            .where(recheck.c.submission_id == submission_id)
            .order_by(recheck.c.id),
        ).all()
        return [
            Recheck(
                moderator=row.name,
                made_at=row.made_at,
                model_id=row.model_id,
                score=row.score,
                rule=row.rule,
                was_model_id=row.was_model_id,
                was_score=row.was_score,
            )
            for row in rows
        ]

    def ids(self, submission_ids: Iterable[int]) -> frozenset[int]:
        """Which of these Submissions somebody had checked again."""
        asked = sa.select(recheck.c.submission_id).where(
            recheck.c.submission_id.in_(list(submission_ids))
        )
        return frozenset(self._connection.execute(asked.distinct()).scalars())

    def set_score(self, scored: Submission) -> bool:
        """Keep Score, evidence and priority of *scored* (fast I/O).

        Answers with whether it still waits and its text was not forgotten; else nothing changes.
        Say `unit.alone(TEXTS)` before.
        """
        return set_score(
            self._connection,
            scored,
            submission.c.outcome == Outcome.UNSURE,
            submission.c.version == scored.version,
            submission.c.comment != write_text({}),
        )
