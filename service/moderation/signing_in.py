"""The door: sign in, show the second factor, set a first password, sign out."""

from __future__ import annotations

from typing import Final

import flask
from flask.typing import ResponseReturnValue

from service import errors as e
from service.moderation import forms
from service.moderation.blueprint import SEE_OTHER, moderation
from service.web.auth import ask_for_code, awaited_code, caller_address, forget, remember
from service.web.health import runtime
from service.workflows.manage_people import accept_invitation, find_invited
from service.workflows.sign_in import Origin, prove, sign_in, sign_out

_MOST_NAME: Final = 200


def origin() -> Origin:
    """Where this request comes from, as a session remembers it."""
    agent = flask.request.headers.get("User-Agent", "")
    return Origin(agent=agent, address=caller_address())


@moderation.get("/sign-in")
def sign_in_page() -> ResponseReturnValue:
    """The sign-in form."""
    return _sign_in_page(next_place=flask.request.args.get("next", ""))


def _sign_in_page(**values: str) -> str:
    provider = runtime().settings
    other = provider.oidc_name if provider.oidc_issuer else ""
    return flask.render_template("sign_in.html", other=other, **values)


@moderation.post("/sign-in")
def sign_in_form() -> ResponseReturnValue:
    """Sign in; one sentence for every cause, and a limit on tries by name and by address."""
    here, form = runtime(), flask.request.form
    name = form.get("name", "")[:_MOST_NAME]
    next_place = form.get("next", "")
    tries = (f"name:{name.strip().lower()}", f"address:{caller_address()}")
    try:
        for one in tries:
            here.sign_ins.count(one)
        moderator, token = sign_in(
            name, form.get("password", ""), origin=origin(), store=here.store, now=here.clock()
        )
    except (e.BadCredentials, e.TooManyRequests) as error:
        wait = getattr(error, "retry_after_s", 0)
        page = _sign_in_page(next_place=next_place, name=name, refusal=str(error))
        return page, 429 if wait else 401, {"Retry-After": str(wait)} if wait else {}
    for one in tries:
        here.sign_ins.forget(one)
    if not token:
        ask_for_code(moderator.moderator_id, here.clock())
        place = flask.url_for("moderation.code_page", next=next_place or None)
        return flask.redirect(place, SEE_OTHER)
    remember(token)
    return _go_on(next_place)


@moderation.get("/sign-in/code")
def code_page() -> ResponseReturnValue:
    """The form for the second factor."""
    if awaited_code(runtime().clock()) is None:
        return flask.redirect(flask.url_for("moderation.sign_in_page"), SEE_OTHER)
    return flask.render_template("code.html", next_place=flask.request.args.get("next", ""))


@moderation.post("/sign-in/code")
def code_form() -> ResponseReturnValue:
    """Sign in with the second factor, after the password; tries are limited by person."""
    here, form = runtime(), flask.request.form
    next_place = form.get("next", "")
    moderator_id = awaited_code(here.clock())
    if moderator_id is None:
        return flask.redirect(flask.url_for("moderation.sign_in_page"), SEE_OTHER)
    tries = f"code:{moderator_id}"
    try:
        here.sign_ins.count(tries)
        token = prove(
            moderator_id,
            form.get("code", ""),
            origin=origin(),
            store=here.store,
            secret=here.secret,
            now=here.clock(),
        )
    except (e.BadCredentials, e.TooManyRequests) as error:
        wait = getattr(error, "retry_after_s", 0)
        page = flask.render_template("code.html", next_place=next_place, refusal=str(error))
        return page, 429 if wait else 401, {"Retry-After": str(wait)} if wait else {}
    here.sign_ins.forget(tries)
    remember(token)
    return _go_on(next_place)


@moderation.get("/invitation/<token>")
def invitation_page(token: str) -> ResponseReturnValue:
    """The form for a new password, behind a link that opens once."""
    here = runtime()
    invited = find_invited(token, store=here.store, now=here.clock())
    return flask.render_template("invitation.html", name=invited.name, token=token)


@moderation.post("/invitation/<token>")
def invitation_form(token: str) -> ResponseReturnValue:
    """Set the password; the link is used up."""
    here, form = runtime(), flask.request.form
    invited = find_invited(token, store=here.store, now=here.clock())
    refusal = ""
    if form.get("password", "") != form.get("again", ""):
        refusal = "The two passwords are not the same."
    try:
        if not refusal:
            password = form.get("password", "")
            accept_invitation(token, password, store=here.store, now=here.clock())
    except e.InvalidField as error:
        refusal = str(error)
    if refusal:
        page = flask.render_template(
            "invitation.html", name=invited.name, token=token, refusal=refusal
        )
        return page, 400
    forget()
    return flask.redirect(flask.url_for("moderation.sign_in_page"), SEE_OTHER)


@moderation.post("/sign-out", endpoint="sign_out")
def sign_out_form() -> ResponseReturnValue:
    """Sign out, here and for good."""
    sign_out(forget(), store=runtime().store)
    return flask.redirect(flask.url_for("moderation.sign_in_page"), SEE_OTHER)


def _go_on(next_place: str) -> ResponseReturnValue:
    default = flask.url_for("moderation.queue")
    return flask.redirect(forms.read_next(next_place, default), SEE_OTHER)
