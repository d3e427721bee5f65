"""Events out: the outbox, who hears it, and the keys that callbacks must carry."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0010"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add sealed_key, webhook and event; nothing that was there changes."""
    op.create_table(
        "sealed_key",
        sa.Column("key_id", _ID, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_sealed_key")),
        sa.ForeignKeyConstraint(
            ["key_id"],
            ["api_key.id"],
            ondelete="RESTRICT",
            name=op.f("fk_sealed_key_key_id_api_key"),
        ),
    )
    op.create_table(
        "webhook",
        sa.Column("id", _ID, nullable=False),
        sa.Column("site_id", _ID),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("old_secret", sa.Text),
        sa.Column("old_until", _TIME),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("removed_at", _TIME),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], ondelete="RESTRICT", name=op.f("fk_webhook_site_id_site")
        ),
    )
    op.create_index("ix_webhook_site_id", "webhook", ["site_id"])
    _event()


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("id", _ID, nullable=False),
        sa.Column("event_id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("receiver", sa.String(20), nullable=False),
        sa.Column("guid", sa.String(32), nullable=False),
        sa.Column("lane", sa.String(80), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("stage", sa.Integer, nullable=False),
        sa.Column("may_publish", sa.Boolean, nullable=False),
        sa.Column("trouble", sa.String(500), nullable=False),
        sa.Column("sent_at", _TIME),
        sa.Column("claimed_by", sa.String(40)),
        sa.Column("claimed_until", _TIME),
        sa.CheckConstraint(
            "kind IN ('decision', 'undo', 'report', 'hold')", name=op.f("ck_event_eventkind")
        ),
        sa.CheckConstraint("receiver IN ('akismet', 'webhook')", name=op.f("ck_event_receiver")),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'dead')", name=op.f("ck_event_eventstate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_state_due_at", "event", ["state", "due_at"])
    op.create_index("ix_event_lane_id", "event", ["lane", "id"])
