"""Events: what happened to a comment here, on its way to whoever must hear of it."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import enum
import hashlib
import hmac
import random
import secrets
from typing import Any, Final

from service.domain.decision import Decision
from service.domain.submission import Submission

# 10 s, 20 s, 40 s ... an hour; after three days nobody waits for it any more.
_FIRST_RETRY_S: Final = 10
_MOST_RETRY_S: Final = 3600
GIVES_UP_AFTER: Final = dt.timedelta(days=3)
# Both secrets sign for a day after a rotation, so that a receiver may take the new one in peace.
BOTH_SECRETS: Final = dt.timedelta(days=1)
# Why an Event for a paused Webhook is put aside; with these words it is found again.
PAUSED: Final = "the webhook is paused"


class Receiver(enum.Enum):
    """Who hears: the `callback` of an Akismet client, or an address that signed events go to."""

    AKISMET = "akismet"
    WEBHOOK = "webhook"


class EventKind(enum.Enum):
    """What happened. HOLD is a clock: a held comment that nobody decided in time."""

    DECISION = "decision"
    UNDO = "undo"
    REPORT = "report"
    HOLD = "hold"


class EventState(enum.Enum):
    """WAITING to be sent, SENT, or DEAD: given up, until somebody says "send again"."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing to tell one receiver. *lane*: events of one lane are sent one by one, in order.

    *guid* is the Submission it speaks of. *body* is what is sent, frozen, for a webhook; for an
    Akismet callback where to send, since what to say is what holds at that moment.
    """

    number: int
    event_id: str
    kind: EventKind
    receiver: Receiver
    guid: str
    lane: str
    body: dict[str, Any]
    created_at: dt.datetime
    due_at: dt.datetime
    state: EventState = EventState.WAITING
    attempts: int = 0
    stage: int = 0
    trouble: str = ""
    sent_at: dt.datetime | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An address that hears what happens to the comments of one Site; *site_id* None: of all.

    The secrets are sealed. *old_secret* signs too until *old_until*. From *paused_at* on nothing
    is sent; None when it hears.
    """

    webhook_id: int
    site_id: int | None
    url: str
    secret: str
    created_at: dt.datetime
    old_secret: str | None = None
    old_until: dt.datetime | None = None
    paused_at: dt.datetime | None = None


def new_event_id() -> str:
    """An id by which a receiver knows an event again."""
    return f"evt_{secrets.token_hex(12)}"


def new_secret() -> str:
    """A random secret for a webhook, in the spelling of Standard Webhooks (192 bits)."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode("ascii")


_TYPES: Final = {
    EventKind.DECISION: "comment.decided",
    EventKind.UNDO: "comment.undone",
    EventKind.REPORT: "comment.reported",
}


def write_event(
    kind: EventKind,
    submission: Submission,
    decision: Decision,
    blog: str,
    *,
    has_acted: bool = False,
) -> dict[str, Any]:
    """What a signed webhook says. No text and no person's data: the receiver knows its comment.

    *version* counts the Decisions about this comment: a receiver that has seen a higher one may
    forget this event. *has_acted*: since the Decision that is undone somebody reported this comment
    from its blog, so what is there now is theirs.
    """
    said: dict[str, Any] = {
        "type": _TYPES[kind],
        "timestamp": decision.decided_at.isoformat(),
        "data": {
            "guid": submission.guid,
            "comment_id": submission.arrival.client_ref or None,
            "site": blog,
            "outcome": submission.outcome.value,
            "act": decision.act.value,
            "source": decision.source.value,
            "version": submission.version,
        },
    }
    if has_acted:
        said["data"] |= {"blog_has_acted": True}
    return said


def sign(event_id: str, sent_at: dt.datetime, body: bytes, secret: str) -> str:
    """The signature of one attempt as Standard Webhooks spells it: `v1,` and base64 HMAC-SHA256."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{event_id}.{int(sent_at.timestamp())}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def retry_at(attempts: int, now: dt.datetime, chance: random.Random) -> dt.datetime:
    """When to try again after *attempts* tries: doubling up to an hour, a fifth more or less."""
    wait = min(_MOST_RETRY_S, _FIRST_RETRY_S * 2 ** min(attempts - 1, 12))
    return now + dt.timedelta(seconds=wait * chance.uniform(0.8, 1.2))
