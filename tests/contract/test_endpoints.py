"""Each endpoint, with and without what it needs: clear answers, never a 5xx, never a traceback."""

import dataclasses
import re

import pytest

from service.app import create_app
from service.domain.site import Policy, UnsureMeans
from service.workflows.administer import revoke_key, set_policy
from tests.builders import BLOG, KEY, NOON
from tests.contract.calls import post
from tests.fakes import BrokenScorer

WORDPRESS = {"User-Agent": "WordPress/7.1 | Akismet/5.7.2"}


CASES = (
    ("ham", {"comment_content": "thanks"}, "false", None),
    ("spam", {"comment_content": "casino"}, "true", None),
    ("blatant", {"comment_content": "blatant"}, "true", "discard"),
    ("test author", {"comment_author": "akismet-guaranteed-spam"}, "true", None),
    ("old test author", {"comment_author": "viagra-test-123"}, "true", None),
    ("test address", {"comment_author_email": "akismet-guaranteed-spam@example.com"}, "true", None),
    ("administrator", {"comment_content": "casino", "user_role": "administrator"}, "false", None),
    (
        "administrator's test",
        {"user_role": "administrator", "comment_author": "akismet-guaranteed-spam"},
        "true",
        None,
    ),
    ("test discard", {"is_test": "1", "test_discard": "1"}, "true", "discard"),
    ("no test, no discard", {"is_test": "0", "test_discard": "1"}, "false", None),
)


@pytest.mark.parametrize(
    ("fields", "body", "tip"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_verdicts_on_the_wire(client, site_key, fields, body, tip):
    answer = post(client, "comment-check", **fields)
    assert (answer.text, answer.headers.get("X-akismet-pro-tip")) == (body, tip)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "X-akismet-debug-help" not in answer.headers


UNSURE = (
    ("a plugin that can hold", WORDPRESS, {}, "false", "604800"),
    (
        "an old plugin publishes on false",
        {"User-Agent": "WordPress/6.1 | Akismet/5.0.2"},
        {},
        "true",
        None,
    ),
    ("any other client", {}, {}, "true", None),
    ("a form of the plugin", WORDPRESS, {"comment_type": "contact-form"}, "true", None),
    ("asked again about a held one", WORDPRESS, {"recheck_reason": "recheck_queue"}, "false", None),
    (
        "a pingback that is announced",
        WORDPRESS,
        {"comment_type": "pingback", "akismet_pre_check": "1"},
        "false",
        None,
    ),
    ("asked again after trouble", WORDPRESS, {"recheck_reason": "retry"}, "true", None),
)


@pytest.mark.parametrize(
    ("headers", "fields", "body", "after"),
    [case[1:] for case in UNSURE],
    ids=[c[0] for c in UNSURE],
)
def test_unsure_keeps_a_comment_off_the_page(client, site_key, headers, fields, body, after):
    answer = post(client, "comment-check", headers, comment_content="maybe", **fields)
    assert (answer.text, answer.headers.get("X-akismet-recheck-after")) == (body, after)


@pytest.mark.parametrize(
    ("choice", "body"), [(UnsureMeans.SPAM, "true"), (UnsureMeans.HAM, "false")]
)
def test_unsure_means_what_the_site_chose(client, store, site_key, choice, body):
    set_policy(BLOG, {"unsure": choice}, store=store, now=NOON)
    answer = post(client, "comment-check", WORDPRESS, comment_content="maybe")
    assert (answer.text, answer.headers.get("X-akismet-recheck-after")) == (body, None)


@pytest.mark.parametrize("field", ["user_ip", "blog"])
def test_a_missing_field_is_named(client, site_key, field):
    answer = post(client, "comment-check", **{field: None})
    assert answer.status_code == 200
    assert answer.text == f"Missing required field: {field}."
    assert answer.headers["X-akismet-debug-help"] == f'Empty "{field}" value'


def test_every_answer_has_its_own_guid(client, site_key):
    guids = {post(client, "comment-check").headers["X-akismet-guid"] for _ in range(5)}
    assert len(guids) == 5


def test_the_clients_guid_is_never_sent_back(client, site_key):
    answer = post(client, "comment-check", guid="evil\r\nX-Injected: 1")
    assert "evil" not in answer.headers["X-akismet-guid"]
    assert "X-Injected" not in answer.headers


def test_without_a_model_nobody_hears_a_verdict(runtime, site_key):
    client = create_app(dataclasses.replace(runtime, scorer=BrokenScorer())).test_client()
    answer = post(client, "comment-check", WORDPRESS)
    assert (answer.status_code, answer.text) == (503, "temporarily unavailable")
    assert answer.headers["Retry-After"] == "30"
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-akismet-guid"])
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert "no model could be loaded" in ready.text


@pytest.mark.parametrize("host", ["c0ffee123456.rest.example.org", "C0FFEE123456.x.y:8000"])
def test_the_key_may_stand_in_the_host_name(client, site_key, host):
    answer = client.post(
        "/1.1/comment-check",
        data={"blog": BLOG, "user_ip": "1", "comment_content": "casino"},
        headers={"Host": host},
    )
    assert answer.text == "true"


def test_while_a_key_is_replaced_the_new_one_is_judged(client, site_key):
    data = {"key": "000000000000", "blog": BLOG, "api_key": KEY}
    assert client.post("/1.1/verify-key", data=data).text == "invalid"
    data = {"key": KEY, "blog": BLOG, "api_key": "000000000000"}
    assert client.post("/1.1/verify-key", data=data).text == "valid"


def test_a_revoked_key_is_refused_with_invalid(client, store, site_key):
    revoke_key(1, store=store, now=NOON)
    assert post(client, "comment-check").text == "invalid"
    assert post(client, "verify-key").text == "invalid"


@pytest.mark.parametrize(
    ("data", "help_text"),
    [
        ({"blog": BLOG}, 'Empty "key" value'),
        ({"key": KEY}, 'Empty "blog" value'),
        ({"key": "000000000000", "blog": BLOG}, None),
    ],
)
def test_verify_key_names_what_is_empty_and_not_what_is_wrong(client, site_key, data, help_text):
    answer = client.post("/1.1/verify-key", data=data)
    assert (answer.text, answer.headers.get("X-akismet-debug-help")) == ("invalid", help_text)


def test_a_call_that_names_another_blog_is_judged_and_kept_under_its_own_site(
    client, store, site_key
):
    answer = post(client, "comment-check", blog="https://moved.example/", comment_content="casino")
    assert answer.text == "true"
    assert post(client, "verify-key", key=KEY, blog="https://moved.example/").text == "valid"
    with store.read() as unit:
        kept = unit.submissions.get(answer.headers["X-akismet-guid"])
        assert [site.blog for site in unit.sites.list_all()] == [BLOG]
    assert kept.other_blog == "https://moved.example/"
    assert post(client, "get-stats", key=KEY, blog="https://moved.example/").get_json()["spam"] == 1


def test_an_announced_pingback_does_not_wait_for_a_person(client, store, site_key):
    post(client, "comment-check", comment_content="maybe", akismet_pre_check="1")
    with store.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT outcome FROM submission").scalars().all()
    assert kept == ["HAM"]


def test_only_named_fields_are_ever_kept(client, store, site_key):
    canary = "canary-7d1f"
    fields = {
        "POST_pwd": canary,
        "HTTP_AUTHORIZATION": canary,
        "HTTP_COOKIE": canary,
        "PHP_AUTH_PW": canary,
        "POST_akismet_comment_nonce": canary,
        "HTTP_X_WP_NONCE": canary,
        "DOCUMENT_ROOT": canary,
        "anything_else": canary,
    }
    post(client, "comment-check", comment_content="kept", **fields)
    with store.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT * FROM submission").one()
    assert canary not in str(tuple(row))
    assert "kept" in row.comment


def test_a_default_policy_holds():
    assert Policy().unsure is UnsureMeans.HOLD
