"""Scopes of keys, calls that count once, and history brought in from elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0020"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add to keys what the old program can leave out; the rest is new."""
    op.add_column(
        "api_key",
        sa.Column("scopes", sa.String(60), nullable=False, server_default="check feedback read"),
    )
    op.add_column("api_key", sa.Column("moderator_id", _ID))
    op.create_table(
        "idempotency",
        sa.Column("key_id", _ID, nullable=False),
        sa.Column("name_hash", sa.String(64), nullable=False),
        sa.Column("body_hash", sa.String(64), nullable=False),
        sa.Column("guid", sa.String(32), nullable=False),
        sa.Column("is_done", sa.Boolean, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("key_id", "name_hash", name=op.f("pk_idempotency")),
        sa.ForeignKeyConstraint(
            ["key_id"],
            ["api_key.id"],
            ondelete="RESTRICT",
            name=op.f("fk_idempotency_key_id_api_key"),
        ),
    )
    op.create_index("ix_idempotency_expires_at", "idempotency", ["expires_at"])
    _history()


def _history() -> None:
    op.create_table(
        "history_import",
        sa.Column("id", _ID, nullable=False),
        sa.Column("site_id", _ID, nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("finished_at", _TIME),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_import")),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
            ondelete="RESTRICT",
            name=op.f("fk_history_import_site_id_site"),
        ),
    )
    op.create_table(
        "imported",
        sa.Column("id", _ID, nullable=False),
        sa.Column("import_id", _ID, nullable=False),
        sa.Column("site_id", _ID, nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("source_id", sa.String(200), nullable=False),
        sa.Column("content_hash", sa.String(32), nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("label", sa.String(4)),
        sa.Column("label_source", sa.String(10), nullable=False),
        sa.Column("label_note", sa.String(200), nullable=False),
        sa.Column("label_at", _TIME),
        sa.Column("weight", sa.Float, nullable=False),
        sa.Column("origin", sa.String(20), nullable=False),
        sa.Column("exclude", sa.String(60), nullable=False),
        sa.Column("written_at", _TIME),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported")),
        sa.UniqueConstraint(
            "site_id", "source", "source_id", name=op.f("uq_imported_site_id_source_source_id")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], ondelete="RESTRICT", name=op.f("fk_imported_site_id_site")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["history_import.id"],
            ondelete="RESTRICT",
            name=op.f("fk_imported_import_id_history_import"),
        ),
    )
    op.create_index("ix_imported_import_id", "imported", ["import_id"])
    op.create_index("ix_imported_site_id_content_hash", "imported", ["site_id", "content_hash"])
