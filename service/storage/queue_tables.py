"""The tables of the queue beside Submissions and Decisions: claims, bulks, campaigns, authors.

Hung on the same metadata as `tables`; nothing here is truth about a comment but what people did.
"""

from __future__ import annotations

import sqlalchemy as sa

from service.domain.bulk import BulkState, ItemState
from service.domain.decision import Act
from service.domain.remark import RemarkKind
from service.storage.tables import ID, UTCTime, metadata, words


def _to(table: str, *, ondelete: str = "RESTRICT") -> sa.ForeignKey:
    return sa.ForeignKey(f"{table}.id", ondelete=ondelete)


campaign = sa.Table(
    "campaign",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("signature", sa.String(256), nullable=False),
    # The first member; its Submission is told only when a second one comes.
    sa.Column("first_id", ID, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("first_at", UTCTime, nullable=False),
    sa.Column("last_at", UTCTime, nullable=False),
    sa.Index("ix_campaign_last_at", "last_at"),
)

# The keys a newcomer is found by: bands of its signature, and what it wants to be reached by.
campaign_band = sa.Table(
    "campaign_band",
    metadata,
    sa.Column("band", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("campaign_id", ID, _to("campaign", ondelete="CASCADE"), primary_key=True),
    sa.Index("ix_campaign_band_campaign_id", "campaign_id"),
    sqlite_with_rowid=False,
)

# How moderators decided about an author on one Site; made from standing Decisions, see settle.py.
author = sa.Table(
    "author",
    metadata,
    sa.Column("site_id", ID, _to("site"), primary_key=True, autoincrement=False),
    sa.Column("author_key", sa.String(16), primary_key=True),
    sa.Column("approved", sa.Integer, nullable=False),
    sa.Column("spam", sa.Integer, nullable=False),
)

# One claim of one Submission at a time. A soft one is made by opening, a deliberate one by asking.
claim = sa.Table(
    "claim",
    metadata,
    sa.Column("submission_id", ID, _to("submission"), primary_key=True, autoincrement=False),
    sa.Column("moderator_id", ID, _to("moderator"), nullable=False),
    sa.Column("is_deliberate", sa.Boolean(name="is_deliberate"), nullable=False),
    sa.Column("ends_at", UTCTime, nullable=False),
    # The Handover it came from. Without a foreign key: SQLite would have to copy the table.
    sa.Column("handover_id", ID),
    sa.Index("ix_claim_moderator_id", "moderator_id"),
)

# Who gave what waits to whom. It stays in the history when the claim that came of it is over.
handover = sa.Table(
    "handover",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("submission_id", ID, _to("submission"), nullable=False),
    sa.Column("sender_id", ID, _to("moderator"), nullable=False),
    sa.Column("receiver_id", ID, _to("moderator"), nullable=False),
    sa.Column("note", sa.String(2000), nullable=False),
    sa.Column("made_at", UTCTime, nullable=False),
    sa.Index("ix_handover_submission_id", "submission_id"),
)

# What a person who asked again was told; what a blog was told stands in its Submission.
recheck = sa.Table(
    "recheck",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("submission_id", ID, _to("submission"), nullable=False),
    sa.Column("moderator_id", ID, _to("moderator"), nullable=False),
    sa.Column("made_at", UTCTime, nullable=False),
    sa.Column("model_id", sa.String(80), nullable=False),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("rule", sa.String(60), nullable=False),
    sa.Column("was_model_id", sa.String(80), nullable=False),
    sa.Column("was_score", sa.Float),
    sa.Index("ix_recheck_submission_id", "submission_id"),
)

# What people wrote or did beside deciding: notes, deliberate claims and their release.
remark = sa.Table(
    "remark",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("submission_id", ID, _to("submission"), nullable=False),
    sa.Column("moderator_id", ID, _to("moderator"), nullable=False),
    sa.Column("kind", words(RemarkKind), nullable=False),
    sa.Column("text", sa.String(2000), nullable=False),
    sa.Column("made_at", UTCTime, nullable=False),
    sa.Index("ix_remark_submission_id", "submission_id"),
)

# What a moderator put off: it stands at the end of the queue, for that person alone.
skipped = sa.Table(
    "skipped",
    metadata,
    sa.Column("moderator_id", ID, _to("moderator"), primary_key=True, autoincrement=False),
    sa.Column("submission_id", ID, _to("submission"), primary_key=True, autoincrement=False),
    sa.Index("ix_skipped_submission_id", "submission_id"),
)

# A saved view is a name for an address of ours.
saved_view = sa.Table(
    "saved_view",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("moderator_id", ID, _to("moderator"), nullable=False),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("place", sa.String(500), nullable=False),
    sa.Column("is_shared", sa.Boolean(name="is_shared"), nullable=False),
    sa.Column("made_at", UTCTime, nullable=False),
    sa.Index("ix_saved_view_moderator_id", "moderator_id"),
)

bulk = sa.Table(
    "bulk",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("guid", sa.String(32), nullable=False, unique=True),
    sa.Column("moderator_id", ID, _to("moderator"), nullable=False),
    sa.Column("act", words(Act), nullable=False),
    sa.Column("state", words(BulkState), nullable=False),
    # What was asked for, in words of the address bar: shown, never run again.
    sa.Column("asked", sa.String(500), nullable=False),
    sa.Column("note", sa.String(2000), nullable=False),
    sa.Column("reason", sa.String(60), nullable=False),
    sa.Column("total", sa.Integer, nullable=False),
    sa.Column("done", sa.Integer, nullable=False),
    sa.Column("passed_over", sa.Integer, nullable=False),
    sa.Column("made_at", UTCTime, nullable=False),
    sa.Column("started_at", UTCTime),
    sa.Column("ended_at", UTCTime),
    # An undo of a whole bulk is a bulk of its own.
    sa.Column("undoes", ID, _to("bulk")),
    sa.Index("ix_bulk_state", "state"),
    sa.Index("ix_bulk_undoes", "undoes"),
)

# The snapshot: what is shown is what is done. *seen_version* is what stood when it was shown.
bulk_item = sa.Table(
    "bulk_item",
    metadata,
    sa.Column("bulk_id", ID, _to("bulk", ondelete="CASCADE"), primary_key=True),
    sa.Column("submission_id", ID, _to("submission"), primary_key=True),
    sa.Column("seen_version", sa.Integer, nullable=False),
    sa.Column("state", words(ItemState), nullable=False),
    sa.Column("is_trusted", sa.Boolean(name="is_trusted"), nullable=False),
    sa.Column("teaches", sa.Boolean(name="teaches"), nullable=False),
    sa.Column("undoes", ID, _to("decision")),
    sa.Index("ix_bulk_item_bulk_id_state", "bulk_id", "state", "submission_id"),
    sa.Index("ix_bulk_item_submission_id", "submission_id"),
    sqlite_with_rowid=False,
)

# Whose next members are decided, until when; what that decided is the bulk's.
campaign_follow = sa.Table(
    "campaign_follow",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("campaign_id", ID, nullable=False),
    sa.Column("bulk_id", ID, _to("bulk"), nullable=False),
    sa.Column("ends_at", UTCTime, nullable=False),
    sa.Column("ended_at", UTCTime),
    sa.Index("ix_campaign_follow_campaign_id", "campaign_id"),
    sa.Index("ix_campaign_follow_bulk_id", "bulk_id"),
)
