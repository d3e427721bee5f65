"""Entries that decide no longer by themselves, since people went against them."""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add columns that the old program leaves out: to it, no entry is held."""
    op.add_column("entry", sa.Column("held_at", _TIME))
    for name in ("held_wrong", "held_of"):
        op.add_column("entry", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    op.add_column("entry", sa.Column("counted_from", _TIME))


def downgrade() -> None:
    """What was held decides by itself again."""
    for name in ("counted_from", "held_of", "held_wrong", "held_at"):
        op.drop_column("entry", name)
