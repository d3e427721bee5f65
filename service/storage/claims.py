"""Claims and remarks: who has what open, and what people wrote beside deciding."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

import sqlalchemy as sa

from service.domain.claim import Claim
from service.domain.handover import Handover
from service.domain.remark import Remark, RemarkKind
from service.storage.queue_tables import claim, handover, remark, skipped
from service.storage.records import plain
from service.storage.tables import moderator

_SENDER: Final = moderator.alias("sender")


class Claims:
    """The claims, handovers, remarks and skips of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def list_of(self, submission_ids: Iterable[int], now: dt.datetime) -> dict[int, Claim]:
        """The claims that hold *now*, by Submission."""
        rows = self._connection.execute(
            sa.select(
                claim,
                moderator.c.name,
                handover.c.sender_id,
                handover.c.note,
                _SENDER.c.name.label("sender"),
            )
            .join(moderator, moderator.c.id == claim.c.moderator_id)
            .outerjoin(handover, handover.c.id == claim.c.handover_id)
            .outerjoin(_SENDER, _SENDER.c.id == handover.c.sender_id)
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
                handover_id=wanted.handover_id,
            ),
        )

    def append_handover(
        self, submission_id: int, sender_id: int, receiver_id: int, *, note: str, now: dt.datetime
    ) -> int:
        """Write down that one person gave a Submission to another; answers with its id."""
        own_id: int = self._connection.execute(
            handover.insert()
            .values(
                submission_id=submission_id,
                sender_id=sender_id,
                receiver_id=receiver_id,
                note=plain(note, 2000),
                made_at=now,
            )
            .returning(handover.c.id),
        ).scalar_one()
        return own_id

    def list_handovers(self, submission_id: int) -> list[Handover]:
        """Every Handover of one Submission, oldest first."""
        rows = self._connection.execute(
            sa.select(handover, moderator.c.name, _SENDER.c.name.label("sender"))
            .join(moderator, moderator.c.id == handover.c.receiver_id)
            .join(_SENDER, _SENDER.c.id == handover.c.sender_id)
            .where(handover.c.submission_id == submission_id)
            .order_by(handover.c.id),
        ).all()
        return [
            Handover(sender=row.sender, receiver=row.name, note=row.note, made_at=row.made_at)
            for row in rows
        ]

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
        handover_id=row.handover_id,
        sent_by_id=row.sender_id,
        sent_by=row.sender or "",
        note=row.note or "",
    )
