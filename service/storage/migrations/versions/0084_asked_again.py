"""What was checked again, and what one person gave to another."""

import sqlalchemy as sa
from alembic import op

revision = "0084"
down_revision = "0080"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """New tables, which the old program does not know, and a column that it leaves out."""
    _table(
        "handover",
        _to("handover", "sender_id", "moderator"),
        _to("handover", "receiver_id", "moderator"),
        sa.Column("note", sa.String(2000), nullable=False),
    )
    _table(
        "recheck",
        _to("recheck", "moderator_id", "moderator"),
        sa.Column("model_id", sa.String(80), nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("rule", sa.String(60), nullable=False),
        sa.Column("was_model_id", sa.String(80), nullable=False),
        sa.Column("was_score", sa.Float),
    )
    op.add_column("claim", sa.Column("handover_id", _ID))


def downgrade() -> None:
    """Claims stay; who sent them is forgotten."""
    op.drop_column("claim", "handover_id")
    op.drop_table("recheck")
    op.drop_table("handover")


def _table(name: str, *columns: sa.Column[int] | sa.Column[str] | sa.Column[float]) -> None:
    op.create_table(
        name,
        sa.Column("id", _ID, nullable=False),
        _to(name, "submission_id", "submission"),
        *columns,
        sa.Column("made_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_index(f"ix_{name}_submission_id", name, ["submission_id"])


def _to(table: str, column: str, other: str) -> sa.Column[int]:
    key = sa.ForeignKey(
        f"{other}.id", ondelete="RESTRICT", name=op.f(f"fk_{table}_{column}_{other}")
    )
    return sa.Column(column, _ID, key, nullable=False)
