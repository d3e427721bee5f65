"""The door: sign in, sign out."""

from __future__ import annotations

import flask
from flask.typing import ResponseReturnValue

from service import errors as e
from service.moderation import forms
from service.moderation.blueprint import SEE_OTHER, moderation
from service.web.auth import caller_address, forget, remember
from service.web.health import runtime
from service.workflows.sign_in import sign_in, sign_out

_MOST_NAME = 200


@moderation.get("/sign-in")
def sign_in_page() -> ResponseReturnValue:
    """The sign-in form."""
    return flask.render_template("sign_in.html", next=flask.request.args.get("next", ""))


@moderation.post("/sign-in")
def sign_in_form() -> ResponseReturnValue:
    """Sign in; one sentence for every cause, and a limit on tries by name and by address."""
    here, form = runtime(), flask.request.form
    name = form.get("name", "")[:_MOST_NAME]
    tries = (f"name:{name.strip().lower()}", f"address:{caller_address()}")
    try:
        for one in tries:
            here.sign_ins.count(one)
        _, token = sign_in(name, form.get("password", ""), store=here.store, now=here.clock())
    except (e.BadCredentials, e.TooManyRequests) as error:
        wait = getattr(error, "retry_after_s", 0)
        page = flask.render_template(
            "sign_in.html", next=form.get("next", ""), name=name, refusal=str(error)
        )
        return page, 429 if wait else 401, {"Retry-After": str(wait)} if wait else {}
    for one in tries:
        here.sign_ins.forget(one)
    remember(token)
    default = flask.url_for("moderation.queue")
    return flask.redirect(forms.read_next(form.get("next", ""), default), SEE_OTHER)


@moderation.post("/sign-out", endpoint="sign_out")
def sign_out_form() -> ResponseReturnValue:
    """Sign out, here and for good."""
    sign_out(forget(), store=runtime().store)
    return flask.redirect(flask.url_for("moderation.sign_in_page"), SEE_OTHER)
