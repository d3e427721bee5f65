"""The tables, in SQLAlchemy Core: the only place that names columns and their types."""

from __future__ import annotations

import datetime as dt
import enum
from typing import TYPE_CHECKING, Any

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


def _words(kind: type[enum.Enum]) -> sa.Enum:
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
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("name", sa.String(60), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

site = sa.Table(
    "site",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("blog", sa.String(500), nullable=False),
    sa.Column("address", sa.String(500), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("is_network", sa.Boolean(name="is_network"), nullable=False),
    sa.Column("parent_id", _ID, sa.ForeignKey("site.id", ondelete="RESTRICT")),
    sa.Column("policy", sa.Text, nullable=False),
    sa.Column("created_at", UTCTime, nullable=False),
    # Two calls that meet a new blog of a network at once make one Site.
    sa.UniqueConstraint("parent_id", "address"),
    sa.Index("ix_site_address", "address"),
)

api_key = sa.Table(
    "api_key",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("site_id", _ID, sa.ForeignKey("site.id", ondelete="RESTRICT"), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("key_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("hint", sa.String(4), nullable=False),
    sa.Column("created_at", UTCTime, nullable=False),
    sa.Column("last_used_at", UTCTime),
    sa.Column("revoked_at", UTCTime),
    sa.Column("scopes", sa.String(60), nullable=False, server_default="check feedback read"),
    # The person that a Key with the scope `decide` or `admin` acts for. No reference: SQLite
    # would have to rebuild the table under rows that refer to it, and no moderator is ever deleted.
    sa.Column("moderator_id", _ID),
    sa.Index("ix_api_key_site_id", "site_id"),
)

moderator = sa.Table(
    "moderator",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("name", sa.String(80), nullable=False, unique=True),
    sa.Column("password_hash", sa.String(200), nullable=False),
    sa.Column("role", _words(Role), nullable=False),
    sa.Column("created_at", UTCTime, nullable=False),
    sa.Column("deactivated_at", UTCTime),
)

session = sa.Table(
    "session",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column(
        "moderator_id", _ID, sa.ForeignKey("moderator.id", ondelete="RESTRICT"), nullable=False
    ),
    sa.Column("created_at", UTCTime, nullable=False),
    sa.Column("seen_at", UTCTime, nullable=False),
    sa.Index("ix_session_moderator_id", "moderator_id"),
)

submission = sa.Table(
    "submission",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("guid", sa.String(32), nullable=False, unique=True),
    sa.Column("site_id", _ID, sa.ForeignKey("site.id", ondelete="RESTRICT"), nullable=False),
    sa.Column("kind", _words(Kind), nullable=False),
    sa.Column("received_at", UTCTime, nullable=False),
    sa.Column("content_hash", sa.String(32), nullable=False),
    # JSON as text, not the engines' JSON types: PostgreSQL's refuse NUL, JSON text escapes it.
    sa.Column("comment", sa.Text, nullable=False),
    sa.Column("request", sa.Text, nullable=False),
    sa.Column("is_test", sa.Boolean(name="is_test"), nullable=False),
    sa.Column("other_blog", sa.String(500)),
    sa.Column("verdict", _words(Verdict)),
    sa.Column("score", sa.Float),
    sa.Column("evidence", sa.Text),
    sa.Column("model_id", sa.String(80)),
    sa.Column("rule", sa.String(60)),
    sa.Column("fault", sa.String(200)),
    sa.Column("took_ms", sa.Float, nullable=False),
    sa.Column("outcome", _words(Outcome), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("decided_at", UTCTime),
    # The queue and its neighbours page by id inside an Outcome; reports look for content.
    sa.Index("ix_submission_outcome_id", "outcome", "id"),
    sa.Index("ix_submission_site_id_outcome_id", "site_id", "outcome", "id"),
    sa.Index("ix_submission_site_id_content_hash", "site_id", "content_hash"),
    sa.Index("ix_submission_site_id_received_at", "site_id", "received_at"),
    sa.Index(
        "ix_submission_other_blog",
        "site_id",
        "other_blog",
        sqlite_where=sa.text("other_blog IS NOT NULL"),
        postgresql_where=sa.text("other_blog IS NOT NULL"),
    ),
)

decision = sa.Table(
    "decision",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column(
        "submission_id", _ID, sa.ForeignKey("submission.id", ondelete="RESTRICT"), nullable=False
    ),
    sa.Column("act", _words(Act), nullable=False),
    sa.Column("source", _words(Source), nullable=False),
    sa.Column("decided_at", UTCTime, nullable=False),
    # Restrict, never cascade: history outlives people.
    sa.Column("moderator_id", _ID, sa.ForeignKey("moderator.id", ondelete="RESTRICT")),
    sa.Column("reporter", sa.String(200), nullable=False),
    sa.Column("note", sa.String(2000), nullable=False),
    sa.Column("undoes", _ID, sa.ForeignKey("decision.id", ondelete="RESTRICT")),
    sa.Index("ix_decision_submission_id", "submission_id"),
    sa.Index("ix_decision_moderator_id_id", "moderator_id", "id"),
    sa.Index("ix_decision_source_id", "source", "id"),
)

# The text of a Key, encrypted, where a callback needs it (domain/sealing.py says why).
sealed_key = sa.Table(
    "sealed_key",
    metadata,
    sa.Column("key_id", _ID, sa.ForeignKey("api_key.id", ondelete="RESTRICT"), primary_key=True),
    sa.Column("sealed", sa.Text, nullable=False),
)

webhook = sa.Table(
    "webhook",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("site_id", _ID, sa.ForeignKey("site.id", ondelete="RESTRICT")),
    sa.Column("url", sa.String(500), nullable=False),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("old_secret", sa.Text),
    sa.Column("old_until", UTCTime),
    sa.Column("created_at", UTCTime, nullable=False),
    sa.Column("removed_at", UTCTime),
    sa.Index("ix_webhook_site_id", "site_id"),
)

event = sa.Table(
    "event",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("event_id", sa.String(40), nullable=False),
    sa.Column("kind", _words(EventKind), nullable=False),
    sa.Column("receiver", _words(Receiver), nullable=False),
    sa.Column("guid", sa.String(32), nullable=False),
    sa.Column("lane", sa.String(80), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("created_at", UTCTime, nullable=False),
    sa.Column("due_at", UTCTime, nullable=False),
    sa.Column("state", _words(EventState), nullable=False),
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
)
