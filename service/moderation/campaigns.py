"""Near-duplicates as cards: one look, one decision, trusted members apart."""

from __future__ import annotations

import dataclasses
import difflib
import re
from typing import Final

import flask
from flask.typing import ResponseReturnValue

from models.text import look
from service.domain.view import Sort, View
from service.moderation import addresses, forms, views, words
from service.moderation.blueprint import SEE_OTHER, moderation, page
from service.moderation.letters import visible
from service.moderation.segments import Host, Segment, hosts
from service.web.auth import signed_in
from service.web.health import runtime
from service.workflows.follow_campaign import end_follow, follow_campaign
from service.workflows.list_campaigns import Group, list_campaigns

_SHOWN: Final = 600
_MOST_READ: Final = 100
_WORDS: Final = re.compile(r"\s+")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One group as its card shows it: the text with what differs marked, counts, who is trusted."""

    group: Group
    pieces: list[Segment]
    hosts: list[Host]
    place: str
    back: str
    row: views.Row
    trusted: list[views.Row]
    first: str
    last: str
    is_more: bool


@moderation.get("/campaigns")
def campaigns() -> ResponseReturnValue:
    """Groups of near-duplicates that wait."""
    here, now = runtime(), runtime().clock()
    found = list_campaigns(signed_in(), store=here.store, now=now)
    cards = [
        Card(
            group=one,
            pieces=differing([member.arrival.comment.text for member in one.members[:10]]),
            hosts=hosts(look(one.members[0].arrival.comment.text[:4000]).links)[:4],
            place=addresses.write_view(View(campaign_id=one.campaign_id)),
            back=addresses.write_view(View(campaign_id=one.campaign_id, sort=Sort.NEWEST)),
            row=views.row(one.members[0], found.sites, now),
            trusted=[views.row(member, found.sites, now) for member in one.trusted],
            first=views.ago(one.first_at, now),
            last=views.ago(one.last_at, now),
            is_more=one.waiting > _MOST_READ,
        )
        for one in found.groups
    ]
    return page(
        "campaigns.html",
        listing="campaigns",
        cards=cards,
        follows=found.follows,
        acts=words.ACTS,
        needs_reason=any(site.policy.needs_reason for site in found.sites.values()),
    )


@moderation.post("/campaigns/<int:campaign_id>/follow", endpoint="campaign_follow")
def campaign_follow(campaign_id: int) -> ResponseReturnValue:
    """Decide what comes like it in the next days, as it is decided now."""
    here = runtime()
    follow_campaign(
        signed_in(),
        campaign_id,
        forms.read_act(flask.request.form.get("act", "")),
        place=addresses.write_view(View(campaign_id=campaign_id)),
        reason=flask.request.form.get("reason", "").strip()[:60],
        store=here.store,
        now=here.clock(),
    )
    return flask.redirect(flask.url_for("moderation.campaigns") + "#followed", SEE_OTHER)


@moderation.post("/campaigns/follow/<int:follow_id>/end", endpoint="follow_end")
def follow_end(follow_id: int) -> ResponseReturnValue:
    """Nothing more is decided by it."""
    here = runtime()
    end_follow(signed_in(), follow_id, store=here.store, now=here.clock())
    return flask.redirect(flask.url_for("moderation.campaigns"), SEE_OTHER)


def differing(texts: list[str]) -> list[Segment]:
    """The first of *texts* in pieces; what any of the others has otherwise there is marked."""
    plain = [_WORDS.split(look(text[: _SHOWN * 4]).text.strip())[:150] for text in texts]
    first = plain[0]
    differs = [False] * len(first)
    for other in plain[1:]:
        matcher = difflib.SequenceMatcher(None, first, other, autojunk=False)
        for kind, start, end, _from, _to in matcher.get_opcodes():
            if kind != "equal":
                differs[start:end] = [True] * (end - start)
    pieces: list[Segment] = []
    for word, is_other in zip(first, differs, strict=True):
        look_of = "differs" if is_other else ""
        text = visible(word[:80])
        if pieces and pieces[-1].kind == look_of:
            pieces[-1] = Segment(f"{pieces[-1].text} {text}", look_of)
        else:
            pieces.append(Segment(text, look_of))
    return pieces
