"""Who hears of events: webhooks added, given another secret, paused, removed."""

from __future__ import annotations

import flask
from flask.typing import ResponseReturnValue

from service import errors as e
from service.moderation import desk_words
from service.moderation.blueprint import SEE_OTHER, moderation, page
from service.moderation.events import events_page
from service.moderation.forms import read_number
from service.moderation.letters import visible
from service.outgoing import read_hosts
from service.web.auth import signed_in
from service.web.health import runtime
from service.workflows.manage_webhooks import (
    NewSecret,
    add_webhook_of,
    host_of_webhook,
    pause_webhook,
    remove_webhook_of,
    resume_webhook,
    rotate_secret,
)


@moderation.post("/webhooks/add", endpoint="webhook_add")
def webhook_add() -> ResponseReturnValue:
    """A new webhook; its secret is shown once."""
    here, form = runtime(), flask.request.form
    try:
        made = add_webhook_of(
            signed_in(),
            form.get("url", ""),
            site_id=read_number(form.get("site")),
            private_hosts=read_hosts(here.settings.event_hosts),
            store=here.store,
            secret=here.secret,
            now=here.clock(),
        )
    except e.InvalidField as error:
        return events_page(str(error))
    return _once(made)


@moderation.post("/webhooks/<int:webhook_id>/rotate", endpoint="webhook_rotate")
def webhook_rotate(webhook_id: int) -> ResponseReturnValue:
    """Another secret, shown once; for a day both sign."""
    here = runtime()
    made = rotate_secret(
        signed_in(), webhook_id, store=here.store, secret=here.secret, now=here.clock()
    )
    return _once(made)


@moderation.post("/webhooks/<int:webhook_id>/pause", endpoint="webhook_pause")
def webhook_pause(webhook_id: int) -> ResponseReturnValue:
    """Nothing is sent to it until it is let hear again."""
    here = runtime()
    pause_webhook(signed_in(), webhook_id, store=here.store, now=here.clock())
    return _to_events()


@moderation.post("/webhooks/<int:webhook_id>/resume", endpoint="webhook_resume")
def webhook_resume(webhook_id: int) -> ResponseReturnValue:
    """It hears again, first of what it missed."""
    here = runtime()
    count = resume_webhook(signed_in(), webhook_id, store=here.store, now=here.clock())
    return _to_events(again=count)


@moderation.post("/webhooks/<int:webhook_id>/remove", endpoint="webhook_remove")
def webhook_remove(webhook_id: int) -> ResponseReturnValue:
    """It hears nothing more."""
    here = runtime()
    remove_webhook_of(signed_in(), webhook_id, store=here.store, now=here.clock())
    return _to_events()


def _to_events(again: int | None = None) -> ResponseReturnValue:
    place = flask.url_for("moderation.events", again=again)
    return flask.redirect(place + "#hear", SEE_OTHER)


def _once(made: NewSecret) -> ResponseReturnValue:
    until = made.old_until
    return page(
        "once.html",
        listing="events",
        title=desk_words.SECRET_TITLE.format(host=visible(host_of_webhook(made.webhook))),
        text=desk_words.SECRETS_TEXT.format(until=f"{until:%Y-%m-%d %H:%M}")
        if until
        else desk_words.SECRET_TEXT,
        lines=[made.text],
        back=flask.url_for("moderation.events"),
    )
