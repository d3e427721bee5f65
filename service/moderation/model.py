"""The model that answers, and what the blind sample says of it."""

from __future__ import annotations

import flask
from flask.typing import ResponseReturnValue

from service.domain.audit import share_between
from service.errors import ScorerUnavailable
from service.moderation.blueprint import SEE_OTHER, moderation, page
from service.moderation.forms import read_number
from service.web.auth import signed_in
from service.web.health import runtime
from service.workflows.audit import DRAWN_AT_ONCE, Audited, draw_sample, read_audits
from service.workflows.count_decided import MOST_COUNTED, count_decided
from service.workflows.list_models import list_models


@moderation.get("/model", endpoint="model")
def model_page() -> ResponseReturnValue:
    """Which models there are, which answers, and how often it was wrong where nobody looked."""
    here = runtime()
    try:
        live = here.scorer.live().model_id
    except ScorerUnavailable:
        live = ""
    decided = count_decided(signed_in(), store=here.store)
    return page(
        "model.html",
        listing="model",
        live=live,
        known=list_models(here.settings.models_dir),
        audited=[_row(one) for one in read_audits(signed_in(), store=here.store)],
        drawn=read_number(flask.request.args.get("drawn")),
        at_once=DRAWN_AT_ONCE,
        decided=decided,
        decided_told=f"{decided}+" if decided >= MOST_COUNTED else str(decided),
    )


@moderation.post("/model/sample", endpoint="sample")
def sample() -> ResponseReturnValue:
    """Put some of the machine's own answers among what waits."""
    here = runtime()
    drawn = draw_sample(signed_in(), store=here.store, now=here.clock())
    return flask.redirect(flask.url_for("moderation.model", drawn=drawn), SEE_OTHER)


def _row(one: Audited) -> dict[str, object]:
    found = one.figures
    return {
        "site": one.site,
        "figures": found,
        "missed": share_between(found.missed_spam, found.ham),
        "hidden": share_between(found.hidden_ham, found.spam),
    }
