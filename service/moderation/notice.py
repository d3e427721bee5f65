"""The page that tells commenters how their data is processed here; open to everybody."""

from __future__ import annotations

import flask
from flask.typing import ResponseReturnValue

from service.errors import ScorerUnavailable
from service.moderation.blueprint import front
from service.web.health import runtime
from service.workflows.tell_privacy import tell_privacy


@front.get("/privacy/<int:site_id>", endpoint="privacy")
def privacy(site_id: int) -> ResponseReturnValue:
    """How comments of one website are processed: this configuration and nothing else."""
    here = runtime()
    try:
        model = here.scorer.live().model_id
    except ScorerUnavailable:
        model = ""
    found = tell_privacy(site_id, store=here.store)
    return flask.render_template(
        "notice.html",
        site=found.site,
        receivers=found.receivers,
        model=model,
        has_mail=bool(here.settings.smtp_host),
    )
