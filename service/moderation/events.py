"""What blogs and webhooks are told: what waits, what was sent, what was given up."""

from __future__ import annotations

import flask
from flask.typing import ResponseReturnValue

from service.domain.event import EventState
from service.moderation.blueprint import SEE_OTHER, moderation, page
from service.moderation.event_words import KINDS, RECEIVERS, STATES, TROUBLES
from service.moderation.forms import read_number
from service.moderation.letters import visible
from service.web.auth import signed_in
from service.web.health import runtime
from service.workflows.look_at_events import look_at_events, send_again
from service.workflows.manage_webhooks import host_of_webhook


@moderation.get("/events", endpoint="events")
def events_page(refusal: str = "") -> ResponseReturnValue:
    """Events, newest first, or those in one state; and who hears of them."""
    asked = flask.request.args
    state = next((one for one in EventState if one.value == asked.get("state")), None)
    before = read_number(asked.get("before"))
    found = look_at_events(signed_in(), state=state, before=before, store=runtime().store)
    shown = page(
        "events.html",
        listing="events",
        found=found,
        hosts=[(visible(host_of_webhook(one)), one) for one in found.webhooks],
        names={one.site_id: one.name for one in found.sites},
        now=runtime().clock(),
        refusal=refusal,
        form=flask.request.form,
        troubles=TROUBLES,
        state=state.value if state else "",
        states=[(one.value, word) for one, word in STATES.items()],
        state_words=STATES,
        kinds=KINDS,
        receivers=RECEIVERS,
        visible=visible,
        again=read_number(asked.get("again")),
    )
    return shown, 400 if refusal else 200


@moderation.post("/events/again", endpoint="events_again")
def again() -> ResponseReturnValue:
    """Send one that was given up again, or all of them."""
    here = runtime()
    given = flask.request.form.get("number")
    # Without one all are meant; never when there is one that cannot be read.
    number = None if given is None else read_number(given) or 0
    count = send_again(signed_in(), number, store=here.store, now=here.clock())
    return flask.redirect(flask.url_for("moderation.events", again=count), SEE_OTHER)
