"""Every route has a guard or is named open; every error has a status and a rendering."""

import inspect

import flask
import pytest

from service import errors
from service.errors import ServiceError
from service.web.auth import OPEN_ENDPOINTS, require_moderator
from service.web.errors import STATUS
from tests.architecture.source import ROOT

# Anybody may ask these, and what they tell: that we are here.
OPEN = {
    "akismet.test": "connected",
    "akismet.compatible_plugins": "an empty list",
    "akismet.statistics_css": "a style sheet",
    "health.alive": "ok",
    "health.ready": "what is ready",
    "front.home": "the way to the queue",
    "front.wordpress": "the plugin, which holds no secret",
    "front.privacy": "how comments of a website are processed",
    "api.openapi_json": "what the API is",
    "api.docs": "the same, to read",
    "api.static": "its style sheet and script",
}
# These tell by a word of their own that nobody is there.
REFUSALS = {"akismet.verify_wpcom_key": "false"}


def rules(app, prefix=""):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(prefix)]


def test_every_route_belongs_to_a_blueprint_that_has_rules(app):
    known = {"akismet", "api", "moderation", "health", "front", "metrics"}
    assert {rule.endpoint.partition(".")[0] for rule in rules(app)} == known


def test_the_moderation_blueprint_is_guarded_before_anything_else(app):
    assert app.before_request_funcs["moderation"][0] is require_moderator


def test_what_is_named_open_is_there(app):
    endpoints = {rule.endpoint for rule in rules(app)}
    assert (set(OPEN) | set(REFUSALS) | set(OPEN_ENDPOINTS)) - endpoints == set()


def ask(client, rule, method):
    version = {"version": "1.1"} if "version" in rule.arguments else {}
    rest = dict.fromkeys(rule.arguments - {"version"}, "0" * 32)
    with client.application.test_request_context():
        path = flask.url_for(rule.endpoint, **version, **rest)
    return client.open(path, method=method, data={} if method == "POST" else None)


def test_no_page_of_ours_answers_a_stranger(app, client):
    answered = {}
    for rule in rules(app, "moderation."):
        if rule.endpoint in OPEN_ENDPOINTS:
            continue
        for method in rule.methods - {"OPTIONS", "HEAD"}:
            answer = ask(client, rule, method)
            is_refused = answer.status_code == 400 or "/sign-in" in answer.headers.get(
                "Location", ""
            )
            if not is_refused:
                answered[rule.endpoint, method] = answer.status_code
    assert answered == {}


def test_no_endpoint_answers_a_blog_without_a_key(app, client):
    answered = {}
    for rule in rules(app, "akismet."):
        if rule.endpoint in OPEN:
            continue
        for method in rule.methods - {"OPTIONS", "HEAD"}:
            answer = ask(client, rule, method)
            if answer.text != REFUSALS.get(rule.endpoint, "invalid"):
                answered[rule.endpoint, method] = answer.text
    assert answered == {}


def test_no_operation_of_the_api_answers_without_a_key(app, client):
    answered = {}
    for rule in rules(app, "api."):
        if rule.endpoint in OPEN:
            continue
        for method in rule.methods - {"OPTIONS", "HEAD"}:
            with client.application.test_request_context():
                numbers = {"site", "key"} & rule.arguments
                rest = dict.fromkeys(rule.arguments, "0" * 32) | dict.fromkeys(numbers, 1)
                path = flask.url_for(rule.endpoint, **rest)
            answer = client.open(path, method=method, json={})
            if answer.status_code != 401:
                answered[rule.endpoint, method] = answer.status_code
    assert answered == {}


def every_error(kind=ServiceError):
    return [kind, *(found for sub in kind.__subclasses__() for found in every_error(sub))]


def test_every_error_has_a_status():
    assert set(every_error()) == set(STATUS)


def test_every_error_has_its_own_code_word_and_a_sentence():
    codes = [kind.code for kind in every_error()]
    assert len(set(codes)) == len(codes)
    assert [k for k in every_error() if not k.sentence.endswith(".")] == []


def test_the_tree_in_the_docstring_names_every_error():
    document = inspect.getdoc(errors)
    assert [kind.__name__ for kind in every_error() if kind.__name__ not in document] == []


def make(kind):
    if kind is errors.MissingField:
        return kind("user_ip")
    if kind is errors.InvalidField:
        return kind("month", "A month looks like 2026-11.")
    if kind is errors.AlreadyDecided:
        return kind("Ana approved this.", version=1)
    if kind is errors.BelongsToBulk:
        return kind("0" * 32)
    if kind is errors.SuspendedKey:
        return kind(1)
    return kind(detail="for the log only") if "detail" in signature(kind) else kind()


def signature(kind):
    return inspect.signature(kind.__init__).parameters


PLACES = (
    "/1.1/comment-check",
    "/1.1/submit-spam",
    "/api/v1/checks",
    "/moderation/",
    "/healthz",
    "/nowhere",
)
VERDICTS = {"true", "false", "valid"}


@pytest.mark.parametrize("place", PLACES)
def test_every_error_is_rendered_everywhere_without_a_verdict(app, place):
    wrong = {}
    for kind in every_error():
        with app.test_request_context(place, method="POST"):
            flask.g.moderator = None
            answer = flask.make_response(app.handle_user_exception(make(kind)))
        text = answer.get_data(as_text=True)
        claims = {
            "is no verdict": text.strip().lower() not in VERDICTS,
            "keeps the detail": "for the log only" not in text,
            "has a guid": len(answer.headers.get("X-akismet-guid", "")) == 32
            or place != "/1.1/comment-check",
            "says when to come back": "Retry-After" in answer.headers
            or not hasattr(kind, "retry_after_s"),
        }
        wrong |= {(kind.__name__, name): text for name, holds in claims.items() if not holds}
    assert wrong == {}


def test_a_bug_shows_a_reference_and_nothing_of_itself(app):
    app.add_url_rule("/1.1/bug", "bug", lambda: 1 / 0)
    answer = app.test_client().get("/1.1/bug")
    assert answer.status_code == 500
    assert "reference" in answer.text
    assert "ZeroDivision" not in answer.text


def test_numbers_from_strangers_are_read_by_our_own_reader():
    """Flask's `type=int` takes what no column holds: such a number was answered with a 500."""
    found = [
        str(place.relative_to(ROOT))
        for folder in ("akismet", "api", "moderation", "web")
        for place in (ROOT / "service" / folder).rglob("*.py")
        if "type=int)" in place.read_text("utf-8")
    ]
    assert found == []
