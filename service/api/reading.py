"""queue, comments, decisions, sites, models, statistics: what a Site may look at."""

from __future__ import annotations

import dataclasses
import datetime as dt

import flask

from service import errors as e
from service.api import answers, writing
from service.api.operations import Call, Operation, operation
from service.api.read import read_cursor, read_limit, write_cursor
from service.domain.decision import Outcome
from service.domain.scope import Scope
from service.web.health import runtime
from service.workflows.count_calls import count_statistics
from service.workflows.list_for_site import (
    find_own_comment,
    list_own_comments,
    list_own_decisions,
    list_own_sites,
)
from service.workflows.list_models import list_models


def _queue(call: Call) -> answers.Items:
    word = flask.request.args.get("outcome", "unsure").upper()
    if word not in {one.value for one in Outcome}:
        raise e.InvalidField("outcome", "outcome is unsure, ham, spam or removed.")
    found, following = list_own_comments(
        call.caller.owner,
        Outcome(word),
        before=read_cursor(flask.request.args.get("cursor", "")),
        limit=read_limit(),
        store=runtime().store,
    )
    items = [writing.write_item(one) for one in found]
    return answers.Items(items=items, next=write_cursor(following))


def _comment(call: Call) -> answers.Item:
    guid = str(call.path["guid"])
    return writing.write_item(find_own_comment(call.caller.owner, guid, store=runtime().store))


def _decisions(call: Call) -> answers.Decisions:
    cursor = read_cursor(flask.request.args.get("cursor", ""))
    order = flask.request.args.get("order", "newest")
    if order not in {"newest", "oldest"}:
        raise e.InvalidField("order", "order is newest or oldest.")
    is_oldest = order == "oldest"
    found, following = list_own_decisions(
        call.caller.owner,
        before=None if is_oldest else cursor,
        after=(cursor or 0) if is_oldest else None,
        limit=read_limit(),
        store=runtime().store,
    )
    items = [writing.write_decision(one, guid) for one, guid in found]
    if is_oldest and items:
        # Who follows what is new comes back with it, also at the end.
        following = items[-1].id
    return answers.Decisions(items=items, next=write_cursor(following))


def _sites(call: Call) -> answers.Sites:
    found, following = list_own_sites(
        call.caller.owner,
        after=read_cursor(flask.request.args.get("cursor", "")),
        limit=read_limit(),
        store=runtime().store,
    )
    items = [writing.write_site(site) for site in found]
    return answers.Sites(items=items, next=write_cursor(following))


def _models(_call: Call) -> answers.Models:
    here = runtime()
    try:
        live: str | None = here.scorer.live().model_id
    except e.ScorerUnavailable:
        live = None
    items = [
        answers.ModelOut(
            id=one.manifest.model_id,
            aliases=list(one.aliases),
            made_at=one.manifest.made_at,
            parent=one.manifest.parent,
            cutoffs=one.manifest.cutoffs,
            numbers=one.manifest.numbers,
        )
        for one in list_models(here.settings.models_dir)
    ]
    return answers.Models(live=live, items=items)


def _statistics(call: Call) -> answers.StatisticsOut:
    here = runtime()
    text = flask.request.args.get("since", "")
    try:
        since = dt.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=dt.UTC) if text else None
    except ValueError:
        raise e.InvalidField("since", "since is a day such as 2026-11-24.") from None
    found = count_statistics(call.caller.owner, since=since, store=here.store, now=here.clock())
    months = [
        answers.Month(
            month=name,
            spam=one.spam,
            ham=one.ham,
            missed_spam=one.missed_spam,
            false_positives=one.false_positives,
        )
        for name, one in found.months.items()
    ]
    return answers.StatisticsOut(
        spam=found.spam,
        ham=found.ham,
        missed_spam=found.missed_spam,
        false_positives=found.false_positives,
        months=months,
    )


_READ = Operation(
    method="GET",
    path="/queue",
    name="queue",
    summary="Comments that wait for a person, newest first; or those of another outcome.",
    scope=Scope.READ,
    answer=answers.Items,
    query=("outcome", "cursor", "limit"),
)
operation(_READ, _queue)
operation(
    dataclasses.replace(
        _READ,
        path="/comments/<guid>",
        name="comment",
        summary="One comment, with what was said about it and what holds now.",
        answer=answers.Item,
        query=(),
        refusals=(404,),
    ),
    _comment,
)
operation(
    dataclasses.replace(
        _READ,
        path="/decisions",
        name="decisions",
        summary="What was decided; with order=oldest, follow what is new by the cursor.",
        answer=answers.Decisions,
        query=("order", "cursor", "limit"),
    ),
    _decisions,
)
operation(
    dataclasses.replace(
        _READ,
        path="/sites",
        name="sites",
        summary="The site of this key, and those of its network, oldest first.",
        answer=answers.Sites,
        query=("cursor", "limit"),
    ),
    _sites,
)
operation(
    dataclasses.replace(
        _READ,
        path="/models",
        name="models",
        summary="The models that are here, and which of them answers.",
        answer=answers.Models,
        query=(),
    ),
    _models,
)
operation(
    dataclasses.replace(
        _READ,
        path="/statistics",
        name="statistics",
        summary="Counts, whole and by month.",
        answer=answers.StatisticsOut,
        query=("since",),
    ),
    _statistics,
)
