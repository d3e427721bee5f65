"""What blogs and webhooks are told: what waits, what was sent, what was given up."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

import flask
from flask.typing import ResponseReturnValue

from service.domain.event import EventKind, EventState, Receiver, Webhook
from service.moderation.blueprint import SEE_OTHER, moderation, page
from service.moderation.letters import visible
from service.web.auth import signed_in
from service.web.health import runtime
from service.web.language import said as _l
from service.workflows.look_at_events import look_at_events, send_again

STATES: Final = {
    EventState.WAITING: _l("waits"),
    EventState.SENT: _l("sent"),
    EventState.DEAD: _l("given up"),
}
KINDS: Final = {
    EventKind.DECISION: _l("decided"),
    EventKind.UNDO: _l("taken back"),
    EventKind.REPORT: _l("reported by the blog"),
    EventKind.HOLD: _l("nobody decided in time"),
}
RECEIVERS: Final = {
    Receiver.AKISMET: _l("the blog"),
    Receiver.WEBHOOK: _l("a webhook"),
}


@moderation.get("/events", endpoint="events")
def events_page() -> ResponseReturnValue:
    """Events, newest first, or those in one state."""
    asked = flask.request.args
    state = next((one for one in EventState if one.value == asked.get("state")), None)
    before = asked.get("before", type=int)
    found = look_at_events(signed_in(), state=state, before=before, store=runtime().store)
    return page(
        "events.html",
        listing="events",
        found=found,
        hosts=[(_host(one), one.site_id) for one in found.webhooks],
        state=state.value if state else "",
        states=[(one.value, word) for one, word in STATES.items()],
        state_words=STATES,
        kinds=KINDS,
        receivers=RECEIVERS,
        visible=visible,
        again=asked.get("again", type=int),
    )


@moderation.post("/events/again", endpoint="events_again")
def again() -> ResponseReturnValue:
    """Send one that was given up again, or all of them."""
    here = runtime()
    number = flask.request.form.get("number", type=int)
    count = send_again(signed_in(), number, store=here.store, now=here.clock())
    return flask.redirect(flask.url_for("moderation.events", again=count), SEE_OTHER)


def _host(one: Webhook) -> str:
    """Whom it goes to; the rest of the address may hold a secret."""
    try:
        return visible(urlsplit(one.url).netloc.rpartition("@")[2])
    except ValueError:
        return ""
