"""People: who may decide, and where."""

from __future__ import annotations

import flask
from flask.typing import ResponseReturnValue

from service import errors as e
from service.domain.moderator import Role, may_give
from service.moderation import desk_forms, desk_words
from service.moderation.blueprint import SEE_OTHER, moderation, page
from service.web.auth import here_address, signed_in
from service.web.health import runtime
from service.workflows.manage_people import (
    INVITED_FOR,
    add_person,
    change_person,
    get_person,
    invite,
    list_people,
    set_person_open,
)


@moderation.get("/people", endpoint="people")
def people_page(refusal: str = "") -> ResponseReturnValue:
    """Everybody, with role, Sites and state; and the form for somebody new."""
    person = signed_in()
    found, sites = list_people(person, store=runtime().store)
    status = 400 if refusal else 200
    shown = page(
        "people.html",
        listing="people",
        people=found,
        sites=sites,
        names={site.site_id: site.name for site in sites},
        roles=_roles(),
        refusal=refusal,
        form=flask.request.form,
    )
    return shown, status


@moderation.post("/people/add", endpoint="person_add")
def person_add() -> ResponseReturnValue:
    """Somebody new; the link for their password is shown once."""
    here = runtime()
    form = flask.request.form
    try:
        made, token = add_person(
            signed_in(),
            form.get("name", ""),
            desk_forms.read_person(form),
            store=here.store,
            now=here.clock(),
        )
    except (e.InvalidField, e.DuplicateModerator) as error:
        return people_page(str(error))
    return _link(made.name, token)


@moderation.get("/people/<int:moderator_id>", endpoint="person")
def person_page(moderator_id: int, refusal: str = "") -> ResponseReturnValue:
    """One person, to be changed."""
    other, sites = get_person(signed_in(), moderator_id, store=runtime().store)
    shown = page(
        "person.html", listing="people", other=other, sites=sites, roles=_roles(), refusal=refusal
    )
    return shown, 400 if refusal else 200


@moderation.post("/people/<int:moderator_id>/change", endpoint="person_change")
def person_change(moderator_id: int) -> ResponseReturnValue:
    """Another role, other Sites, another address."""
    here = runtime()
    try:
        form = desk_forms.read_person(flask.request.form)
        change_person(signed_in(), moderator_id, form, store=here.store, now=here.clock())
    except (e.InvalidField, e.Conflict) as error:
        return person_page(moderator_id, str(error))
    return flask.redirect(flask.url_for("moderation.people"), SEE_OTHER)


@moderation.post("/people/<int:moderator_id>/open", endpoint="person_open")
def person_open(moderator_id: int) -> ResponseReturnValue:
    """Let somebody sign in again, or no more."""
    here = runtime()
    is_open = flask.request.form.get("open") == "yes"
    try:
        set_person_open(
            signed_in(), moderator_id, is_open=is_open, store=here.store, now=here.clock()
        )
    except e.Conflict as error:
        return person_page(moderator_id, str(error))
    return flask.redirect(flask.url_for("moderation.people"), SEE_OTHER)


@moderation.post("/people/<int:moderator_id>/invite", endpoint="person_invite")
def person_invite(moderator_id: int) -> ResponseReturnValue:
    """A link for a new password, shown once."""
    here = runtime()
    other, token = invite(signed_in(), moderator_id, store=here.store, now=here.clock())
    return _link(other.name, token)


def _link(name: str, token: str) -> ResponseReturnValue:
    place = here_address() + flask.url_for("moderation.invitation_page", token=token)
    return page(
        "once.html",
        listing="people",
        title=desk_words.LINK_TITLE.format(name=name),
        text=desk_words.LINK_TEXT.format(name=name, days=INVITED_FOR.days),
        lines=[place],
        back=flask.url_for("moderation.people"),
    )


def _roles() -> list[tuple[str, str, str]]:
    """The roles this person can give: word, name, what it may."""
    person = signed_in()
    return [
        (role.value, desk_words.ROLES[role], desk_words.ROLE_MAY[role])
        for role in Role
        if may_give(person, role, person.site_ids)
    ]
