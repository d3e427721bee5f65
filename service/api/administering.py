"""Decide as a moderator, and administer sites and keys: what programs of the owner ask."""

from __future__ import annotations

import dataclasses
from typing import Any

import flask

from models.verdict import Cutoffs
from service import errors as e
from service.api import answers, shapes, writing
from service.api.naming import named
from service.api.operations import CREATED, Call, Operation, operation
from service.api.read import read_cursor, read_limit, write_cursor
from service.domain.decision import Act
from service.domain.moderator import Moderator
from service.domain.scope import Scope
from service.domain.site import UnsureMeans
from service.domain.submission import Submission
from service.web.health import runtime
from service.workflows import administer
from service.workflows.decide import decide
from service.workflows.list_for_site import find_own_comment, find_own_decision
from service.workflows.promise_once import keep_promise
from service.workflows.suspend_key import suspend_key
from service.workflows.undo import undo


def _decide(call: Call) -> answers.Item:
    person = call.person()
    name, guid, is_done = named(call)
    if is_done:
        # Who decided something else meanwhile is not overruled by an answer that was lost.
        owner = call.caller.owner
        return writing.write_item(find_own_comment(owner, guid, store=runtime().store))
    decided = _decided(call, person)
    if name is not None:
        keep_promise(name, decided.guid, store=runtime().store)
    return writing.write_item(decided)


def _decided(call: Call, person: Moderator) -> Submission:
    ask: shapes.DecisionAsk = call.body
    here, owner = runtime(), call.caller.owner
    if ask.act == "undo":
        if ask.undoes is None:
            raise e.MissingField("undoes")
        find_own_decision(owner, ask.undoes, store=here.store)
        done = undo(person, ask.undoes, note=ask.note, store=here.store, now=here.clock())
        return done.submission
    if ask.guid is None:
        raise e.MissingField("guid")
    find_own_comment(owner, ask.guid, store=here.store)
    return decide(
        person,
        ask.guid,
        Act(ask.act.upper()),
        seen_version=ask.seen_version,
        note=ask.note,
        reason=ask.reason.strip(),
        store=here.store,
        now=here.clock(),
    )


def _add_site(call: Call) -> answers.KeyOut:
    ask: shapes.SiteAsk = call.body
    here = runtime()
    issued = administer.add_site(
        ask.blog,
        name=ask.name,
        is_network=ask.is_network,
        store=here.store,
        secret=here.secret,
        now=here.clock(),
    )
    return writing.write_key(issued.key, issued.text)


def _set_policy(call: Call) -> answers.SiteOut:
    ask: shapes.PolicyAsk = call.body
    here = runtime()
    with here.store.read() as unit:
        site = unit.sites.get(int(call.path["site"]))
    if site.parent_id is not None:
        raise e.NotFound("A site of a network has the policy of its network.")
    changes: dict[str, Any] = {name: getattr(ask, name) for name in ask.model_fields_set}
    if changes.get("unsure"):
        changes["unsure"] = UnsureMeans(changes["unsure"])
    for name in ("unsure", "recheck_after_s", "needs_reason"):
        if changes.get(name, name) is None:
            raise e.InvalidField(name, f"{name} cannot be null.")
    if ask.cutoffs is not None:
        try:
            changes["cutoffs"] = Cutoffs(**ask.cutoffs.model_dump())
        except ValueError:
            raise e.InvalidField("cutoffs", "Cutoffs must rise.") from None
    chosen = administer.set_policy(site.blog, changes, store=here.store, now=here.clock())
    return writing.write_site(chosen)


def _keys(_call: Call) -> answers.Keys:
    found, following = administer.page_keys(
        after=read_cursor(flask.request.args.get("cursor", "")),
        limit=read_limit(),
        store=runtime().store,
    )
    items = [writing.write_key(key) for key in found]
    return answers.Keys(items=items, next=write_cursor(following))


def _issue_key(call: Call) -> answers.KeyOut:
    ask: shapes.KeyAsk = call.body
    here = runtime()
    issued = administer.issue_key(
        ask.blog,
        name=ask.name,
        scopes=frozenset(Scope(word) for word in ask.scopes),
        acts_for=ask.acts_for,
        store=here.store,
        secret=here.secret,
        now=here.clock(),
    )
    return writing.write_key(issued.key, issued.text)


def _revoke_key(call: Call) -> answers.KeyOut:
    here = runtime()
    number = int(call.path["key"])
    return writing.write_key(administer.revoke_key(number, store=here.store, now=here.clock()))


def _suspend_key(call: Call) -> answers.KeyOut:
    return _set_suspended(call, is_suspended=True)


def _resume_key(call: Call) -> answers.KeyOut:
    return _set_suspended(call, is_suspended=False)


def _set_suspended(call: Call, *, is_suspended: bool) -> answers.KeyOut:
    here = runtime()
    return writing.write_key(
        suspend_key(
            int(call.path["key"]),
            is_suspended=is_suspended,
            by=call.person(),
            store=here.store,
            now=here.clock(),
        )
    )


operation(
    Operation(
        method="POST",
        path="/decisions",
        name="decide",
        summary="Decide, or take a decision back, as the moderator this key acts for.",
        scope=Scope.DECIDE,
        ask=shapes.DecisionAsk,
        answer=answers.Item,
        named=True,
        refusals=(404, 409, 413),
    ),
    _decide,
)
_ADMIN = Operation(
    method="POST",
    path="/sites",
    name="add_site",
    summary="Add a website; answers with its first key.",
    scope=Scope.ADMIN,
    ask=shapes.SiteAsk,
    answer=answers.KeyOut,
    status=CREATED,
    refusals=(404, 409, 413),
)
operation(_ADMIN, _add_site)
operation(
    dataclasses.replace(
        _ADMIN,
        method="PATCH",
        path="/sites/<int:site>",
        name="set_policy",
        summary="Change what a website has chosen.",
        ask=shapes.PolicyAsk,
        answer=answers.SiteOut,
        status=200,
    ),
    _set_policy,
)
operation(
    dataclasses.replace(
        _ADMIN,
        method="GET",
        path="/keys",
        name="keys",
        summary="Every key, by its first four characters, oldest first.",
        ask=None,
        query=("cursor", "limit"),
        answer=answers.Keys,
        status=200,
        refusals=(),
    ),
    _keys,
)
operation(
    dataclasses.replace(
        _ADMIN,
        path="/keys",
        name="issue_key",
        summary="Issue a key; its text is shown once.",
        ask=shapes.KeyAsk,
    ),
    _issue_key,
)
operation(
    dataclasses.replace(
        _ADMIN,
        method="DELETE",
        path="/keys/<int:key>",
        name="revoke_key",
        summary="Revoke a key, from now on.",
        ask=None,
        status=200,
        refusals=(404,),
    ),
    _revoke_key,
)
operation(
    dataclasses.replace(
        _ADMIN,
        path="/keys/<int:key>/suspend",
        name="suspend_key",
        summary="Refuse a key for a while; its blog holds what it would have asked about.",
        ask=None,
        status=200,
        refusals=(404, 409),
    ),
    _suspend_key,
)
operation(
    dataclasses.replace(
        _ADMIN,
        path="/keys/<int:key>/resume",
        name="resume_key",
        summary="Let a suspended key work again.",
        ask=None,
        status=200,
        refusals=(404, 409),
    ),
    _resume_key,
)
