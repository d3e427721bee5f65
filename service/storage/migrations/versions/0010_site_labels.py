"""An index to a Site's newest labels: what its layer is built from. Copies; no `tables` here."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0007"


def upgrade() -> None:
    """Index the decided Submissions of each Site by the time of what holds."""
    decided = sa.text("decided_at IS NOT NULL")
    op.create_index(
        "ix_submission_site_id_decided_at",
        "submission",
        ["site_id", "decided_at"],
        sqlite_where=decided,
        postgresql_where=decided,
    )
