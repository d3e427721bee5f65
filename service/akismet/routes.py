"""The Akismet endpoints: each parses, calls one workflow, renders. Nothing redirects."""

from __future__ import annotations

from typing import Final

import flask
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wsgi import get_host

from service import errors as e
from service.akismet import account, answer, checking, wire
from service.akismet.answer import Answer
from service.akismet.form import Pairs, first
from service.domain.caller import Caller
from service.domain.decision import Act
from service.domain.site import Site
from service.domain.submission import new_guid
from service.web.health import runtime
from service.workflows.count_calls import count_sites, count_statistics, count_usage
from service.workflows.report_mistake import report_mistake

akismet = flask.Blueprint("akismet", __name__, template_folder="templates")

# Half a day: the plugin asks for a new one with every page it shows.
_TOKEN_S: Final = 43_200
_GET_POST: Final = ("GET", "POST")


def _send(made: Answer) -> flask.Response:
    response = flask.Response(made.body, status=made.status, content_type=made.content_type)
    response.headers.extend(made.headers)
    return response


def _endpoint() -> str:
    return flask.request.path.rstrip("/").rpartition("/")[2]


def _request() -> Pairs:
    """Every field of this request. Raises BadInput and BodyTooLarge."""
    return checking.read_request(flask.request.environ)


def _host() -> str:
    return get_host(flask.request.environ)


def _caller(pairs: Pairs, *, blog: str | None = None) -> Caller:
    """Who calls. Raises UnknownKey."""
    return checking.find_by_call(_endpoint(), pairs, _host(), runtime(), blog=blog)


@akismet.before_request
def _name_this_answer() -> None:
    # Before anything can fail: a refusal without a guid is published (WORDPRESS.md, fact 2).
    flask.g.guid = new_guid() if _endpoint() == checking.CHECK else ""


@akismet.route("/<any('1.1', '1.2'):version>/verify-key", methods=["POST"])
def verify_key(version: str) -> ResponseReturnValue:  # noqa: ARG001 - both answer alike
    """`valid` or `invalid`. An empty key or blog is named; an unknown key is only refused (§2)."""
    pairs = _request()
    key = wire.read_key("verify-key", pairs, _host())
    if not key:
        return _send(answer.write_invalid(help_text='Empty "key" value'))
    if not wire.read_blog(pairs):
        return _send(answer.write_invalid(help_text='Empty "blog" value'))
    _caller(pairs)
    return _send(Answer("valid"))


@akismet.route("/<any('1.1', '1.2'):version>/comment-check", methods=["POST"])
def comment_check(version: str) -> ResponseReturnValue:  # noqa: ARG001 - both answer alike
    """`true` or `false`, after the comment is on disk."""
    return _send(checking.answer_check(flask.request.environ, flask.g.guid, runtime()))


@akismet.route("/<any('1.1', '1.2'):version>/submit-spam", methods=["POST"])
def submit_spam(version: str) -> ResponseReturnValue:  # noqa: ARG001 - both answer alike
    """The blog says: this was spam."""
    return _report(Act.SPAM)


@akismet.route("/<any('1.1', '1.2'):version>/submit-ham", methods=["POST"])
def submit_ham(version: str) -> ResponseReturnValue:  # noqa: ARG001 - both answer alike
    """The blog says: this was not spam."""
    return _report(Act.APPROVE)


def _report(act: Act) -> flask.Response:
    here, pairs = runtime(), _request()
    caller = _caller(pairs)
    if not wire.read_blog(pairs):
        raise e.MissingField("blog")
    arrival = wire.read_arrival(pairs, flask.request.headers.get("User-Agent", ""))
    report_mistake(arrival, act, caller.site, may_wait=True, store=here.store, now=here.clock())
    return _send(Answer(answer.THANKS))


@akismet.route("/<any('1.1', '1.2'):version>/key-sites", methods=_GET_POST)
def key_sites(version: str) -> ResponseReturnValue:  # noqa: ARG001 - both answer alike
    """The sites of a key and their month, as JSON or CSV."""
    here, pairs = runtime(), _request()
    caller = _caller(pairs, blog="")
    ask = account.read_sites_ask(pairs, here.clock())
    page = count_sites(caller.owner, ask, store=here.store)
    if first(pairs, "format").lower() == "csv":
        text = account.write_key_sites_csv(page, ask, f"{caller.key.hint}…")
        return _send(Answer(text, content_type="text/csv; charset=utf-8"))
    return _send(answer.write_json(account.write_key_sites(page, ask)))


@akismet.route("/<any('1.1', '1.2'):version>/usage-limit", methods=_GET_POST)
def usage_limit(version: str) -> ResponseReturnValue:  # noqa: ARG001 - both answer alike
    """Calls of this month; there is no limit."""
    here, pairs = runtime(), _request()
    caller = _caller(pairs, blog="")
    usage = count_usage(caller.owner, store=here.store, now=here.clock())
    is_extended = wire.read_yes(first(pairs, "extended"))
    return _send(answer.write_json(account.write_usage(usage, is_extended=is_extended)))


@akismet.route("/<any('1.1', '1.2'):version>/get-subscription", methods=_GET_POST)
def get_subscription(version: str) -> ResponseReturnValue:  # noqa: ARG001 - both answer alike
    """The account behind a key; WordPress stores no key without it."""
    try:
        made = account.write_subscription(_caller(_request()).owner.site_id)
    except e.SuspendedKey as error:
        made = account.write_subscription(error.site_id, is_suspended=True)
    return _send(answer.write_json(made))


@akismet.route("/<any('1.1', '1.2'):version>/get-stats", methods=_GET_POST)
@akismet.route("/<any('1.1', '1.2'):version>/get-key-stats", methods=_GET_POST)
def get_stats(version: str) -> ResponseReturnValue:  # noqa: ARG001 - both answer alike
    """Counts since some day: of the site that asks, or of all sites of the key."""
    here, pairs = runtime(), _request()
    caller = _caller(pairs)
    site = caller.owner if _endpoint() == "get-key-stats" else caller.site
    since = account.read_since(pairs, here.clock())
    found = count_statistics(site, since=since, store=here.store, now=here.clock())
    return _send(answer.write_json(account.write_statistics(found)))


@akismet.route("/<any('1.1', '1.2'):version>/deactivate", methods=["POST"])
def deactivate(version: str) -> ResponseReturnValue:  # noqa: ARG001 - both answer alike
    """The plugin says goodbye. Its key stays good: only its owner revokes keys."""
    _caller(_request())
    return _send(Answer("deactivated"))


@akismet.route("/<any('1.1', '1.2'):version>/test", methods=_GET_POST)
def test(version: str) -> ResponseReturnValue:  # noqa: ARG001 - both answer alike
    """The settings page asks whether we can be reached."""
    return _send(Answer("connected"))


@akismet.route("/<any('1.1', '1.2'):version>/compatible-plugins", methods=_GET_POST)
def compatible_plugins(version: str) -> ResponseReturnValue:  # noqa: ARG001 - both answer alike
    """A list the settings page caches; we recommend nothing."""
    return _send(answer.write_json([]))


@akismet.route("/<any('1.1', '1.2'):version>/verify-wpcom-key", methods=["POST"])
def verify_wpcom_key(version: str) -> ResponseReturnValue:  # noqa: ARG001 - both answer alike
    """An account of WordPress.com is asked for a key: it has none here, a key of ours is known."""
    pairs = _request()
    try:
        owner = _caller(pairs).owner
    except e.UnknownKey:
        return _send(Answer("false", content_type="application/json; charset=utf-8"))
    key = wire.read_key("verify-wpcom-key", pairs, _host())
    return _send(answer.write_json(account.write_subscription(owner.site_id) | {"api_key": key}))


def _tokens() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(runtime().secret, salt="statistics")


@akismet.route("/<any('1.1', '1.2'):version>/token", methods=["POST"])
def token(version: str) -> ResponseReturnValue:  # noqa: ARG001 - both answer alike
    """A token that opens the statistics pages for half a day, so that no key stands in a page."""
    return _send(Answer(_tokens().dumps(_caller(_request()).site.site_id)))


@akismet.route("/1.0/snapshot.php")
@akismet.route("/1.0/user-stats.php")
def statistics() -> ResponseReturnValue:
    """The page WordPress shows in a frame: this site's numbers. Refused without a good token."""
    here, pairs = runtime(), _request()
    site = _site_of_token(pairs)
    found = count_statistics(site, since=None, store=here.store, now=here.clock())
    page = flask.make_response(
        flask.render_template(
            "statistics.html",
            site=site,
            found=account.write_statistics(found),
            is_snapshot=_endpoint() == "snapshot.php",
            most=max([1, *(month.spam + month.ham for month in found.months.values())]),
        )
    )
    # The blog's own pages frame it; which address they have we can't know.
    page.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; frame-ancestors *; base-uri 'none'"
    )
    return page


@akismet.get("/1.0/statistics.css")
def statistics_css() -> ResponseReturnValue:
    """The look of the statistics pages."""
    style = flask.Response(flask.render_template("statistics.css"), mimetype="text/css")
    style.headers["Cache-Control"] = "public, max-age=86400"
    return style


def _site_of_token(pairs: Pairs) -> Site:
    text = first(pairs, "token")
    if not text:
        return _caller(pairs).site
    try:
        site_id = int(_tokens().loads(text, max_age=_TOKEN_S))
    except (BadData, TypeError, ValueError):
        raise e.UnknownKey(detail="bad statistics token") from None
    blog = wire.read_blog(pairs)
    with runtime().store.read() as unit:
        site = unit.sites.get(site_id)
        # WordPress asks for a token without naming its blog; the frame's address names it.
        is_one = site.is_network and blog
        child = unit.sites.find_by_blog(blog, parent_id=site_id) if is_one else None
        return child or site


def render_error(error: e.ServiceError | None, status: int, sentence: str) -> ResponseReturnValue:
    """A refusal as Akismet's clients read it: never one of the words that are verdicts."""
    guid = getattr(flask.g, "guid", "")
    return _send(checking.refuse(error, status, sentence, endpoint=_endpoint(), guid=guid))
