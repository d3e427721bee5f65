"""One comment with everything known about it."""

from __future__ import annotations

import flask
from flask.typing import ResponseReturnValue

from models.verdict import Cutoffs
from service.domain.address import shown
from service.domain.decision import Act
from service.domain.moderator import Action, may, may_erase
from service.domain.site import Site
from service.domain.submission import Submission
from service.domain.view import View
from service.errors import InvalidField
from service.moderation import addresses, desk_words, item_view, views
from service.moderation.beside import Beside, held_line, standing_line
from service.moderation.blueprint import LISTS, SEE_OTHER, back, moderation, page, wants_json
from service.moderation.held import held_because, held_range
from service.moderation.letters import visible
from service.moderation.offers import offers
from service.moderation.sayings import tell
from service.moderation.words import CHANGES
from service.web.auth import signed_in
from service.web.health import runtime
from service.workflows.add_note import add_note
from service.workflows.claim_item import claim_item
from service.workflows.explain import Explanation, explain
from service.workflows.look_at import look_at


@moderation.get("/item/<guid>")
def item(guid: str) -> ResponseReturnValue:
    """One comment: its text, why it stands where it stands, what came with it, what happened.

    Opening it holds it softly; what the script fetches ahead does not.
    """
    return show_item(guid, "")


def show_item(guid: str, refusal: str, *, act: Act | None = None) -> str:
    """The page of one comment, with a sentence when the last form was refused.

    *act* is what was asked for and still wants a reason: whoever gives one only presses again.
    """
    here, person = runtime(), signed_in()
    place, now = back(), here.clock()
    view = addresses.read_place(place)
    is_opened = flask.request.headers.get("X-Chaffinch") != "ahead"
    seen = look_at(person, guid, view, claims=is_opened, store=here.store, now=now)
    submission, site = seen.submission, seen.site
    told = explain(submission, site, scorer=here.scorer)
    cutoffs = _cutoffs(site, submission, told)
    is_mine = bool(seen.claim and seen.claim.moderator_id == person.moderator_id)
    parent, every = seen.parent, seen.sites
    return page(
        "item.html",
        seen=seen,
        row=views.row(submission, every, now, Beside(is_rechecked=bool(seen.rechecks))),
        parent=views.row(parent, every, now) if parent else None,
        about=item_view.about(submission),
        held_because=held_because(submission),
        rule_kind=desk_words.KINDS[seen.entry.kind] if seen.entry else "",
        text=item_view.read_text(submission),
        facts=item_view.facts(submission),
        why=item_view.why(submission),
        held=held_range(submission, cutoffs),
        what_ifs=item_view.what_ifs(told),
        today=item_view.today(submission, told),
        history=item_view.history(seen, person.moderator_id),
        may_undo_others=may(person, Action.UNDO_OTHERS),
        listing_page=LISTS[submission.outcome],
        standing=standing_line(seen.author),
        earlier=item_view.earlier(seen, now),
        like=[views.row(one, seen.sites, now) for one in seen.like],
        like_place=addresses.write_view(View(campaign_id=submission.campaign_id)),
        held_line=held_line(seen.claim, person.moderator_id),
        is_mine=is_mine,
        is_claimed=bool(seen.claim and is_mine and seen.claim.is_deliberate),
        visible=visible,
        shown=shown,
        forgets=item_view.forgettable(submission) if may_erase(person) else "",
        offers=offers(submission, site.name),
        refusal=refusal,
        needs_reason=site.policy.needs_reason,
        wants=CHANGES[act.value.lower()] if act else "",
        # Not the form's own address: nobody can come back to that one.
        here=flask.url_for("moderation.item", guid=guid, back=place),
        back=place,
    )


@moderation.post("/item/<guid>/claim", endpoint="claim")
def claim_form(guid: str) -> ResponseReturnValue:
    """Hold it, renew that, or let it go."""
    here, form = runtime(), flask.request.form
    wants, is_deliberate = form.get("wants", "1") == "1", form.get("asked") == "1"
    claim = claim_item(
        signed_in(),
        guid,
        wants=wants,
        is_deliberate=is_deliberate,
        store=here.store,
        now=here.clock(),
    )
    if wants_json():
        return flask.jsonify(
            held=held_line(claim, signed_in().moderator_id),
            asked=bool(claim and claim.is_deliberate),
        )
    if not wants:
        # The page itself would hold it again: whoever lets go is led elsewhere, or nowhere.
        return flask.redirect(back(), SEE_OTHER) if is_deliberate else ("", 204)
    return flask.redirect(flask.url_for("moderation.item", guid=guid, back=back()), SEE_OTHER)


@moderation.post("/item/<guid>/note", endpoint="note")
def note_form(guid: str) -> ResponseReturnValue:
    """One more line in its history."""
    here = runtime()
    text = flask.request.form.get("text", "")
    try:
        add_note(signed_in(), guid, text, store=here.store, now=here.clock())
    except InvalidField as error:
        return show_item(guid, tell(error)), 400
    return flask.redirect(flask.url_for("moderation.item", guid=guid, back=back()), SEE_OTHER)


def _cutoffs(site: Site, submission: Submission, told: Explanation) -> Cutoffs | None:
    """The cutoffs this was judged by, as far as they can still be known."""
    if submission.scoring and submission.scoring.cutoffs:
        return submission.scoring.cutoffs
    if site.policy.cutoffs:
        return site.policy.cutoffs
    scoring = submission.scoring
    is_same = told.today is not None and scoring and scoring.model_id == told.today.model_id
    return told.cutoffs if is_same else None
