"""Campaigns whose next members are decided as a person said."""

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """A new table, which the old program does not know."""
    op.create_table(
        "campaign_follow",
        sa.Column("id", _ID, nullable=False),
        sa.Column("campaign_id", _ID, nullable=False),
        sa.Column("bulk_id", _ID, nullable=False),
        sa.Column("ends_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_follow")),
        sa.ForeignKeyConstraint(
            ["bulk_id"],
            ["bulk.id"],
            ondelete="RESTRICT",
            name=op.f("fk_campaign_follow_bulk_id_bulk"),
        ),
    )
    for column in ("campaign_id", "bulk_id"):
        op.create_index(f"ix_campaign_follow_{column}", "campaign_follow", [column])


def downgrade() -> None:
    """Nothing is followed any more; what was decided stays."""
    op.drop_table("campaign_follow")
