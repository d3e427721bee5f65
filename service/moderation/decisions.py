"""Deciding, undoing, and the list of all decisions."""

from __future__ import annotations

import flask
from flask.typing import ResponseReturnValue

from service import errors as e
from service.domain.bulk import Bulk
from service.domain.decision import Act
from service.domain.moderator import Action, Moderator, may, require
from service.moderation import forms, views, words
from service.moderation.blueprint import (
    LISTS,
    SEE_OTHER,
    back,
    moderation,
    page,
    say_last,
    wants_json,
)
from service.moderation.bulks import undo_all
from service.moderation.item import show_item
from service.moderation.letters import visible
from service.moderation.offers import add_offered
from service.moderation.sayings import tell
from service.web.auth import signed_in
from service.web.health import runtime
from service.workflows.decide import decide
from service.workflows.list_decided import DecidedPage, DecidedRow, list_decided
from service.workflows.undo import undo


@moderation.post("/item/<guid>/decide", endpoint="decide")
def decide_form(guid: str) -> ResponseReturnValue:
    """Approve, spam or remove; a conflict shows who was first."""
    here, asked = runtime(), forms.read_decision(flask.request.form)
    rule = flask.request.form.get("rule", "")
    if rule:
        require(signed_in(), Action.EDIT_LISTS)
    try:
        done = decide(
            signed_in(),
            guid,
            asked.act,
            seen_version=asked.seen_version,
            note=asked.note,
            reason=asked.reason,
            store=here.store,
            now=here.clock(),
        )
    except e.AlreadyDecided as error:
        return _conflict(guid, error)
    except e.ReasonMissing as error:
        if wants_json():
            return flask.jsonify(sentence=tell(error), asks="reason"), 400
        return show_item(guid, tell(error), act=asked.act), 400
    if rule:
        add_offered(done, rule, flask.request.form.get("pattern", ""))
    said = words.begun(f"{words.ACTS[asked.act]}.")
    say_last(said, guid)
    if wants_json():
        return flask.jsonify(
            said=said, guid=guid, version=done.version, listing=LISTS[done.outcome]
        )
    return flask.redirect(back(), SEE_OTHER)


def _conflict(guid: str, error: e.AlreadyDecided) -> ResponseReturnValue:
    """What stands now, and the choice to keep it or to change it knowingly."""
    act = flask.request.form.get("act", "")
    if wants_json():
        told = flask.jsonify(
            sentence=tell(error), version=error.version, change=str(words.CHANGES[act])
        )
        return told, 409
    answer = page(
        "conflict.html",
        sentence=str(error),
        guid=guid,
        act=act,
        change=words.CHANGES[act],
        version=error.version,
        note=flask.request.form.get("note", ""),
        reason=flask.request.form.get("reason", ""),
        back=back(),
    )
    return answer, 409


@moderation.post("/undo", endpoint="undo")
def undo_form() -> ResponseReturnValue:
    """Take back one decision, or one's own newest."""
    here = runtime()
    form = flask.request.form
    number = forms.read_number(form.get("decision"))
    try:
        done = undo(
            signed_in(), number, note=form.get("note", ""), store=here.store, now=here.clock()
        )
    except e.BelongsToBulk as error:
        return undo_all(error.guid)
    submission = done.submission
    said = words.TAKEN_BACK.format(
        act=words.ACTS[done.decision.act],
        outcome=words.OUTCOMES[submission.outcome],
    )
    if done.since is not None:
        said += f" {words.BLOG_ACTED[done.since.act]}"
    say_last(said, submission.guid)
    if wants_json():
        return flask.jsonify(
            said=said,
            guid=submission.guid,
            version=submission.version,
            listing=LISTS[submission.outcome],
        )
    return flask.redirect(back(), SEE_OTHER)


@moderation.get("/decided")
def decided() -> ResponseReturnValue:
    """Every decision, newest first; each can be taken back, for good."""
    here, person = runtime(), signed_in()
    before = forms.read_number(flask.request.args.get("before"))
    found = list_decided(person, before=before, store=here.store)
    return page(
        "decided.html",
        listing="decided",
        lines=[_line(one, found, person) for one in found.rows],
        own=[_line(one, found, person) for one in found.own],
        before=found.before,
    )


def _line(one: DecidedRow, found: DecidedPage, person: Moderator) -> views.DecidedLine:
    now = runtime().clock()
    if one.bulk is not None:
        return _bulk_line(one.bulk, person, is_undone=one.is_undone)
    decision, submission = one.decision, one.submission
    if decision is None or submission is None:
        raise e.NotFound
    is_own = decision.moderator_id == person.moderator_id
    is_allowed = may(person, Action.DECIDE) and (is_own or may(person, Action.UNDO_OTHERS))
    return views.DecidedLine(
        decision_id=decision.decision_id,
        shape=views.shape_of(decision),
        text=views.decided_line(decision),
        note=visible(decision.note),
        reason=visible(decision.reason),
        when=views.ago(decision.decided_at, now),
        at=decision.decided_at,
        is_undone=one.is_undone,
        can_undo=is_allowed and decision.act is not Act.UNDO and not one.is_undone,
        is_own=is_own,
        row=views.row(submission, found.sites, now),
    )


def _bulk_line(bulk: Bulk, person: Moderator, *, is_undone: bool) -> views.DecidedLine:
    is_own = bulk.moderator_id == person.moderator_id
    is_allowed = may(person, Action.BULK) and (is_own or may(person, Action.UNDO_OTHERS))
    at = bulk.started_at or bulk.made_at
    return views.DecidedLine(
        shape=views.SHAPES[bulk.act],
        text=words.BULK_LINE.format(
            who=visible(bulk.moderator), act=words.ACTS[bulk.act], count=bulk.done
        ),
        note=visible(bulk.note),
        reason=visible(bulk.reason),
        when=views.ago(at, runtime().clock()),
        at=at,
        is_undone=is_undone,
        can_undo=is_allowed and bulk.act is not Act.UNDO and not is_undone,
        is_own=is_own,
        bulk=bulk.guid,
    )


@moderation.get("/help", endpoint="help")
def help_page() -> ResponseReturnValue:
    """Every key and what the three buttons mean, for those without script or on paper."""
    return page("help.html", listing="help")
