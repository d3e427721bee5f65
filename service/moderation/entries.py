"""Rules and lists: what people decided about all comments of a kind, before they come."""

from __future__ import annotations

from typing import Final

import flask
from flask.typing import ResponseReturnValue

from service import errors as e
from service.domain.entry import Effect, EntryKind, EntryStatus
from service.moderation import desk_forms, desk_words, views
from service.moderation.blueprint import SEE_OTHER, moderation, page
from service.moderation.forms import read_number
from service.web.auth import signed_in
from service.web.health import runtime
from service.workflows.add_entry import add_entry
from service.workflows.back_test import DAYS, back_test
from service.workflows.hold_entries import restore_entry
from service.workflows.list_entries import list_entries
from service.workflows.set_entry import set_entry

_NOT_ENDED: Final = (EntryStatus.LIVE, EntryStatus.SHADOW, EntryStatus.DRAFT)


@moderation.get("/lists", endpoint="lists")
def lists_page(refusal: str = "") -> ResponseReturnValue:
    """Every entry with what it found, and the form for a new one."""
    here, asked = runtime(), flask.request.args
    with_ended = asked.get("ended") == "1"
    found = list_entries(
        signed_in(),
        site_id=read_number(asked.get("site")),
        with_ended=with_ended,
        store=here.store,
        now=here.clock(),
    )
    shown = page(
        "lists.html",
        listing="lists",
        found=found,
        now=here.clock(),
        with_ended=with_ended,
        kinds=[(kind.value, desk_words.KINDS[kind]) for kind in EntryKind],
        kind_words={kind.value: word for kind, word in desk_words.KINDS.items()},
        effects=[(effect.value, desk_words.EFFECTS[effect]) for effect in Effect],
        effect_words={effect.value: word for effect, word in desk_words.EFFECTS.items()},
        status_words={status.value: word for status, word in desk_words.STATUSES.items()},
        refusal=refusal,
        form=flask.request.form or asked,
    )
    return shown, 400 if refusal else 200


@moderation.post("/lists/check", endpoint="entry_check")
def entry_check() -> ResponseReturnValue:
    """What a new entry would have done, before it does anything."""
    here, form = runtime(), flask.request.form
    now = here.clock()
    try:
        draft = desk_forms.read_entry(form)
        told = back_test(signed_in(), draft, store=here.store, now=now)
    except e.InvalidField as error:
        return lists_page(str(error))
    return page(
        "entry_check.html",
        listing="lists",
        told=told,
        draft=draft,
        days=DAYS,
        kind=desk_words.KINDS[draft.kind],
        effect=desk_words.EFFECTS[draft.effect],
        where=told.sites[draft.site_id].name if draft.site_id is not None else "",
        samples=[views.row(one, told.sites, now) for one in told.samples],
        outcomes=desk_words.outcome_lines(told),
    )


@moderation.post("/lists/add", endpoint="entry_add")
def entry_add() -> ResponseReturnValue:
    """A new entry."""
    here = runtime()
    try:
        draft = desk_forms.read_entry(flask.request.form)
        add_entry(signed_in(), draft, store=here.store, now=here.clock())
    except e.InvalidField as error:
        return lists_page(str(error))
    return flask.redirect(flask.url_for("moderation.lists"), SEE_OTHER)


@moderation.post("/lists/<int:entry_id>/status", endpoint="entry_status")
def entry_status(entry_id: int) -> ResponseReturnValue:
    """Turn an entry live, to shadow, or end it."""
    here = runtime()
    status = desk_forms.read_choice(EntryStatus, flask.request.form.get("status"), "status")
    set_entry(signed_in(), entry_id, status, store=here.store, now=here.clock())
    return flask.redirect(flask.url_for("moderation.lists"), SEE_OTHER)


@moderation.post("/lists/<int:entry_id>/restore", endpoint="entry_restore")
def entry_restore(entry_id: int) -> ResponseReturnValue:
    """Let an entry that was set to hold decide by itself again."""
    here = runtime()
    restore_entry(signed_in(), entry_id, store=here.store, now=here.clock())
    return flask.redirect(flask.url_for("moderation.lists"), SEE_OTHER)
