"""The first tables. Copies of what they were then; never imports `tables`."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def _words(name: str, table: str, *words: str) -> tuple[sa.String, sa.CheckConstraint]:
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.String(20), sa.CheckConstraint(
        f"{name} IN ({listed})",
        name=op.f(f"ck_{table}_{name}"),
    )


def upgrade() -> None:
    """Make every table of the first release."""
    _sites()
    _people()
    _submissions()
    _decisions()


def _sites() -> None:
    op.create_table(
        "meta",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_meta")),
    )
    op.create_table(
        "site",
        sa.Column("id", _ID, nullable=False),
        sa.Column("blog", sa.String(500), nullable=False),
        sa.Column("address", sa.String(500), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("is_network", sa.Boolean, nullable=False),
        sa.Column("parent_id", _ID),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("parent_id", "address", name=op.f("uq_site_parent_id_address")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["site.id"], ondelete="RESTRICT", name=op.f("fk_site_parent_id_site")
        ),
    )
    op.create_index("ix_site_address", "site", ["address"])
    op.create_table(
        "api_key",
        sa.Column("id", _ID, nullable=False),
        sa.Column("site_id", _ID, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("hint", sa.String(4), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("last_used_at", _TIME),
        sa.Column("revoked_at", _TIME),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_key_key_hash")),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], ondelete="RESTRICT", name=op.f("fk_api_key_site_id_site")
        ),
    )
    op.create_index("ix_api_key_site_id", "api_key", ["site_id"])


def _people() -> None:
    role, roles = _words(
        "role", "moderator", "viewer", "moderator", "senior", "maintainer", "owner"
    )
    op.create_table(
        "moderator",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("role", role, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("deactivated_at", _TIME),
        roles,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderator")),
        sa.UniqueConstraint("name", name=op.f("uq_moderator_name")),
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("moderator_id", _ID, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
        sa.ForeignKeyConstraint(
            ["moderator_id"],
            ["moderator.id"],
            ondelete="RESTRICT",
            name=op.f("fk_session_moderator_id_moderator"),
        ),
    )
    op.create_index("ix_session_moderator_id", "session", ["moderator_id"])


def _submissions() -> None:
    kind, kinds = _words("kind", "submission", "check", "report")
    verdict, verdicts = _words("verdict", "submission", "HAM", "UNSURE", "SPAM", "BLATANT")
    outcome, outcomes = _words("outcome", "submission", "HAM", "UNSURE", "SPAM", "REMOVED")
    op.create_table(
        "submission",
        sa.Column("id", _ID, nullable=False),
        sa.Column("guid", sa.String(32), nullable=False),
        sa.Column("site_id", _ID, nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("content_hash", sa.String(32), nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("is_test", sa.Boolean, nullable=False),
        sa.Column("other_blog", sa.String(500)),
        sa.Column("verdict", verdict),
        sa.Column("score", sa.Float),
        sa.Column("evidence", sa.Text),
        sa.Column("model_id", sa.String(80)),
        sa.Column("rule", sa.String(60)),
        sa.Column("fault", sa.String(200)),
        sa.Column("took_ms", sa.Float, nullable=False),
        sa.Column("outcome", outcome, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("decided_at", _TIME),
        kinds,
        verdicts,
        outcomes,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("guid", name=op.f("uq_submission_guid")),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], ondelete="RESTRICT", name=op.f("fk_submission_site_id_site")
        ),
    )
    for columns in (
        ["outcome", "id"],
        ["site_id", "outcome", "id"],
        ["site_id", "content_hash"],
        ["site_id", "received_at"],
    ):
        op.create_index(f"ix_submission_{'_'.join(columns)}", "submission", columns)
    other = sa.text("other_blog IS NOT NULL")
    op.create_index(
        "ix_submission_other_blog",
        "submission",
        ["site_id", "other_blog"],
        sqlite_where=other,
        postgresql_where=other,
    )


def _decisions() -> None:
    act, acts = _words("act", "decision", "APPROVE", "SPAM", "REMOVE", "UNDO")
    source, sources = _words("source", "decision", "MODERATOR", "SITE")
    op.create_table(
        "decision",
        sa.Column("id", _ID, nullable=False),
        sa.Column("submission_id", _ID, nullable=False),
        sa.Column("act", act, nullable=False),
        sa.Column("source", source, nullable=False),
        sa.Column("decided_at", _TIME, nullable=False),
        sa.Column("moderator_id", _ID),
        sa.Column("reporter", sa.String(200), nullable=False),
        sa.Column("note", sa.String(2000), nullable=False),
        sa.Column("undoes", _ID),
        acts,
        sources,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{table}.id"],
                ondelete="RESTRICT",
                name=op.f(f"fk_decision_{column}_{table}"),
            )
            for column, table in (
                ("submission_id", "submission"),
                ("moderator_id", "moderator"),
                ("undoes", "decision"),
            )
        ),
    )
    op.create_index("ix_decision_submission_id", "decision", ["submission_id"])
    op.create_index("ix_decision_moderator_id_id", "decision", ["moderator_id", "id"])
    op.create_index("ix_decision_source_id", "decision", ["source", "id"])
