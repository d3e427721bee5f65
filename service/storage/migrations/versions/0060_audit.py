"""What was drawn by lot to be decided by a person who is not told so."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0025"


def upgrade() -> None:
    """Add a mark that the old program leaves out, and its small index."""
    op.add_column(
        "submission",
        sa.Column("is_audit", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.create_index(
        "ix_submission_audit",
        "submission",
        ["site_id", "id"],
        sqlite_where=sa.text("is_audit"),
        postgresql_where=sa.text("is_audit"),
    )
