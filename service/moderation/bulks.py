"""Many at once: the preview, the start, how far it is, the stop and the one undo for all."""

from __future__ import annotations

import flask
from flask.typing import ResponseReturnValue

from service.domain.bulk import CONFIRM_OVER, PIECE, Bulk
from service.domain.decision import Act
from service.domain.moderator import Action, may
from service.domain.view import View
from service.errors import InvalidField
from service.moderation import addresses, forms, views, words
from service.moderation.blueprint import SEE_OTHER, back, moderation, page, say_last, wants_json
from service.moderation.sayings import tell
from service.web.auth import signed_in
from service.web.health import runtime
from service.workflows.look_at_bulk import look_at_bulk
from service.workflows.prepare_bulk import prepare_bulk
from service.workflows.run_bulk import run_bulk
from service.workflows.start_bulk import Start, start_bulk, stop_bulk, undo_bulk


@moderation.post("/bulk", endpoint="bulk_prepare")
def prepare_form() -> ResponseReturnValue:
    """Freeze what was selected, or all that match, and show it."""
    here, form = runtime(), flask.request.form
    act = forms.read_act(form.get("act", ""))
    place = back()
    is_all = form.get("all") == "1"
    view = addresses.read_place(place)
    if is_all and view is None:
        raise InvalidField("back", "This list cannot be decided as a whole.")
    made = prepare_bulk(
        signed_in(),
        act,
        view or View(),
        None if is_all else forms.read_guids(form.getlist("item")),
        asked=place if is_all else "",
        store=here.store,
        now=here.clock(),
    )
    return flask.redirect(_place(made, place), SEE_OTHER)


def _place(bulk: Bulk, place: str) -> str:
    return flask.url_for("moderation.bulk", guid=bulk.guid, back=place)


@moderation.get("/bulk/<guid>")
def bulk(guid: str) -> ResponseReturnValue:
    """What would be done, what is being done, or what was done."""
    return _show(guid, "")


def _show(guid: str, refusal: str) -> str | flask.Response:
    here, person = runtime(), signed_in()
    now = here.clock()
    seen = look_at_bulk(person, guid, store=here.store)
    if wants_json():
        one = seen.bulk
        return flask.jsonify(
            done=one.done, passed_over=one.passed_over, total=one.total, state=one.state.value
        )
    figures = seen.figures
    return page(
        "bulk.html",
        listing="bulk",
        seen=seen,
        bulk=seen.bulk,
        word=words.ACTS[seen.undoes.act if seen.undoes else seen.bulk.act],
        is_undo=seen.bulk.act is Act.UNDO,
        acted=_acted(seen.acted),
        verdicts=[
            (words.BANDS[kind] if kind else words.REPORTED, count)
            for kind, count in sorted(figures.by_verdict.items(), key=lambda pair: -pair[1])
        ],
        sites=[
            (seen.sites[own].name if own in seen.sites else "", count)
            for own, count in figures.by_site.items()
        ],
        oldest=figures.oldest_at,
        newest=figures.newest_at,
        samples=[views.row(one, seen.sites, now) for one in seen.samples],
        trusted=[views.row(one, seen.sites, now) for one in seen.trusted],
        changed=[views.row(one, seen.sites, now) for one in seen.changed],
        must_type=seen.waits > CONFIRM_OVER,
        must_say=seen.waits > CONFIRM_OVER
        or any(
            seen.sites[own].policy.asks_reason(seen.bulk.act)
            for own in figures.by_site
            if own in seen.sites
        ),
        may_undo=seen.undone_by is None
        and seen.bulk.act is not Act.UNDO
        and (seen.bulk.moderator_id == person.moderator_id or may(person, Action.UNDO_OTHERS)),
        is_own=seen.bulk.moderator_id == person.moderator_id,
        refusal=refusal,
        back=back(),
    )


@moderation.post("/bulk/<guid>/start", endpoint="bulk_start")
def start_form(guid: str) -> ResponseReturnValue:
    """Do what was shown; a short one at once, a long one in pieces beside."""
    here, form = runtime(), flask.request.form
    said = Start(
        number=forms.read_number(form.get("number", "").strip()),
        note=form.get("note", ""),
        reason=form.get("reason", "")[:60],
        taken_in=tuple(forms.read_guids(form.getlist("item"))),
    )
    try:
        started = start_bulk(signed_in(), guid, said, store=here.store, now=here.clock())
    except InvalidField as error:
        return _show(guid, tell(error)), 400
    return _go_on(started)


def _go_on(started: Bulk) -> ResponseReturnValue:
    here, place = runtime(), back()
    done = started.act
    count = started.total
    if done is Act.UNDO and started.undoes is not None:
        undone = look_at_bulk(signed_in(), started.guid, store=here.store).undoes
        act = words.ACTS[undone.act] if undone else ""
        said = words.TAKEN_BACK_MANY.format(act=act, count=count)
    else:
        said = words.DONE_MANY.format(act=words.ACTS[done], count=count)
    if started.total <= PIECE:
        run_bulk(started.bulk_id, store=here.store, now=here.clock())
        said += _acted(look_at_bulk(signed_in(), started.guid, store=here.store).acted)
        say_last(said, "", bulk="" if done is Act.UNDO else started.guid)
        if wants_json():
            return flask.jsonify(said=said, guid="", reload=True)
        return flask.redirect(place, SEE_OTHER)
    flask.current_app.extensions["chaffinch-background"].wake()
    say_last(said, "", bulk="" if done is Act.UNDO else started.guid)
    if wants_json():
        return flask.jsonify(said=said, guid="", go=_place(started, place))
    return flask.redirect(_place(started, place), SEE_OTHER)


def _acted(count: int) -> str:
    return f" {words.BLOG_ACTED_MANY.format(count=count)}" if count else ""


@moderation.post("/bulk/<guid>/stop", endpoint="bulk_stop")
def stop_form(guid: str) -> ResponseReturnValue:
    """Stop after the piece it is at."""
    here = runtime()
    stopped = stop_bulk(signed_in(), guid, store=here.store, now=here.clock())
    return flask.redirect(_place(stopped, back()), SEE_OTHER)


@moderation.post("/bulk/<guid>/undo", endpoint="bulk_undo")
def undo_form(guid: str) -> ResponseReturnValue:
    """Take all of it back."""
    return undo_all(guid)


def undo_all(guid: str) -> ResponseReturnValue:
    """Take a whole bulk back, and say so."""
    here = runtime()
    note = flask.request.form.get("note", "")
    started = undo_bulk(signed_in(), guid, note=note, store=here.store, now=here.clock())
    return _go_on(started)
