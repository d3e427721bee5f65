"""The tables, in SQLAlchemy Core: the only place that names columns and their types."""

from __future__ import annotations

import datetime as dt
import enum
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models.verdict import Verdict
from service.domain.decision import Act, Outcome, Source
from service.domain.event import EventKind, EventState, Receiver
from service.domain.moderator import Role
from service.domain.submission import Kind

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect


class UTCTime(sa.types.TypeDecorator[dt.datetime]):
    """A point in time, aware and in UTC on our side whatever the engine keeps."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:  # noqa: ANN401 - the driver's own
        """To the engine: SQLite has no zones, so it gets the plain UTC reading."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time point without a zone must not be stored")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:  # noqa: ANN401, ARG002
        """From the engine: always aware, always UTC."""
        if value is None:
            return None
        moment: dt.datetime = value
        return moment.replace(tzinfo=dt.UTC) if not moment.tzinfo else moment.astimezone(dt.UTC)


def words(kind: type[enum.Enum]) -> sa.Enum:
    """An enum stored as its words, with a CHECK, the same on both engines."""
    return sa.Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=20,
        name=kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    },
)

# SQLite counts rows up only in a column that says INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("name", sa.String(60), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

site = sa.Table(
    "site",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("blog", sa.String(500), nullable=False),
    sa.Column("address", sa.String(500), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("is_network", sa.Boolean(name="is_network"), nullable=False),
    sa.Column("parent_id", ID, sa.ForeignKey("site.id", ondelete="RESTRICT")),
    sa.Column("policy", sa.Text, nullable=False),
    sa.Column("created_at", UTCTime, nullable=False),
    # Two calls that meet a new blog of a network at once make one Site.
    sa.UniqueConstraint("parent_id", "address"),
    sa.Index("ix_site_address", "address"),
)

api_key = sa.Table(
    "api_key",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("site_id", ID, sa.ForeignKey("site.id", ondelete="RESTRICT"), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("key_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("hint", sa.String(4), nullable=False),
    sa.Column("created_at", UTCTime, nullable=False),
    sa.Column("last_used_at", UTCTime),
    sa.Column("revoked_at", UTCTime),
    sa.Column("scopes", sa.String(60), nullable=False, server_default="check feedback read"),
    # The person that a Key with the scope `decide` or `admin` acts for. No reference: SQLite
    # would have to rebuild the table under rows that refer to it, and no moderator is ever deleted.
    sa.Column("moderator_id", ID),
    sa.Column("suspended_at", UTCTime),
    sa.Index("ix_api_key_site_id", "site_id"),
)

moderator = sa.Table(
    "moderator",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("name", sa.String(80), nullable=False, unique=True),
    sa.Column("password_hash", sa.String(200), nullable=False),
    sa.Column("role", words(Role), nullable=False),
    sa.Column("created_at", UTCTime, nullable=False),
    sa.Column("deactivated_at", UTCTime),
    sa.Column("email", sa.String(200), nullable=False, server_default=""),
    sa.Column("preferences", sa.Text, nullable=False, server_default="{}"),
)

session = sa.Table(
    "session",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column(
        "moderator_id", ID, sa.ForeignKey("moderator.id", ondelete="RESTRICT"), nullable=False
    ),
    sa.Column("created_at", UTCTime, nullable=False),
    sa.Column("seen_at", UTCTime, nullable=False),
    # Where it was opened, for its owner to know it again.
    sa.Column("agent", sa.String(200), nullable=False, server_default=""),
    sa.Column("address", sa.String(64), nullable=False, server_default=""),
    sa.Index("ix_session_moderator_id", "moderator_id"),
)

# Literals, never bound values: an engine takes a partial index only when it can read the match.
WAITING: Final = "outcome = 'UNSURE'"
AUDIT: Final = "is_audit"
DISCARDED: Final = "verdict = 'BLATANT' AND outcome = 'SPAM' AND version = 0"

LISTS: Final = {
    "waiting": WAITING,
    "spam": "outcome = 'SPAM'",
    "ham": "outcome = 'HAM'",
    "removed": "outcome = 'REMOVED'",
}


def _some(name: str, columns: tuple[str, ...], where: str) -> sa.Index:
    """A partial index: over the rows *where* says, no others."""
    return sa.Index(name, *columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _waiting(*columns: str) -> sa.Index:
    return _some(f"ix_submission_waiting_{'_'.join(columns)}", columns, WAITING)


submission = sa.Table(
    "submission",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("guid", sa.String(32), nullable=False, unique=True),
    sa.Column("site_id", ID, sa.ForeignKey("site.id", ondelete="RESTRICT"), nullable=False),
    sa.Column("kind", words(Kind), nullable=False),
    sa.Column("received_at", UTCTime, nullable=False),
    sa.Column("content_hash", sa.String(32), nullable=False),
    # JSON as text, not the engines' JSON types: PostgreSQL's refuse NUL, JSON text escapes it.
    sa.Column("comment", sa.Text, nullable=False),
    sa.Column("request", sa.Text, nullable=False),
    sa.Column("is_test", sa.Boolean(name="is_test"), nullable=False),
    sa.Column("other_blog", sa.String(500)),
    sa.Column("verdict", words(Verdict)),
    sa.Column("score", sa.Float),
    sa.Column("evidence", sa.Text),
    sa.Column("model_id", sa.String(80)),
    sa.Column("rule", sa.String(60)),
    sa.Column("fault", sa.String(200)),
    sa.Column("took_ms", sa.Float, nullable=False),
    sa.Column("outcome", words(Outcome), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("decided_at", UTCTime),
    # What waits first; see domain/priority.py. None for what does not wait when it arrives.
    sa.Column("priority", sa.Float),
    # Who wrote it, as far as a blog's visitor has an identity; see domain/author.py.
    sa.Column("author_key", sa.String(16)),
    # The group of near-duplicates; set afterwards, by workflows/index_new.py.
    # Without a foreign key: SQLite would have to copy the table to add one.
    sa.Column("campaign_id", ID),
    sa.Column("is_audit", sa.Boolean(name="is_audit"), nullable=False, server_default=sa.false()),
    # One index for each list, by id; over all of them SQLite would rather sort than read in order.
    *(_some(f"ix_submission_{name}_id", ("id",), where) for name, where in LISTS.items()),
    sa.Index("ix_submission_site_id_outcome_id", "site_id", "outcome", "id"),
    sa.Index("ix_submission_site_id_content_hash", "site_id", "content_hash"),
    sa.Index("ix_submission_site_id_received_at", "site_id", "received_at"),
    # A Site's newest labels, for its layer.
    sa.Index(
        "ix_submission_site_id_decided_at",
        "site_id",
        "decided_at",
        sqlite_where=sa.text("decided_at IS NOT NULL"),
        postgresql_where=sa.text("decided_at IS NOT NULL"),
    ),
    sa.Index(
        "ix_submission_other_blog",
        "site_id",
        "other_blog",
        sqlite_where=sa.text("other_blog IS NOT NULL"),
        postgresql_where=sa.text("other_blog IS NOT NULL"),
    ),
    # Only what waits is in these: they stay as small as the queue, whatever is settled.
    _waiting("priority", "id"),
    _waiting("site_id", "priority", "id"),
    _waiting("score", "id"),
    _waiting("site_id", "score", "id"),
    _waiting("campaign_id", "id"),
    _some("ix_submission_discarded", ("id",), DISCARDED),
    _some("ix_submission_audit", ("site_id", "id"), AUDIT),
    _some("ix_submission_campaign_id_id", ("campaign_id", "id"), "campaign_id IS NOT NULL"),
)

decision = sa.Table(
    "decision",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column(
        "submission_id", ID, sa.ForeignKey("submission.id", ondelete="RESTRICT"), nullable=False
    ),
    sa.Column("act", words(Act), nullable=False),
    sa.Column("source", words(Source), nullable=False),
    sa.Column("decided_at", UTCTime, nullable=False),
    # Restrict, never cascade: history outlives people.
    sa.Column("moderator_id", ID, sa.ForeignKey("moderator.id", ondelete="RESTRICT")),
    sa.Column("reporter", sa.String(200), nullable=False),
    sa.Column("note", sa.String(2000), nullable=False),
    sa.Column("undoes", ID, sa.ForeignKey("decision.id", ondelete="RESTRICT")),
    # A word from the Site's list of reasons, "" for none.
    sa.Column("reason", sa.String(60), nullable=False, server_default=""),
    # Many near-duplicates decided at once teach a few times, not thousands of times.
    sa.Column("teaches", sa.Boolean(name="teaches"), nullable=False, server_default=sa.true()),
    sa.Column("bulk_id", ID),
    sa.Index("ix_decision_submission_id", "submission_id"),
    sa.Index("ix_decision_moderator_id_id", "moderator_id", "id"),
    sa.Index("ix_decision_source_id", "source", "id"),
    _some("ix_decision_bulk_id_id", ("bulk_id", "id"), "bulk_id IS NOT NULL"),
    _some("ix_decision_undoes", ("undoes",), "undoes IS NOT NULL"),
    _some("ix_decision_single_id", ("id",), "bulk_id IS NULL"),
    sa.Index("ix_decision_decided_at", "decided_at"),
)

# The text of a Key, encrypted, where a callback needs it (domain/sealing.py says why).
sealed_key = sa.Table(
    "sealed_key",
    metadata,
    sa.Column("key_id", ID, sa.ForeignKey("api_key.id", ondelete="RESTRICT"), primary_key=True),
    sa.Column("sealed", sa.Text, nullable=False),
)

webhook = sa.Table(
    "webhook",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("site_id", ID, sa.ForeignKey("site.id", ondelete="RESTRICT")),
    sa.Column("url", sa.String(500), nullable=False),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("old_secret", sa.Text),
    sa.Column("old_until", UTCTime),
    sa.Column("created_at", UTCTime, nullable=False),
    sa.Column("removed_at", UTCTime),
    sa.Column("paused_at", UTCTime),
    sa.Index("ix_webhook_site_id", "site_id"),
)

event = sa.Table(
    "event",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("event_id", sa.String(40), nullable=False),
    sa.Column("kind", words(EventKind), nullable=False),
    sa.Column("receiver", words(Receiver), nullable=False),
    sa.Column("guid", sa.String(32), nullable=False),
    sa.Column("lane", sa.String(80), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("created_at", UTCTime, nullable=False),
    sa.Column("due_at", UTCTime, nullable=False),
    sa.Column("state", words(EventState), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("stage", sa.Integer, nullable=False),
    # Whether any attempt may have put the comment on its blog's page; never taken back.
    sa.Column("may_publish", sa.Boolean(name="may_publish"), nullable=False),
    sa.Column("trouble", sa.String(500), nullable=False),
    sa.Column("sent_at", UTCTime),
    sa.Column("claimed_by", sa.String(40)),
    sa.Column("claimed_until", UTCTime),
    sa.Index("ix_event_state_due_at", "state", "due_at"),
    sa.Index("ix_event_lane_id", "lane", "id"),
    sa.Index("ix_event_guid", "guid"),
)
