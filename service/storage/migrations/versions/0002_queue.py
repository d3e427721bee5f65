"""The queue: priority, claims, remarks, bulks, campaigns, authors, saved views."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_WAITING = "outcome = 'UNSURE'"
_DISCARDED = "verdict = 'BLATANT' AND outcome = 'SPAM' AND version = 0"


def upgrade() -> None:
    """Add columns that old rows need no value for, then tables, then indexes over what waits."""
    op.add_column("submission", sa.Column("priority", sa.Float))
    op.add_column("submission", sa.Column("author_key", sa.String(16)))
    op.add_column("submission", sa.Column("campaign_id", _ID))
    op.add_column("decision", sa.Column("reason", sa.String(60), nullable=False, server_default=""))
    op.add_column(
        "decision", sa.Column("teaches", sa.Boolean, nullable=False, server_default=sa.true())
    )
    op.add_column("decision", sa.Column("bulk_id", _ID))
    _sort_what_waits()
    _campaigns()
    _people()
    _bulks()
    _indexes()


def _sort_what_waits() -> None:
    """What waits already is sorted by its age alone; see domain/priority.py."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    half_days = (
        "(julianday(received_at) - julianday('2026-01-01')) * 2"
        if is_sqlite
        else "extract(epoch FROM received_at - timestamptz '2026-01-01 00:00:00+00') / 43200"
    )
    op.execute(f"UPDATE submission SET priority = -({half_days}) WHERE {_WAITING}")  # noqa: S608 - our own words


def _words(
    name: str, table: str, kind: str, *words: str
) -> tuple[sa.Column[str], sa.CheckConstraint]:
    listed = ", ".join(f"'{word}'" for word in words)
    column = sa.Column(name, sa.String(20), nullable=False)
    return column, sa.CheckConstraint(f"{name} IN ({listed})", name=op.f(f"ck_{table}_{kind}"))


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*(columns or ("id",)), name=op.f(f"pk_{table}"))


def _to(table: str, column: str, other: str, ondelete: str = "RESTRICT") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], ondelete=ondelete, name=op.f(f"fk_{table}_{column}_{other}")
    )


def _must(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, autoincrement=False)


def _campaigns() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", _ID, nullable=False),
        _must("signature", sa.String(256)),
        _must("first_id", _ID),
        _must("size", sa.Integer()),
        _must("first_at", _TIME),
        _must("last_at", _TIME),
        _key("campaign"),
    )
    op.create_index("ix_campaign_last_at", "campaign", ["last_at"])
    op.create_table(
        "campaign_band",
        _must("band", sa.BigInteger()),
        _must("campaign_id", _ID),
        _key("campaign_band", "band", "campaign_id"),
        _to("campaign_band", "campaign_id", "campaign", "CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_campaign_band_campaign_id", "campaign_band", ["campaign_id"])
    op.create_table(
        "author",
        _must("site_id", _ID),
        _must("author_key", sa.String(16)),
        _must("approved", sa.Integer()),
        _must("spam", sa.Integer()),
        _key("author", "site_id", "author_key"),
        _to("author", "site_id", "site"),
    )


def _people() -> None:
    op.create_table(
        "claim",
        _must("submission_id", _ID),
        _must("moderator_id", _ID),
        _must("is_deliberate", sa.Boolean()),
        _must("ends_at", _TIME),
        _key("claim", "submission_id"),
        _to("claim", "submission_id", "submission"),
        _to("claim", "moderator_id", "moderator"),
    )
    op.create_index("ix_claim_moderator_id", "claim", ["moderator_id"])
    kind, kinds = _words("kind", "remark", "remarkkind", "note", "claim", "release")
    op.create_table(
        "remark",
        sa.Column("id", _ID, nullable=False),
        _must("submission_id", _ID),
        _must("moderator_id", _ID),
        kind,
        _must("text", sa.String(2000)),
        _must("made_at", _TIME),
        kinds,
        _key("remark"),
        _to("remark", "submission_id", "submission"),
        _to("remark", "moderator_id", "moderator"),
    )
    op.create_index("ix_remark_submission_id", "remark", ["submission_id"])
    op.create_table(
        "skipped",
        _must("moderator_id", _ID),
        _must("submission_id", _ID),
        _key("skipped", "moderator_id", "submission_id"),
        _to("skipped", "moderator_id", "moderator"),
        _to("skipped", "submission_id", "submission"),
    )
    op.create_index("ix_skipped_submission_id", "skipped", ["submission_id"])
    op.create_table(
        "saved_view",
        sa.Column("id", _ID, nullable=False),
        _must("moderator_id", _ID),
        _must("name", sa.String(80)),
        _must("place", sa.String(500)),
        _must("is_shared", sa.Boolean()),
        _must("made_at", _TIME),
        _key("saved_view"),
        _to("saved_view", "moderator_id", "moderator"),
    )
    op.create_index("ix_saved_view_moderator_id", "saved_view", ["moderator_id"])


def _bulks() -> None:
    act, acts = _words("act", "bulk", "act", "APPROVE", "SPAM", "REMOVE", "UNDO")
    state, states = _words("state", "bulk", "bulkstate", "shown", "running", "stopped", "done")
    op.create_table(
        "bulk",
        sa.Column("id", _ID, nullable=False),
        _must("guid", sa.String(32)),
        _must("moderator_id", _ID),
        act,
        state,
        _must("asked", sa.String(500)),
        _must("note", sa.String(2000)),
        _must("reason", sa.String(60)),
        _must("total", sa.Integer()),
        _must("done", sa.Integer()),
        _must("passed_over", sa.Integer()),
        _must("made_at", _TIME),
        sa.Column("started_at", _TIME),
        sa.Column("ended_at", _TIME),
        sa.Column("undoes", _ID),
        acts,
        states,
        _key("bulk"),
        sa.UniqueConstraint("guid", name=op.f("uq_bulk_guid")),
        _to("bulk", "moderator_id", "moderator"),
        _to("bulk", "undoes", "bulk"),
    )
    op.create_index("ix_bulk_state", "bulk", ["state"])
    op.create_index("ix_bulk_undoes", "bulk", ["undoes"])
    _bulk_items()


def _bulk_items() -> None:
    words = ("waits", "left-out", "done", "changed")
    item_state, item_states = _words("state", "bulk_item", "itemstate", *words)
    op.create_table(
        "bulk_item",
        _must("bulk_id", _ID),
        _must("submission_id", _ID),
        _must("seen_version", sa.Integer()),
        item_state,
        _must("is_trusted", sa.Boolean()),
        _must("teaches", sa.Boolean()),
        sa.Column("undoes", _ID),
        item_states,
        _key("bulk_item", "bulk_id", "submission_id"),
        _to("bulk_item", "bulk_id", "bulk", "CASCADE"),
        _to("bulk_item", "submission_id", "submission"),
        _to("bulk_item", "undoes", "decision"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_bulk_item_bulk_id_state", "bulk_item", ["bulk_id", "state", "submission_id"]
    )
    op.create_index("ix_bulk_item_submission_id", "bulk_item", ["submission_id"])


def _some(name: str, table: str, columns: list[str], where: str) -> None:
    clause = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=clause, postgresql_where=clause)


def _indexes() -> None:
    # Replaced by one for each list: with one over all, SQLite sorts what it could read in order.
    op.drop_index("ix_submission_outcome_id", "submission")
    for name, word in (
        ("waiting", "UNSURE"),
        ("spam", "SPAM"),
        ("ham", "HAM"),
        ("removed", "REMOVED"),
    ):
        _some(f"ix_submission_{name}_id", "submission", ["id"], f"outcome = '{word}'")
    for columns in (
        ["priority", "id"],
        ["site_id", "priority", "id"],
        ["score", "id"],
        ["site_id", "score", "id"],
        ["campaign_id", "id"],
    ):
        _some(f"ix_submission_waiting_{'_'.join(columns)}", "submission", columns, _WAITING)
    _some("ix_submission_discarded", "submission", ["id"], _DISCARDED)
    of_campaign = "campaign_id IS NOT NULL"
    _some("ix_submission_campaign_id_id", "submission", ["campaign_id", "id"], of_campaign)
    _some("ix_decision_bulk_id_id", "decision", ["bulk_id", "id"], "bulk_id IS NOT NULL")
    _some("ix_decision_undoes", "decision", ["undoes"], "undoes IS NOT NULL")
    _some("ix_decision_single_id", "decision", ["id"], "bulk_id IS NULL")
    op.create_index("ix_decision_decided_at", "decision", ["decided_at"])
