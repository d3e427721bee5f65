"""What else can be done with one comment: have it checked again, send it to a colleague."""

from __future__ import annotations

import flask
from flask.typing import ResponseReturnValue

from service import errors as e
from service.moderation import forms, item_view
from service.moderation.blueprint import SEE_OTHER, back, moderation
from service.moderation.item import show_item
from service.moderation.sayings import tell
from service.moderation.words import SENT_TOLD
from service.web.auth import signed_in
from service.web.health import runtime
from service.workflows.recheck_item import recheck_item
from service.workflows.send_item import send_item

_MOST_NOTE = 2000


@moderation.post("/item/<guid>/recheck", endpoint="recheck")
def recheck_form(guid: str) -> ResponseReturnValue:
    """Ask today's model and rules, and say at the top of the page what they say."""
    here = runtime()
    try:
        made = recheck_item(
            signed_in(), guid, store=here.store, scorer=here.scorer, now=here.clock()
        )
    except e.ScorerUnavailable as error:
        return show_item(guid, tell(error)), 503
    except e.Conflict as error:
        return show_item(guid, tell(error)), 409
    return _back_to(guid, item_view.rechecked(made))


@moderation.post("/item/<guid>/send", endpoint="send")
def send_form(guid: str) -> ResponseReturnValue:
    """Give it to a colleague, with a word."""
    here, form = runtime(), flask.request.form
    note = form.get("note", "")[:_MOST_NOTE]
    to = forms.read_number(form.get("to"))
    try:
        made = send_item(signed_in(), guid, to, note=note, store=here.store, now=here.clock())
    except e.InvalidField as error:
        return show_item(guid, tell(error)), 400
    except e.Conflict as error:
        return show_item(guid, tell(error)), 409
    return _back_to(guid, SENT_TOLD.format(who=made.moderator))


def _back_to(guid: str, said: str) -> ResponseReturnValue:
    flask.flash(said)
    return flask.redirect(flask.url_for("moderation.item", guid=guid, back=back()), SEE_OTHER)
