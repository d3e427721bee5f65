"""Chores by the clock and mail to be sent: rows that one process claims."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Two new tables."""
    op.create_table(
        "chore",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("claimed_by", sa.String(60), nullable=False),
        sa.Column("claimed_until", _TIME),
        sa.Column("done_at", _TIME),
        sa.Column("fault", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chore")),
    )
    op.create_table(
        "mail",
        sa.Column("id", _ID, nullable=False),
        sa.Column("moderator_id", _ID, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("next_at", _TIME),
        sa.Column("claimed_by", sa.String(60), nullable=False),
        sa.Column("sent_at", _TIME),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("fault", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.ForeignKeyConstraint(
            ["moderator_id"],
            ["moderator.id"],
            ondelete="RESTRICT",
            name=op.f("fk_mail_moderator_id_moderator"),
        ),
    )
    op.create_index("ix_mail_next_at", "mail", ["next_at"])
    op.create_index("ix_mail_moderator_id_kind_id", "mail", ["moderator_id", "kind", "id"])
