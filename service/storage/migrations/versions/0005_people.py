"""People: their Sites, choices, second factor, sessions in detail; the log of every change."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_REFUSED = "the log of changes is never changed"


def upgrade() -> None:
    """Columns that old rows have a value for, then tables, then what keeps the log as it is."""
    for table, name, kind, default in (
        ("moderator", "email", sa.String(200), ""),
        ("moderator", "preferences", sa.Text(), "{}"),
        ("session", "agent", sa.String(200), ""),
        ("session", "address", sa.String(64), ""),
    ):
        op.add_column(table, sa.Column(name, kind, nullable=False, server_default=default))
    op.create_table(
        "membership",
        _must("moderator_id", _ID),
        _must("site_id", _ID),
        _key("membership", "moderator_id", "site_id"),
        _to("membership", "moderator_id", "moderator"),
        _to("membership", "site_id", "site"),
    )
    op.create_index("ix_membership_site_id", "membership", ["site_id"])
    _doors()
    _log()


def _must(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, autoincrement=False)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], ondelete="RESTRICT", name=name)


def _doors() -> None:
    op.create_table(
        "totp",
        _must("moderator_id", _ID),
        _must("sealed", sa.String(300)),
        sa.Column("confirmed_at", _TIME),
        _must("last_step", sa.BigInteger()),
        _key("totp", "moderator_id"),
        _to("totp", "moderator_id", "moderator"),
    )
    op.create_table(
        "recovery_code",
        _must("moderator_id", _ID),
        _must("code_hash", sa.String(64)),
        _key("recovery_code", "moderator_id", "code_hash"),
        _to("recovery_code", "moderator_id", "moderator"),
    )
    op.create_table(
        "identity",
        _must("issuer", sa.String(200)),
        _must("subject", sa.String(255)),
        _must("moderator_id", _ID),
        _must("added_at", _TIME),
        _key("identity", "issuer", "subject"),
        _to("identity", "moderator_id", "moderator"),
    )
    op.create_index("ix_identity_moderator_id", "identity", ["moderator_id"])
    op.create_table(
        "invitation",
        _must("token_hash", sa.String(64)),
        _must("moderator_id", _ID),
        _must("ends_at", _TIME),
        _key("invitation", "token_hash"),
        _to("invitation", "moderator_id", "moderator"),
    )
    op.create_index("ix_invitation_moderator_id", "invitation", ["moderator_id"])


def _log() -> None:
    op.create_table(
        "change",
        sa.Column("id", _ID, nullable=False),
        _must("made_at", _TIME),
        sa.Column("moderator_id", _ID),
        _must("actor", sa.String(80)),
        _must("what", sa.String(40)),
        _must("subject", sa.String(200)),
        sa.Column("site_id", _ID),
        _must("detail", sa.Text()),
        _key("change", "id"),
        _to("change", "moderator_id", "moderator"),
        _to("change", "site_id", "site"),
    )
    op.create_index("ix_change_moderator_id_id", "change", ["moderator_id", "id"])
    op.create_index("ix_change_what_id", "change", ["what", "id"])
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER change_{event.lower()} BEFORE {event} ON change "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
            )
        return
    op.execute(
        "CREATE FUNCTION change_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$",
    )
    op.execute(
        "CREATE TRIGGER change_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON change "
        "FOR EACH STATEMENT EXECUTE FUNCTION change_is_append_only()",
    )
