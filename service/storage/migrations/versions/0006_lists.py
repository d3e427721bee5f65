"""Lists: their entries and what each of them found."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def _words(name: str, kind: str, *words: str) -> tuple[sa.Column[Any], sa.CheckConstraint]:
    listed = ", ".join(f"'{word}'" for word in words)
    column = sa.Column(name, sa.String(20), nullable=False)
    return column, sa.CheckConstraint(f"{name} IN ({listed})", name=op.f(f"ck_entry_{kind}"))


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], ondelete="RESTRICT", name=name)


def upgrade() -> None:
    """Two new tables."""
    kinds = ("ip", "email", "domain", "phrase", "regex", "language")
    op.create_table(
        "entry",
        sa.Column("id", _ID, nullable=False),
        sa.Column("site_id", _ID),
        *_words("kind", "entrykind", *kinds),
        sa.Column("pattern", sa.String(500), nullable=False),
        *_words("effect", "effect", "allow", "hold", "spam"),
        *_words("status", "entrystatus", "draft", "shadow", "live", "ended"),
        sa.Column("why", sa.String(500), nullable=False),
        sa.Column("made_by", _ID, nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME),
        sa.Column("decision_id", _ID),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        _to("entry", "site_id", "site"),
        _to("entry", "made_by", "moderator"),
        _to("entry", "decision_id", "decision"),
    )
    for column in ("status", "site_id", "decision_id"):
        op.create_index(f"ix_entry_{column}", "entry", [column])
    op.create_table(
        "entry_hit",
        sa.Column("entry_id", _ID, nullable=False, autoincrement=False),
        sa.Column("guid", sa.String(32), nullable=False),
        sa.Column("hit_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "guid", name=op.f("pk_entry_hit")),
        _to("entry_hit", "entry_id", "entry"),
    )
    op.create_index("ix_entry_hit_hit_at", "entry_hit", ["hit_at"])
