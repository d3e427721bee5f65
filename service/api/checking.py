"""check, checks, feedback: what a blog asks."""

from __future__ import annotations

import flask

from models.comment import Comment
from service import errors as e
from service.api import answers, shapes, writing
from service.api.naming import named
from service.api.operations import Call, Operation, operation
from service.api.problem import write_problem
from service.api.read import read_value
from service.domain.decision import Act
from service.domain.scope import Scope
from service.domain.submission import Arrival, Submission
from service.web.errors import STATUS
from service.web.health import runtime
from service.workflows.check_comment import check_comments
from service.workflows.promise_once import item_guid, keep_promise
from service.workflows.report_mistake import report_mistake


def _comment(shape: shapes.CommentIn, blog: str) -> Comment:
    table = shape.model_dump(exclude={"honeypot"})
    for name in ("blog_lang", "user_role", "context"):
        table[name] = tuple(table[name])
    behaviour = (("honeypot", "filled"),) if shape.honeypot.strip() else ()
    return Comment(**table, blog=blog, behaviour=behaviour)


def _arrival(ask: shapes.CheckAsk, blog: str) -> Arrival:
    return Arrival(
        comment=_comment(ask.comment, blog),
        blog=blog,
        client=flask.request.headers.get("User-Agent", "")[:300],
        is_test=ask.is_test,
        client_ref=ask.comment_id,
    )


def _check(asks: list[tuple[str, Arrival]], call: Call, blog: str) -> list[Submission]:
    here, site = runtime(), call.site(blog)
    try:
        return check_comments(asks, site, store=here.store, scorer=here.scorer, now=here.clock())
    except e.Conflict:
        # The same call at the same moment was quicker; now all of it is there.
        return check_comments(asks, site, store=here.store, scorer=here.scorer, now=here.clock())


def _judged(one: Submission) -> answers.Judged:
    if one.scoring is None:
        raise e.ScorerUnavailable
    return writing.write_judged(one.guid, one.scoring)


def _check_one(call: Call) -> answers.Judged:
    ask: shapes.CheckAsk = call.body
    _name, guid, _is_done = named(call)
    blog = ask.blog or call.caller.site.blog
    return _judged(_check([(guid, _arrival(ask, blog))], call, ask.blog)[0])


def _check_many(call: Call) -> answers.Batch:
    batch: shapes.RawBatch = call.body
    _name, guid, _is_done = named(call)
    blog = batch.blog or call.caller.site.blog
    good: dict[int, tuple[str, Arrival]] = {}
    items: dict[int, answers.BatchItem] = {}
    for index, raw in enumerate(batch.items):
        try:
            ask = read_value(shapes.CheckAsk, raw)
            if ask.blog and ask.blog != batch.blog:
                raise e.InvalidField("blog", "A batch is about one blog: name it beside `items`.")
            good[index] = (item_guid(guid, index), _arrival(ask, blog))
        except e.BadInput as error:
            status = STATUS[type(error)]
            problem = write_problem(error, status, str(error))
            items[index] = answers.BatchItem(
                index=index, status=status, judged=None, problem=problem
            )
    done = _check(list(good.values()), call, batch.blog) if good else []
    for index, one in zip(good, done, strict=True):
        items[index] = answers.BatchItem(index=index, status=200, judged=_judged(one), problem=None)
    return answers.Batch(items=[items[index] for index in sorted(items)])


def _feedback(call: Call) -> answers.Heard:
    ask: shapes.FeedbackAsk = call.body
    if ask.guid is None and ask.comment is None:
        raise e.MissingField("guid")
    here = runtime()
    name, guid, is_done = named(call)
    if is_done:
        return answers.Heard(guid=guid, label=ask.label)
    site = call.site(ask.blog)
    blog = ask.blog or site.blog
    if ask.guid and ask.comment is None:
        with here.store.read() as unit:
            comment = unit.submissions.get(ask.guid, site_ids=(site.site_id,)).arrival.comment
    else:
        comment = _comment(ask.comment or shapes.CommentIn(), blog)
    arrival = Arrival(
        comment=comment,
        blog=blog,
        client=flask.request.headers.get("User-Agent", "")[:300],
        is_test=ask.is_test,
        guid=ask.guid or "",
        reporter=ask.reporter,
    )
    act = Act.SPAM if ask.label == "spam" else Act.APPROVE
    heard = report_mistake(arrival, act, site, store=here.store, now=here.clock())
    if name is not None:
        keep_promise(name, heard.guid, store=here.store)
    return answers.Heard(guid=heard.guid, label=ask.label)


operation(
    Operation(
        method="POST",
        path="/check",
        name="check",
        summary="Judge one comment; it is on disk before you hear.",
        scope=Scope.CHECK,
        ask=shapes.CheckAsk,
        answer=answers.Judged,
        named=True,
        refusals=(409, 413),
    ),
    _check_one,
)
operation(
    Operation(
        method="POST",
        path="/checks",
        name="checks",
        summary="Judge up to 1 000 comments; each is answered on its own.",
        scope=Scope.CHECK,
        ask=shapes.BatchAsk,
        reads=shapes.RawBatch,
        answer=answers.Batch,
        named=True,
        refusals=(409, 413),
    ),
    _check_many,
)
operation(
    Operation(
        method="POST",
        path="/feedback",
        name="feedback",
        summary="Say that a verdict was wrong, or right.",
        scope=Scope.FEEDBACK,
        ask=shapes.FeedbackAsk,
        answer=answers.Heard,
        named=True,
        refusals=(404, 409, 413),
    ),
    _feedback,
)
