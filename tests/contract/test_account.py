"""The account endpoints: counted from what is stored, in the shapes WordPress reads."""

import datetime as dt
import json

import pytest

from service.workflows.administer import add_site
from service.workflows.suspend_key import suspend_key
from tests.builders import BLOG, KEY, NOON
from tests.contract.calls import post


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


@pytest.mark.parametrize("spelling", ["0", "false", "False", "", "no"])
def test_a_no_to_is_test_counts_like_any_call(client, site_key, spelling):
    post(client, "comment-check", is_test=spelling)
    for yes in ("1", "true", "True"):
        post(client, "comment-check", is_test=yes)
    assert client.get(f"/1.2/usage-limit?api_key={KEY}").get_json()["usage"] == 1


def test_usage_begins_anew_with_each_month_and_reports_are_no_usage(client, clock, site_key):
    post(client, "comment-check")
    clock.now = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
    post(client, "submit-spam", comment_content="never seen before")
    assert client.get(f"/1.2/usage-limit?api_key={KEY}").get_json()["usage"] == 0
    post(client, "comment-check")
    assert client.get(f"/1.2/usage-limit?api_key={KEY}").get_json()["usage"] == 1
    stats = post(client, "get-stats", key=KEY, **{"from": "all"}).get_json()
    assert [(month, row["ham"]) for month, row in stats["breakdown"].items()] == [
        ("2026-11", "1"),
        ("2026-12", "1"),
    ]


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


def test_a_blog_of_a_network_sees_its_own_statistics(client, store):
    key = add_site(
        "https://net.example/", is_network=True, store=store, secret="0" * 64, now=NOON
    ).text
    for blog, count in (("https://one.example/", 1), ("https://two.example/", 3)):
        for _ in range(count):
            post(client, "comment-check", api_key=key, blog=blog, comment_content="casino")
    token = post(client, "token", api_key=key, blog=None).text
    for query, caught in (
        ("&blog=https://two.example", 3),
        ("&blog=https://no.example", 4),
        ("", 4),
    ):
        page = client.get(f"/1.0/user-stats.php?token={token}{query}").text
        assert f"<b>{caught}</b> spam caught" in page
        stats = post(client, "get-stats", key=key, blog=query[6:] or None).get_json()
        assert stats["spam"] == (0 if "no.example" in query else caught)


@pytest.fixture
def suspended(client, store, site_key):
    """The same client, its key suspended; its Site's id."""
    with store.read() as unit:
        (site,) = unit.sites.list_all()
        (key,) = unit.sites.list_keys(site.site_id)
    suspend_key(key.key_id, is_suspended=True, store=store, now=NOON)
    yield site.site_id
    suspend_key(key.key_id, is_suspended=False, store=store, now=NOON)
    assert post(client, "verify-key", key=KEY).text == "valid"


def test_a_subscription_tells_a_suspended_key_from_one_that_never_was(client, suspended):
    found = json.loads(post(client, "get-subscription", key=KEY).text)
    assert (found["status"], found["account_id"]) == ("suspended", suspended)
    assert len(found) == 6
    stranger = post(client, "get-subscription", api_key="000000000000")
    assert stranger.text == "invalid"
    assert "X-akismet-alert-code" not in stranger.headers


@pytest.mark.parametrize("endpoint", ["verify-key", "comment-check", "get-stats"])
def test_the_alert_of_a_suspended_key_comes_with_all_that_would_clear_it(
    client, suspended, endpoint
):
    answer = post(client, endpoint, key=KEY)
    assert (answer.status_code, answer.text) == (200, "invalid")
    assert answer.headers["X-akismet-alert-code"] == "10006"
    assert answer.headers["X-akismet-alert-msg"].startswith("This key is suspended")


@pytest.mark.parametrize("endpoint", ["comment-check", "submit-spam", "submit-ham"])
@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_suspended_key_hears_no_verdict_and_no_thanks(client, suspended, endpoint, version):
    fields = {"api_key": KEY, "blog": BLOG, "user_ip": "203.0.113.9", "comment_content": "casino"}
    answer = client.post(f"/{version}/{endpoint}", data=fields)
    assert (answer.status_code, answer.text) == (200, "invalid")
    assert answer.headers["X-akismet-error"] == "suspended"
    assert answer.headers["X-akismet-debug-help"].startswith("This key is suspended")
    assert bool(answer.headers.get("X-akismet-guid")) is (endpoint == "comment-check")


def test_verifying_a_suspended_key_has_no_help_that_makes_clients_throw(client, suspended):
    answer = post(client, "verify-key", key=KEY)
    assert {"X-akismet-debug-help", "X-akismet-error"}.isdisjoint(answer.headers.keys())
