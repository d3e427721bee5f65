"""Send what is due: claim, say what holds now, note how it went. Safe in several processes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import random
import secrets
from typing import Any, Final

from service.domain.decision import Outcome
from service.domain.event import (
    GIVES_UP_AFTER,
    PAUSED,
    Event,
    EventKind,
    Receiver,
    Webhook,
    retry_at,
    sign,
)
from service.domain.hold import Command, Hold, choose_command
from service.domain.sealing import unseal
from service.domain.submission import Submission
from service.outgoing import NotDelivered, Reply, Sender
from service.storage.store import Store
from service.storage.unit import Unit

# Longer than every timeout of a whole group together; after it a claim is anybody's.
_CLAIM: Final = dt.timedelta(minutes=15)
_GROUP: Final = 20
_OK: Final = range(200, 300)
_GONE: Final = 410


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One request, ready to be sent; *url* "" says that nothing needs saying (any more)."""

    url: str = ""
    body: bytes = b""
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    trouble: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """How many Events were sent, and how many were not (yet)."""

    sent: int = 0
    failed: int = 0


def deliver_events(
    *,
    store: Store,
    sender: Sender,
    secret: str,
    now: dt.datetime,
    chance: random.Random | None = None,
) -> Delivered:
    """Send one group of what is due at *now* (slow I/O; no connection is held meanwhile).

    Each Event at least once, and once only unless this process dies between sending and noting.
    When a receiver does not answer, what else waits for it in this group is put off untried.
    Raises StoreUnavailable.
    """
    chance = chance or random.Random()  # noqa: S311 - jitter, not a secret
    owner = secrets.token_hex(8)
    with store.begin() as unit:
        events = unit.events.claim(owner, until=now + _CLAIM, now=now, limit=_GROUP)
        unit.commit()
    sent = failed = 0
    silent: dict[str, dt.datetime] = {}
    for event in events:
        letter = _write(event, store, secret, now)
        if letter.url in silent:
            _put_off(event, owner, silent[letter.url], store)
            failed += 1
            continue
        trouble, is_final = _send(event, letter, sender)
        if not trouble:
            _note_sent(event, owner, store, now)
            sent += 1
            continue
        failed += 1
        again = _note_failed(
            event, owner, trouble, store=store, now=now, chance=chance, is_final=is_final
        )
        if again and letter.url:
            silent[letter.url] = again
    return Delivered(sent=sent, failed=failed)


def _send(event: Event, letter: Letter, sender: Sender) -> tuple[str, bool]:
    """What went wrong, "" for nothing, and whether trying again is useless."""
    if letter.trouble:
        return letter.trouble, True
    if not letter.url:
        return "", True
    try:
        reply = sender.post(letter.url, letter.body, letter.headers)
    except NotDelivered as error:
        return str(error), False
    if reply.status not in _OK:
        return f"HTTP {reply.status}", reply.status == _GONE
    if event.receiver is Receiver.AKISMET:
        return _refused(reply, event.body["guid"]), False
    return "", False


def _refused(reply: Reply, guid: str) -> str:
    """What the plugin says against this comment, or ""."""
    try:
        said = json.loads(reply.text)["comments"][guid]
        return "" if said["status"] == "success" else str(said.get("message") or "refused")
    except (ValueError, KeyError, TypeError):
        return "the answer is not that of an Akismet webhook"


def _note_sent(event: Event, owner: str, store: Store, now: dt.datetime) -> None:
    with store.begin() as unit:
        if event.kind is EventKind.HOLD and event.stage < 2:  # noqa: PLR2004 - stages 0, 1, 2
            hold = _hold(event)
            if event.stage == 0 and now >= hold.deadline:
                # Too late: the plugin's own timer may have been quicker.
                unit.events.set_may_publish(event.number)
            stage = event.stage + 1
            unit.events.set_stage(event.number, owner, stage=stage, due_at=hold.due_at(stage))
        else:
            unit.events.set_sent(event.number, owner, now)
        unit.commit()


def _note_failed(
    event: Event,
    owner: str,
    trouble: str,
    *,
    store: Store,
    now: dt.datetime,
    chance: random.Random,
    is_final: bool,
) -> dt.datetime | None:
    """When it is tried again; None when it is given up."""
    attempts = event.attempts + 1
    since = max(event.created_at, _hold(event).due_at(0)) if _is_hold(event) else event.created_at
    is_over = is_final or now - since >= GIVES_UP_AFTER
    again = None if is_over else retry_at(attempts, now, chance)
    with store.begin() as unit:
        unit.events.set_failed(
            event.number, owner, attempts=attempts, trouble=trouble, due_at=again
        )
        unit.commit()
    return again


def _put_off(event: Event, owner: str, until: dt.datetime, store: Store) -> None:
    with store.begin() as unit:
        unit.events.set_failed(
            event.number, owner, attempts=event.attempts, trouble="put off", due_at=until
        )
        unit.commit()


def _write(event: Event, store: Store, secret: str, now: dt.datetime) -> Letter:
    """What to send: for a callback what holds at this moment, never what held once."""
    with store.begin() as unit:
        if event.receiver is Receiver.WEBHOOK:
            letter = _write_signed(event, unit.webhooks.find(event.body["webhook"]), secret, now)
        else:
            letter = _write_callback(event, unit, secret, now)
        unit.commit()
    return letter


def _write_signed(event: Event, webhook: Webhook | None, secret: str, now: dt.datetime) -> Letter:
    if webhook is None:
        return Letter(trouble="the webhook was removed")
    if webhook.paused_at is not None:
        return Letter(trouble=PAUSED)
    is_old_alive = webhook.old_until is not None and now < webhook.old_until
    sealed = [webhook.secret, *([webhook.old_secret] if is_old_alive else [])]
    texts = [text for one in sealed if one and (text := unseal(one, secret))]
    if not texts:
        return Letter(trouble="the secret was sealed by another deployment")
    body = json.dumps(event.body["say"], separators=(",", ":")).encode()
    return Letter(
        url=webhook.url,
        body=body,
        headers={
            "Content-Type": "application/json",
            "webhook-id": event.event_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(sign(event.event_id, now, body, one) for one in texts),
        },
    )


def _write_callback(event: Event, unit: Unit, secret: str, now: dt.datetime) -> Letter:
    about = unit.submissions.find(event.guid)
    asked = unit.submissions.find(event.body["guid"])
    if about is None or asked is None:
        return Letter()
    sealed = unit.webhooks.find_sealed(event.body["key"])
    key = unseal(sealed, secret) if sealed else None
    if key is None:
        return Letter(trouble="the key is not kept: revoked, or the site no longer holds")
    command = _command(event, about, asked, unit=unit, now=now)
    if command is None:
        return Letter()
    if command is Command.PUBLISH:
        # Before it is sent: whether it arrived we may never know.
        unit.events.set_may_publish(event.number)
    said: dict[str, Any] = {
        "key": key,
        "endpoint": "comment-check",
        "comments": [{"guid": event.body["guid"], "result": word} for word in command.value],
    }
    return Letter(
        url=event.body["callback"],
        body=json.dumps(said, separators=(",", ":")).encode(),
        # Without it the plugin reports the change back to us as its moderator's (§8).
        headers={"Content-Type": "application/json", "X-Akismet-Webhook": "1"},
    )


def _command(
    event: Event, about: Submission, asked: Submission, *, unit: Unit, now: dt.datetime
) -> Command | None:
    found = event if _is_hold(event) else unit.events.find_hold(event.lane)
    outcome = about.outcome
    if outcome is Outcome.UNSURE:
        # Undone, or never decided: but maybe decided under the guid of another check of it.
        outcome = unit.submissions.find_later_outcome(asked)
    if _is_hold(event) and outcome is not Outcome.UNSURE:
        # Somebody decided; that has an Event of its own.
        return None
    return choose_command(
        outcome,
        unit.sites.get(asked.site_id).policy,
        _hold(found) if found else None,
        may_be_published=unit.events.may_be_published(event.lane),
        now=now,
    )


def _is_hold(event: Event) -> bool:
    return event.kind is EventKind.HOLD


def _hold(event: Event) -> Hold:
    """The Hold that a HOLD event is the clock of."""
    held_at = dt.datetime.fromisoformat(event.body["held_at"])
    return Hold(held_at=held_at, recheck_after_s=event.body["recheck_after_s"])
