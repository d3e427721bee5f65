"""Keys that are suspended."""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0074"


def upgrade() -> None:
    """Add a column that the old program leaves out: to it, no key is suspended."""
    op.add_column("api_key", sa.Column("suspended_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """What was suspended works again."""
    op.drop_column("api_key", "suspended_at")
