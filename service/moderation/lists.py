"""The lists: what waits, what is spam, what passed, what was removed."""

from __future__ import annotations

import flask
from flask.typing import ResponseReturnValue

from service.moderation import forms, views, words
from service.moderation.blueprint import SEE_OTHER, moderation, page
from service.web.auth import signed_in
from service.web.health import runtime
from service.workflows.review import Listing, review

front = flask.Blueprint("front", __name__)


@front.get("/")
def home() -> ResponseReturnValue:
    """The front door leads to the queue."""
    return flask.redirect(flask.url_for("moderation.queue"), SEE_OTHER)


@moderation.get("/")
def queue() -> ResponseReturnValue:
    """What waits for a person."""
    return _list(Listing.WAITING)


@moderation.get("/spam")
def spam() -> ResponseReturnValue:
    """What is spam, by the machine or by a person."""
    return _list(Listing.SPAM)


@moderation.get("/passed")
def passed() -> ResponseReturnValue:
    """What is ham, by the machine or by a person."""
    return _list(Listing.PASSED)


@moderation.get("/removed")
def removed() -> ResponseReturnValue:
    """What a person removed without calling it spam."""
    return _list(Listing.REMOVED)


def _list(listing: Listing) -> ResponseReturnValue:
    here, asked = runtime(), flask.request.args
    now = here.clock()
    site_id = forms.read_number(asked.get("site"))
    before = forms.read_number(asked.get("before"))
    found = review(signed_in(), listing, site_id=site_id, before=before, store=here.store, now=now)
    return page(
        "list.html",
        title=words.TITLES[listing],
        listing=listing.value,
        rows=[views.row(item, found.sites, now) for item in found.items],
        found=found,
        counts={kind.value: count for kind, count in found.counts.items()},
        oldest=views.ago(found.oldest_at, now) if found.oldest_at else "",
        site_id=site_id,
        before=before,
        is_new=site_id is None and not any(found.counts.values()),
    )
