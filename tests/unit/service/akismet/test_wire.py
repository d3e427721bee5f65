"""Akismet's names read as ours: aliases, honeypots, who can hold, who escapes."""

import datetime as dt

import pytest

from service.akismet import wire

PLUGIN = "WordPress/7.1 | Akismet/5.7.2"
NINE = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


def comment(**fields):
    return wire.read_arrival(list(fields.items()), "").comment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-23T09:00:00Z", NINE),
        ("2026-11-23T09:00:00+00:00", NINE),
        ("2026-11-23T10:00:00+01:00", NINE),
        ("2026-11-23T09:00:00.000Z", NINE),
        ("2026-11-23T09:00:00", NINE),
        ("2026-11-23 09:00:00", NINE),
        ("1795424400", NINE),
        ("0000-00-00 00:00:00", None),
        ("", None),
        ("yesterday", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("9" * 30, None),
    ],
)
def test_six_spellings_of_a_time_are_read(text, moment):
    assert comment(comment_date_gmt=text).written_at == moment


def test_names_of_older_clients_are_read():
    found = comment(content_type="forum-post", comment_author_IP="203.0.113.9", comment_agent="UA")
    assert (found.comment_type, found.user_ip, found.user_agent) == (
        "forum-post",
        "203.0.113.9",
        "UA",
    )


def test_without_a_type_it_is_a_comment():
    assert comment().comment_type == comment(comment_type=" ").comment_type == "comment"


@pytest.mark.parametrize(
    "fields",
    [
        {"hidden_honeypot_field": "x"},
        {"honeypot_field_value": "x"},
        {"akismet_api_honeypot_field": "x"},
        {"POST_ak_hp_textarea": "x"},
        {"honeypot_field_name": "trap", "trap": "x"},
    ],
)
def test_a_filled_trap_is_seen_under_each_name(fields):
    assert comment(**fields).signal("honeypot") == "filled"
    empty = {name: text if text == "trap" else " " for name, text in fields.items()}
    assert comment(**empty).signal("honeypot") is None


@pytest.mark.parametrize(
    ("text", "is_test"),
    [
        *((text, True) for text in ("1", "true", "True", "yes", "on")),
        *((text, False) for text in ("", "0", "false", "False", "no", " 0 ")),
    ],
)
def test_is_test_is_read_in_all_its_spellings(text, is_test):
    assert wire.read_arrival([("is_test", text)], "").is_test is is_test


@pytest.mark.parametrize(
    ("client", "kind", "can"),
    [
        (PLUGIN, "comment", True),
        ("WordPress/6.8.7 | Akismet/5.5", "pingback", True),
        ("WordPress/7.1 | Akismet/10.0", "comment", True),
        ("WordPress/6.1.9 | Akismet/5.0.2", "comment", False),
        (PLUGIN, "contact-form", False),
        ("Node.js/20 | Akismet/16.2.1", "comment", False),
        ("curl/8 WordPress/7.1 | Akismet/5.7.2", "comment", False),
        ("", "comment", False),
    ],
)
def test_only_a_plugin_that_knows_the_header_can_hold(client, kind, can):
    assert wire.can_hold(client, kind) is can


@pytest.mark.parametrize(
    ("fields", "client", "text"),
    [
        ({"comment_content": r"It\'s \"so\""}, PLUGIN, 'It\'s "so"'),
        ({"comment_content": r"C:\\dir"}, PLUGIN, r"C:\dir"),
        ({"comment_content": r"It\'s"}, "curl/8", r"It\'s"),
        ({"comment_content": r"It\'s", "recheck_reason": "retry"}, PLUGIN, r"It\'s"),
        ({"comment_content": r"It\'s", "reporter": "admin"}, PLUGIN, r"It\'s"),
        ({"comment_content": r'C:\\x "so"'}, PLUGIN, r'C:\\x "so"'),
    ],
)
def test_slashes_are_taken_back_where_wordpress_put_them(fields, client, text):
    assert wire.read_arrival(list(fields.items()), client).comment.text == text


def test_what_is_kept_of_one_field_is_bounded():
    long = "x" * 100_000
    fields = ("comment_author", "comment_author_email", "referrer", "user_agent", "user_ip", "guid")
    arrival = wire.read_arrival([(name, long) for name in fields], long)
    assert len(str(arrival)) < 10_000
    assert comment(comment_content=long).text == long


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("c0ffee123456.rest.akismet.com", "c0ffee123456"),
        ("C0FFEE123456.rest.example:443", "c0ffee123456"),
        ("c0ffee123456", ""),
        ("c0ffee12345.rest.example", ""),
        ("127.0.0.1:8000", ""),
        ("[::1]:8000", ""),
        ("", ""),
    ],
)
def test_a_key_in_the_host_is_its_first_label(host, key):
    assert wire.key_in_host(host) == key


def test_key_beats_api_key_only_where_wordpress_sends_both():
    pairs = [("api_key", "old"), ("key", "new")]
    for endpoint in ("verify-key", "get-subscription", "get-stats", "get-key-stats", "deactivate"):
        assert wire.read_key(endpoint, pairs, "") == "new"
    for endpoint in ("comment-check", "submit-spam", "key-sites", "usage-limit", "token"):
        assert wire.read_key(endpoint, pairs, "") == "old"
