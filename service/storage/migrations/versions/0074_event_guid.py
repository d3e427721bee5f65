"""What was told of one comment is found without reading all events."""

from alembic import op

revision = "0074"
down_revision = "0073"


def upgrade() -> None:
    """Add an index, which the old program keeps up without knowing."""
    op.create_index("ix_event_guid", "event", ["guid"])


def downgrade() -> None:
    """Read them all again."""
    op.drop_index("ix_event_guid", "event")
