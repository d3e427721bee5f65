"""Claims and remarks: who has what open, and what people wrote beside deciding."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from service.domain.claim import Claim
from service.domain.remark import Remark, RemarkKind
from service.storage.queue_tables import claim, remark, skipped
from service.storage.records import plain
from service.storage.tables import moderator


class Claims:
    """The claims, remarks and skips of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def list_of(self, submission_ids: Iterable[int], now: dt.datetime) -> dict[int, Claim]:
        """The claims that hold *now*, by Submission."""
        rows = self._connection.execute(
            sa.select(claim, moderator.c.name)
            .join(moderator, moderator.c.id == claim.c.moderator_id)
            .where(claim.c.submission_id.in_(list(submission_ids)), claim.c.ends_at > now),
        ).all()
        return {row.submission_id: _claim(row) for row in rows}

    def set(self, wanted: Claim) -> None:
        """Hold a Submission, whoever held it before; the caller has asked whether that is right."""
        self._connection.execute(
            claim.delete().where(claim.c.submission_id == wanted.submission_id),
        )
        self._connection.execute(
            claim.insert().values(
                submission_id=wanted.submission_id,
                moderator_id=wanted.moderator_id,
                is_deliberate=wanted.is_deliberate,
                ends_at=wanted.ends_at,
            ),
        )

    def purge(self, submission_id: int, moderator_id: int) -> None:
        """Let go of one's own claim; letting go twice is no error."""
        self._connection.execute(
            claim.delete().where(
                claim.c.submission_id == submission_id, claim.c.moderator_id == moderator_id
            ),
        )

    def append_remark(
        self,
        submission_id: int,
        moderator_id: int,
        kind: RemarkKind,
        *,
        text: str = "",
        now: dt.datetime,
    ) -> None:
        """Write one line into a Submission's history."""
        self._connection.execute(
            remark.insert().values(
                submission_id=submission_id,
                moderator_id=moderator_id,
                kind=kind,
                text=plain(text, 2000),
                made_at=now,
            ),
        )

    def list_remarks(self, submission_id: int) -> list[Remark]:
        """Every remark about one Submission, oldest first."""
        rows = self._connection.execute(
            sa.select(remark, moderator.c.name)
            .join(moderator, moderator.c.id == remark.c.moderator_id)
            .where(remark.c.submission_id == submission_id)
            .order_by(remark.c.id),
        ).all()
        return [
            Remark(kind=row.kind, moderator=row.name, text=row.text, made_at=row.made_at)
            for row in rows
        ]

    def set_skipped(self, submission_id: int, moderator_id: int) -> None:
        """Put a Submission at the end for one person."""
        own = {"submission_id": submission_id, "moderator_id": moderator_id}
        self.purge_skipped(submission_id, moderator_id)
        self._connection.execute(skipped.insert().values(**own))

    def purge_skipped(self, submission_id: int, moderator_id: int) -> None:
        """Take a Submission back to where it stood."""
        self._connection.execute(
            skipped.delete().where(
                skipped.c.submission_id == submission_id, skipped.c.moderator_id == moderator_id
            ),
        )


def _claim(row: Any) -> Claim:  # noqa: ANN401 - a SQLAlchemy Row
    return Claim(
        submission_id=row.submission_id,
        moderator_id=row.moderator_id,
        moderator=row.name,
        is_deliberate=row.is_deliberate,
        ends_at=row.ends_at,
    )
