"""The blueprint that every page hangs on: its guard, what all pages share, refusals as pages."""

from __future__ import annotations

from typing import Final

import flask
from flask.typing import ResponseReturnValue

from service import errors as e
from service.domain.decision import Outcome
from service.domain.moderator import Action, may
from service.errors import ScorerUnavailable
from service.moderation import desk_words, forms
from service.moderation.sayings import tell
from service.moderation.words import REASONS
from service.runtime import Runtime
from service.web.auth import require_moderator, signed_in
from service.web.health import runtime

# What stands outside of /moderation: the front door, and what anybody may read.
front = flask.Blueprint("front", __name__)
moderation = flask.Blueprint(
    "moderation",
    __name__,
    url_prefix="/moderation",
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)
# The guard of every page here; the few open ones are named in web/auth.py.
moderation.before_request(require_moderator)

SEE_OTHER: Final = 303
LISTS: Final = {
    Outcome.UNSURE: "queue",
    Outcome.SPAM: "spam",
    Outcome.HAM: "passed",
    Outcome.REMOVED: "removed",
}
_LAST: Final = "last"
# After g: the pages people go to most.
_GO: Final = {
    "q": "queue",
    "c": "campaigns",
    "d": "decided",
    "m": "model",
    "l": "lists",
    "s": "spam",
    "p": "passed",
    "r": "removed",
}


def page(template: str, **values: object) -> str:
    """*template* with what every page of a signed-in person shows."""
    person = signed_in()
    shared: dict[str, object] = {
        "moderator": person,
        "may_decide": may(person, Action.DECIDE),
        "can": {action.value: may(person, action) for action in Action},
        "role_words": {role.value: word for role, word in desk_words.ROLES.items()},
        "theme": person.preferences.theme.value,
        "fault": model_fault(runtime()),
        "here": flask.request.full_path.rstrip("?"),
        "last": flask.session.get(_LAST),
        "places": _places(),
        "keymap": person.preferences.keymap,
        "decision_reasons": REASONS,
    }
    return flask.render_template(template, **(shared | values))


def _places() -> dict[str, str]:
    """Where the letters after g lead, as far as this server has such a page."""
    known = flask.current_app.view_functions
    return {
        letter: flask.url_for(f"moderation.{name}")
        for letter, name in _GO.items()
        if f"moderation.{name}" in known
    }


def model_fault(here: Runtime) -> tuple[str, bool] | None:
    """Why the newest model is not there, and whether an older one answers; None when all is well.

    Free.
    """
    reason = str(getattr(here.scorer, "fault", ""))
    try:
        here.scorer.live()
    except ScorerUnavailable as error:
        return reason or error.detail or str(error), False
    return (reason, True) if reason else None


def wants_json() -> bool:
    """Whether our script asks, and not a person's form."""
    return flask.request.headers.get("Accept", "").startswith("application/json")


def back() -> str:
    """The list this page was opened from, and is left for: one of ours, whatever was sent."""
    asked = flask.request.values.get("back", "")
    return forms.read_next(asked, flask.url_for("moderation.queue"))


def say_last(sentence: str, guid: str, *, bulk: str = "") -> None:
    """Keep what was done last in the bar of every page, with its undo, until the next decision.

    *bulk* names the bulk that it was, so that its undo takes all of it back.
    """
    flask.session[_LAST] = {"said": str(sentence), "guid": guid, "bulk": bulk}


def render_error(error: e.ServiceError | None, status: int, sentence: str) -> ResponseReturnValue:
    """A refusal as a page, as JSON for the script, or the way to the sign-in."""
    if wants_json():
        return flask.jsonify(sentence=tell(sentence)), status
    if isinstance(error, e.NotSignedIn):
        target = flask.request.full_path.rstrip("?") if flask.request.method == "GET" else ""
        place = flask.url_for("moderation.sign_in_page", next=target or None)
        return flask.redirect(place, SEE_OTHER)
    return flask.render_template("error.html", status=status, sentence=sentence), status
