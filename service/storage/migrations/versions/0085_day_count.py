"""Counts by day, for Submissions whose rows are dropped."""

import sqlalchemy as sa
from alembic import op

revision = "0085"
down_revision = "0084"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_COUNTS = ("api_calls", "spam", "ham", "missed_spam", "false_positives")


def upgrade() -> None:
    """A new table, which the old program does not know."""
    site = sa.ForeignKey("site.id", ondelete="RESTRICT", name=op.f("fk_day_count_site_id_site"))
    op.create_table(
        "day_count",
        sa.Column("site_id", _ID, site, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in _COUNTS),
        sa.PrimaryKeyConstraint("site_id", "day", name=op.f("pk_day_count")),
    )


def downgrade() -> None:
    """What was dropped counts for nothing any more."""
    op.drop_table("day_count")
