"""Tables of calls that count once, of history brought in, of counts; a part of `tables`."""

from __future__ import annotations

import sqlalchemy as sa

from service.storage.tables import ID, UTCTime, metadata

__all__ = ["day_count", "history_import", "idempotency", "imported", "metadata"]

# One row for each Idempotency-Key: no answer is kept, only what to answer about.
idempotency = sa.Table(
    "idempotency",
    metadata,
    sa.Column("key_id", ID, sa.ForeignKey("api_key.id", ondelete="RESTRICT"), primary_key=True),
    sa.Column("name_hash", sa.String(64), primary_key=True),
    sa.Column("body_hash", sa.String(64), nullable=False),
    sa.Column("guid", sa.String(32), nullable=False),
    sa.Column("is_done", sa.Boolean(name="is_done"), nullable=False),
    sa.Column("expires_at", UTCTime, nullable=False),
    sa.Index("ix_idempotency_expires_at", "expires_at"),
)

history_import = sa.Table(
    "history_import",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("site_id", ID, sa.ForeignKey("site.id", ondelete="RESTRICT"), nullable=False),
    sa.Column("source", sa.String(20), nullable=False),
    sa.Column("file_name", sa.String(200), nullable=False),
    sa.Column("started_at", UTCTime, nullable=False),
    # None while rows are still coming, and for good when that was cut short: nothing of such an
    # import is ever exported; the next run of the same file finishes it.
    sa.Column("finished_at", UTCTime),
)

imported = sa.Table(
    "imported",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column(
        "import_id", ID, sa.ForeignKey("history_import.id", ondelete="RESTRICT"), nullable=False
    ),
    sa.Column("site_id", ID, sa.ForeignKey("site.id", ondelete="RESTRICT"), nullable=False),
    sa.Column("source", sa.String(20), nullable=False),
    sa.Column("source_id", sa.String(200), nullable=False),
    sa.Column("content_hash", sa.String(32), nullable=False),
    sa.Column("comment", sa.Text, nullable=False),
    sa.Column("label", sa.String(4)),
    sa.Column("label_source", sa.String(10), nullable=False),
    sa.Column("label_note", sa.String(200), nullable=False),
    sa.Column("label_at", UTCTime),
    sa.Column("weight", sa.Float, nullable=False),
    sa.Column("origin", sa.String(20), nullable=False),
    sa.Column("exclude", sa.String(60), nullable=False),
    sa.Column("written_at", UTCTime),
    sa.UniqueConstraint("site_id", "source", "source_id"),
    sa.Index("ix_imported_import_id", "import_id"),
    sa.Index("ix_imported_site_id_content_hash", "site_id", "content_hash"),
)

# What is left of Submissions whose rows were dropped: one row for each Site and day (UTC).
day_count = sa.Table(
    "day_count",
    metadata,
    sa.Column("site_id", ID, sa.ForeignKey("site.id", ondelete="RESTRICT"), primary_key=True),
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("api_calls", sa.BigInteger, nullable=False),
    sa.Column("spam", sa.BigInteger, nullable=False),
    sa.Column("ham", sa.BigInteger, nullable=False),
    sa.Column("missed_spam", sa.BigInteger, nullable=False),
    sa.Column("false_positives", sa.BigInteger, nullable=False),
)
