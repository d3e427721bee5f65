"""The tables of what stands around the queue: people, the log of changes, lists, chores, mail.

Hung on the same metadata as `tables`.
"""

from __future__ import annotations

import sqlalchemy as sa

from service.domain.entry import Effect, EntryKind, EntryStatus
from service.storage.tables import ID, UTCTime, metadata, words


def _to(table: str, *, ondelete: str = "RESTRICT") -> sa.ForeignKey:
    return sa.ForeignKey(f"{table}.id", ondelete=ondelete)


# On which Sites a person works; no row at all means on every one.
membership = sa.Table(
    "membership",
    metadata,
    sa.Column("moderator_id", ID, _to("moderator"), primary_key=True, autoincrement=False),
    sa.Column("site_id", ID, _to("site"), primary_key=True, autoincrement=False),
    sa.Index("ix_membership_site_id", "site_id"),
)

# The second factor. *last_step* keeps a code from being used twice.
totp = sa.Table(
    "totp",
    metadata,
    sa.Column("moderator_id", ID, _to("moderator"), primary_key=True, autoincrement=False),
    # Encrypted with the deployment's secret: a dump alone signs nobody in.
    sa.Column("sealed", sa.String(300), nullable=False),
    sa.Column("confirmed_at", UTCTime),
    sa.Column("last_step", sa.BigInteger, nullable=False),
)
recovery_code = sa.Table(
    "recovery_code",
    metadata,
    sa.Column("moderator_id", ID, _to("moderator"), primary_key=True, autoincrement=False),
    sa.Column("code_hash", sa.String(64), primary_key=True),
)

# Who a person is at the OpenID provider.
identity = sa.Table(
    "identity",
    metadata,
    sa.Column("issuer", sa.String(200), primary_key=True),
    sa.Column("subject", sa.String(255), primary_key=True),
    sa.Column("moderator_id", ID, _to("moderator"), nullable=False),
    sa.Column("added_at", UTCTime, nullable=False),
    sa.Index("ix_identity_moderator_id", "moderator_id"),
)

# A door that opens once: for a new password, without anybody knowing the old or the new one.
invitation = sa.Table(
    "invitation",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("moderator_id", ID, _to("moderator"), nullable=False),
    sa.Column("ends_at", UTCTime, nullable=False),
    sa.Index("ix_invitation_moderator_id", "moderator_id"),
)

# Every change of anything but Decisions, which are their own log. Triggers refuse to change it.
change = sa.Table(
    "change",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("made_at", UTCTime, nullable=False),
    sa.Column("moderator_id", ID, _to("moderator")),
    # Who, when it was no moderator: "command line", "chores".
    sa.Column("actor", sa.String(80), nullable=False),
    sa.Column("what", sa.String(40), nullable=False),
    sa.Column("subject", sa.String(200), nullable=False),
    sa.Column("site_id", ID, _to("site")),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Index("ix_change_moderator_id_id", "moderator_id", "id"),
    sa.Index("ix_change_what_id", "what", "id"),
)

entry = sa.Table(
    "entry",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("site_id", ID, _to("site")),
    sa.Column("kind", words(EntryKind), nullable=False),
    sa.Column("pattern", sa.String(500), nullable=False),
    sa.Column("effect", words(Effect), nullable=False),
    sa.Column("status", words(EntryStatus), nullable=False),
    sa.Column("why", sa.String(500), nullable=False),
    sa.Column("made_by", ID, _to("moderator"), nullable=False),
    sa.Column("made_at", UTCTime, nullable=False),
    sa.Column("changed_at", UTCTime, nullable=False),
    sa.Column("expires_at", UTCTime),
    # The Decision it was made with; taking that back ends the entry too.
    sa.Column("decision_id", ID, _to("decision")),
    # Since when it holds for a person instead: so many were wrong of those a moderator decided.
    sa.Column("held_at", UTCTime),
    sa.Column("held_wrong", sa.Integer, nullable=False, server_default="0"),
    sa.Column("held_of", sa.Integer, nullable=False, server_default="0"),
    # What it found before is not held against it: somebody looked, and put it back.
    sa.Column("counted_from", UTCTime),
    sa.Index("ix_entry_status", "status"),
    sa.Index("ix_entry_site_id", "site_id"),
    sa.Index("ix_entry_decision_id", "decision_id"),
)
entry_hit = sa.Table(
    "entry_hit",
    metadata,
    sa.Column("entry_id", ID, _to("entry"), primary_key=True, autoincrement=False),
    sa.Column("guid", sa.String(32), primary_key=True),
    sa.Column("hit_at", UTCTime, nullable=False),
    sa.Index("ix_entry_hit_hit_at", "hit_at"),
)

# What is to be done by the clock. A process claims a row before it does it.
chore = sa.Table(
    "chore",
    metadata,
    sa.Column("name", sa.String(60), primary_key=True),
    sa.Column("due_at", UTCTime, nullable=False),
    sa.Column("claimed_by", sa.String(60), nullable=False),
    sa.Column("claimed_until", UTCTime),
    sa.Column("done_at", UTCTime),
    sa.Column("fault", sa.String(200), nullable=False),
)
mail = sa.Table(
    "mail",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("moderator_id", ID, _to("moderator"), nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("subject", sa.String(200), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("made_at", UTCTime, nullable=False),
    sa.Column("next_at", UTCTime),
    sa.Column("claimed_by", sa.String(60), nullable=False),
    sa.Column("sent_at", UTCTime),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("fault", sa.String(200), nullable=False),
    sa.Index("ix_mail_next_at", "next_at"),
    sa.Index("ix_mail_moderator_id_kind_id", "moderator_id", "kind", "id"),
)
