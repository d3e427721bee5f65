"""One comment with everything known about it."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from models.verdict import Cutoffs
from service.domain.moderator import Action, may
from service.domain.site import Site
from service.domain.submission import Submission
from service.errors import ScorerUnavailable
from service.moderation import forms, item_view, views
from service.moderation.blueprint import LISTS, back, moderation, page
from service.runtime import Runtime
from service.web.auth import signed_in
from service.web.health import runtime
from service.workflows.look_at import look_at


@moderation.get("/item/<guid>")
def item(guid: str) -> ResponseReturnValue:
    """One comment: its text, why it stands where it stands, what came with it, what happened."""
    here, person = runtime(), signed_in()
    place = back()
    seen = look_at(person, guid, site_id=forms.read_site(place), store=here.store)
    submission, site = seen.submission, seen.site
    return page(
        "item.html",
        seen=seen,
        row=views.row(submission, {site.site_id: site}, here.clock()),
        text=item_view.read_text(submission),
        facts=item_view.facts(submission),
        why=item_view.why(submission),
        held=item_view.held(submission, _cutoffs(here, site, submission)),
        history=item_view.history(seen, person.moderator_id),
        may_undo_others=may(person, Action.UNDO_OTHERS),
        listing_page=LISTS[submission.outcome],
        back=place,
    )


def _cutoffs(here: Runtime, site: Site, submission: Submission) -> Cutoffs | None:
    """The cutoffs this was judged by, as far as they can still be known."""
    if site.policy.cutoffs:
        return site.policy.cutoffs
    try:
        live = here.scorer.live()
    except ScorerUnavailable:
        return None
    is_same = submission.scoring is not None and submission.scoring.model_id == live.model_id
    return live.cutoffs if is_same else None
