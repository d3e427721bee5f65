"""Change: one line of the log of everything that people changed beside deciding."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum


class What(enum.Enum):
    """What was changed."""

    SIGN_IN = "sign-in"
    SESSION_END = "session-end"
    PERSON_ADD = "person-add"
    PERSON_CHANGE = "person-change"
    PERSON_INVITE = "person-invite"
    PERSON_PASSWORD = "person-password"  # noqa: S105 - a word of the log
    PERSON_CLOSE = "person-close"
    PERSON_OPEN = "person-open"
    PROFILE = "profile"
    SECOND_FACTOR_ON = "second-factor-on"
    SECOND_FACTOR_OFF = "second-factor-off"
    IDENTITY = "identity"
    SITE_ADD = "site-add"
    SITE_POLICY = "site-policy"
    KEY_ISSUE = "key-issue"
    KEY_ROTATE = "key-rotate"
    KEY_REVOKE = "key-revoke"
    KEY_SUSPEND = "key-suspend"
    KEY_RESUME = "key-resume"
    WEBHOOK_ADD = "webhook-add"
    WEBHOOK_ROTATE = "webhook-rotate"
    WEBHOOK_PAUSE = "webhook-pause"
    WEBHOOK_RESUME = "webhook-resume"
    WEBHOOK_REMOVE = "webhook-remove"
    ENTRY_ADD = "entry-add"
    ENTRY_STATUS = "entry-status"
    ENTRY_HOLD = "entry-hold"
    ENTRY_RESTORE = "entry-restore"
    LOG_EXPORT = "log-export"
    PERSON_EXPORT = "person-export"
    ERASURE = "erasure"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Who changed what, when, on which Site. *detail* says from what to what, in short words.

    *actor* is the moderator's name, or what acted when it was none: "command line".
    """

    change_id: int
    made_at: dt.datetime
    moderator_id: int | None
    actor: str
    what: What
    subject: str
    site_id: int | None
    detail: dict[str, str]
