"""Sites and their keys."""

from __future__ import annotations

import flask
from flask.typing import ResponseReturnValue

from service import errors as e
from service.moderation import desk_words
from service.moderation.blueprint import SEE_OTHER, moderation, page
from service.moderation.desk_forms import read_policy_form
from service.moderation.forms import read_number
from service.moderation.plugin import install
from service.web.auth import here_address, signed_in
from service.web.health import runtime
from service.workflows.administer import require_choice, set_choices
from service.workflows.manage_keys import (
    NewKey,
    add_site_with_key,
    issue_another_key,
    list_sites_and_keys,
    revoke_one_key,
    rotate_key,
)
from service.workflows.suspend_key import suspend_key


@moderation.get("/sites", endpoint="sites")
def sites_page(refusal: str = "", refused: int = 0) -> ResponseReturnValue:
    """The Sites of this person, each with its keys."""
    here = runtime()
    found = list_sites_and_keys(signed_in(), store=here.store)
    shown = page(
        "sites.html",
        listing="sites",
        found=found,
        names={site.site_id: site.name for site, _ in found},
        now=here.clock(),
        install=install(),
        notices={site.site_id: _notice(site.site_id) for site, _ in found},
        refusal=refusal,
        refused=refused,
        unsure_words=[(choice.value, word) for choice, word in desk_words.UNSURE.items()],
        undecided_words=[(choice.value, word) for choice, word in desk_words.UNDECIDED.items()],
        form=flask.request.form,
    )
    return shown, 400 if refusal else 200


@moderation.post("/sites/add", endpoint="site_add")
def site_add() -> ResponseReturnValue:
    """A new Site; its key is shown once."""
    here, form = runtime(), flask.request.form
    try:
        made = add_site_with_key(
            signed_in(),
            form.get("blog", ""),
            name=form.get("name", ""),
            is_network=form.get("is_network") == "yes",
            store=here.store,
            secret=here.secret,
            now=here.clock(),
        )
    except (e.InvalidField, e.DuplicateSite) as error:
        return sites_page(str(error))
    return _once(made)


@moderation.post("/sites/<int:site_id>/key", endpoint="key_issue")
def key_issue(site_id: int) -> ResponseReturnValue:
    """One more key, shown once."""
    here, form = runtime(), flask.request.form
    try:
        made = issue_another_key(
            signed_in(),
            site_id,
            name=form.get("name", ""),
            text=form.get("key", ""),
            store=here.store,
            secret=here.secret,
            now=here.clock(),
        )
    except (e.InvalidField, e.DuplicateSite) as error:
        return sites_page(str(error))
    return _once(made)


@moderation.post("/sites/<int:site_id>/policy", endpoint="site_policy")
def site_policy(site_id: int) -> ResponseReturnValue:
    """What the Site has chosen."""
    here = runtime()
    require_choice(signed_in(), site_id)
    try:
        set_choices(
            signed_in(),
            site_id,
            read_policy_form(flask.request.form),
            store=here.store,
            now=here.clock(),
        )
    except e.InvalidField as error:
        return sites_page(str(error), site_id)
    return flask.redirect(flask.url_for("moderation.sites") + f"#s-{site_id}", SEE_OTHER)


@moderation.post("/keys/<int:key_id>/rotate", endpoint="key_rotate")
def key_rotate(key_id: int) -> ResponseReturnValue:
    """A new key in the place of an old one, which goes on for a while."""
    here = runtime()
    hours = read_number(flask.request.form.get("overlap"))
    try:
        made = rotate_key(
            signed_in(),
            key_id,
            overlap_h=24 if hours is None else hours,
            store=here.store,
            secret=here.secret,
            now=here.clock(),
        )
    except (e.InvalidField, e.Conflict) as error:
        return sites_page(str(error))
    return _once(made)


@moderation.post("/keys/<int:key_id>/revoke", endpoint="key_revoke")
def key_revoke(key_id: int) -> ResponseReturnValue:
    """A key that is refused from now on."""
    here = runtime()
    revoke_one_key(signed_in(), key_id, store=here.store, now=here.clock())
    return flask.redirect(flask.url_for("moderation.sites"), SEE_OTHER)


@moderation.post("/keys/<int:key_id>/suspend", endpoint="key_suspend")
def key_suspend(key_id: int) -> ResponseReturnValue:
    """A key that is refused for a while."""
    return _suspended(key_id, is_suspended=True)


@moderation.post("/keys/<int:key_id>/resume", endpoint="key_resume")
def key_resume(key_id: int) -> ResponseReturnValue:
    """A suspended key that works again."""
    return _suspended(key_id, is_suspended=False)


def _suspended(key_id: int, *, is_suspended: bool) -> ResponseReturnValue:
    here, by = runtime(), signed_in()
    try:
        suspend_key(key_id, is_suspended=is_suspended, by=by, store=here.store, now=here.clock())
    except e.Conflict as error:
        return sites_page(str(error))
    return flask.redirect(flask.url_for("moderation.sites"), SEE_OTHER)


def _notice(site_id: int) -> str:
    """The line for a comment form, in the language of whoever copies it."""
    place = here_address().rstrip("/") + flask.url_for("front.privacy", site_id=site_id)
    said, more = str(desk_words.NOTICE), str(desk_words.NOTICE_MORE)
    return f'<p class="chaffinch">{said} <a href="{place}">{more}</a></p>'


def _once(made: NewKey) -> ResponseReturnValue:
    return page(
        "once.html",
        listing="sites",
        title=desk_words.KEY_TITLE.format(site=made.site.name),
        text=desk_words.KEY_TEXT.format(address=here_address()),
        lines=[made.text],
        install=install(made.text),
        until=made.old_until,
        back=flask.url_for("moderation.sites"),
    )
