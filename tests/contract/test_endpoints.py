"""Each endpoint, with and without what it needs: clear answers, never a 5xx, never a traceback."""

import dataclasses
import json
import random
import re

import pytest

from service.akismet.form import MOST_BYTES
from service.app import create_app
from service.domain.site import Policy, UnsureMeans
from service.workflows.administer import add_site, revoke_key, set_policy
from tests.builders import BLOG, KEY, NOON
from tests.fakes import BrokenScorer

NAMES = (
    "verify-key",
    "comment-check",
    "submit-spam",
    "submit-ham",
    "key-sites",
    "usage-limit",
    "get-subscription",
    "get-stats",
    "get-key-stats",
    "deactivate",
    "token",
    "verify-wpcom-key",
)
WORDPRESS = {"User-Agent": "WordPress/7.1 | Akismet/5.7.2"}
RANDOM = random.Random(7).randbytes(4000)
VERDICTS = {"true", "false", "valid"}
BODIES = {
    "no key": b"blog=https%3A%2F%2Fblog.example.org%2F&user_ip=203.0.113.9",
    "wrong key": b"api_key=000000000000&key=000000000000&blog=https%3A%2F%2Fb.example%2F&user_ip=1",
    "empty": b"",
    "random": RANDOM,
    "random pairs": b"key=" + RANDOM + b"&api_key=" + RANDOM + b"&blog=" + RANDOM,
    "3 MiB": b"comment_content=" + b"x" * (3 * 1024 * 1024),
}


def post(client, endpoint, headers=None, **fields):
    data = {"api_key": KEY, "blog": BLOG, "user_ip": "203.0.113.9"} | fields
    data = {name: value for name, value in data.items() if value is not None}
    return client.post(f"/1.1/{endpoint}", data=data, headers=headers or {})


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "application/json"])
def test_bad_input_gets_a_clear_answer(client, site_key, version, name, kind, content_type):
    answer = client.post(f"/{version}/{name}", data=BODIES[kind], content_type=content_type)
    text = answer.get_data(as_text=True)
    assert answer.status_code < 500
    assert text
    assert text not in VERDICTS or (text == "false" == text and name == "verify-wpcom-key")
    assert "Traceback" not in text
    if kind == "3 MiB":
        assert answer.status_code == 413
    if name == "comment-check":
        assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-akismet-guid"])


@pytest.mark.parametrize("name", NAMES)
def test_a_trailing_slash_answers_the_same_and_never_redirects(client, site_key, name):
    plain = client.post(f"/1.1/{name}", data={"api_key": KEY, "blog": BLOG})
    slashed = client.post(f"/1.1/{name}/", data={"api_key": KEY, "blog": BLOG})
    assert (plain.status_code, slashed.status_code) == (200, 200)


@pytest.mark.parametrize("path", ["/1.1/nothing", "/1.1/", "/1.3/verify-key", "/1.1/recheck"])
def test_what_is_not_there_is_said_so_in_text(client, path):
    answer = client.post(path)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text not in VERDICTS


def test_a_wrong_method_is_said_so_in_text(client):
    answer = client.get("/1.1/comment-check")
    assert answer.status_code == 405
    assert answer.text not in VERDICTS
    assert "X-akismet-guid" in answer.headers


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


def test_a_report_is_thanked_for_and_counted(client, site_key):
    post(client, "comment-check", comment_content="thanks a lot")
    answer = post(client, "submit-spam", comment_content="thanks a lot")
    assert answer.get_data() == b"Thanks for making the web a better place."
    stats = json.loads(post(client, "get-stats", key=KEY, **{"from": "all"}).text)
    assert (stats["ham"], stats["missed_spam"], stats["accuracy"]) == (1, 1, "0.00")


def test_statistics_have_the_shape_wordpress_reads(client, site_key):
    post(client, "comment-check", comment_content="casino")
    stats = json.loads(post(client, "get-stats", key=KEY).text)
    assert set(stats) == {
        "spam",
        "ham",
        "missed_spam",
        "false_positives",
        "accuracy",
        "time_saved",
        "breakdown",
    }
    assert stats["breakdown"]["2026-11"]["spam"] == "1"
    assert stats["spam"] == 1


def test_usage_counts_the_calls_of_this_month(client, site_key):
    for _ in range(3):
        post(client, "comment-check")
    post(client, "comment-check", is_test="1")
    usage = client.get(f"/1.2/usage-limit?api_key={KEY}").get_json()
    assert usage == {"limit": "none", "usage": 3, "percentage": "0", "throttled": False}
    extended = client.get(f"/1.2/usage-limit?api_key={KEY}&extended=true").get_json()
    assert extended["upgrade"] is False


def test_key_sites_lists_pages_filters_and_orders(client, store, site_key):
    network = add_site(
        "https://net.example/", is_network=True, store=store, secret="0" * 64, now=NOON
    ).text
    for blog, texts in (
        ("https://one.example/", ["casino"]),
        ("https://two.example/", ["ok", "ok"]),
    ):
        for text in texts:
            post(client, "comment-check", api_key=network, blog=blog, comment_content=text)

    def ask(**query):
        return client.get("/1.2/key-sites", query_string={"api_key": network} | query)

    table = ask().get_json()
    sites = [(row["site"], row["api_calls"]) for row in table["2026-11"]]
    assert sites == [("https://two.example/", "2"), ("https://one.example/", "1")]
    assert ask(order="spam").get_json()["2026-11"][0]["site"] == "https://one.example/"
    paged = ask(limit="1", offset="1").get_json()
    assert (paged["limit"], paged["offset"], paged["total"], len(paged["2026-11"])) == (1, 1, 2, 1)
    assert ask(filter="TWO").get_json()["total"] == 1
    assert ask(month="2020-01").get_json()["2020-01"][0]["api_calls"] == "0"
    assert ask(order="nonsense").status_code == 400
    lines = ask(format="csv").text.splitlines()
    assert lines[0].endswith("during 2026-11 (limit:500, offset: 0, total: 2)")
    assert lines[2] == "https://two.example/,2,0,2,0,0,false"
    assert network not in lines[0]


def test_a_subscription_is_what_wordpress_needs_to_keep_a_key(client, site_key):
    found = json.loads(post(client, "get-subscription", key=KEY).text)
    assert found["status"] == "active"
    assert set(found) == {
        "account_id",
        "account_type",
        "account_name",
        "status",
        "next_billing_date",
        "limit_reached",
    }


def test_the_statistics_pages_open_with_a_token_and_can_be_framed(client, site_key):
    post(client, "comment-check", comment_content="casino")
    token = post(client, "token").text
    for page in ("snapshot.php", "user-stats.php"):
        answer = client.get(f"/1.0/{page}?blog={BLOG}&token={token}&locale=en_US")
        assert answer.status_code == 200
        assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
        assert "X-Frame-Options" not in answer.headers
        assert "<b>1</b> spam caught" in answer.text
    assert client.get("/1.0/snapshot.php?token=forged").text == "invalid"
    assert client.get("/1.0/snapshot.php").text == "invalid"


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


def test_the_limit_is_two_mebibytes(client, site_key):
    start = f"api_key={KEY}&blog=https://b.example/&user_ip=1&comment_content=".encode()
    fits = start + b"x" * (MOST_BYTES - len(start))
    kind = "application/x-www-form-urlencoded"
    assert client.post("/1.1/comment-check", data=fits, content_type=kind).text == "false"
    over = client.post("/1.1/comment-check", data=fits + b"x", content_type=kind)
    assert (over.status_code, over.text) == (413, "The request is larger than 2 MiB.")
