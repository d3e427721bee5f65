"""Webhooks that are paused."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0061"


def upgrade() -> None:
    """Add a column that the old program leaves out: to it, no webhook is paused."""
    op.add_column("webhook", sa.Column("paused_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """What was paused hears again."""
    op.drop_column("webhook", "paused_at")
