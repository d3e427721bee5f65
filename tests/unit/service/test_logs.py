"""Logs: one object a line, and nothing in them that somebody wrote or must not know."""

import dataclasses
import io
import json
import logging

import pytest

from service.app import create_app
from service.logs import JsonLines
from service.storage.store import Store
from tests.builders import BLOG, KEY, PASSWORD, make_submission
from tests.conftest import SECRET
from tests.fakes import BrokenScorer

CANARIES = {
    "comment_content": "canary-of-text",
    "comment_author": "canary-of-author",
    "comment_author_email": "canary-of@mail.example",
    "comment_author_url": "https://canary-of-link.example/",
    "referrer": "https://canary-of-referrer.example/",
}
NEVER = (*CANARIES.values(), KEY, PASSWORD, SECRET, "canary-of-password")


@pytest.fixture
def lines():
    """Everything any logger says from DEBUG up, as the server would write it."""
    stream, root = io.StringIO(), logging.getLogger()
    out, before = logging.StreamHandler(stream), root.level
    out.setFormatter(JsonLines())
    root.addHandler(out)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(out)
    root.setLevel(before)


def journey(runtime):
    """What a blog and a person do, allowed and refused."""
    client = create_app(runtime).test_client()
    fields = CANARIES | {"api_key": KEY, "blog": BLOG, "user_ip": "203.0.113.9"}
    for path in ("comment-check", "submit-spam", "submit-ham", "verify-key"):
        client.post(f"/1.1/{path}", data=fields)
        client.post(f"/1.1/{path}", data=fields | {"api_key": "canary-of-password"})
    client.post("/api/v1/check", json=fields, headers={"Authorization": f"Bearer {KEY}"})
    for password in (PASSWORD, "canary-of-password"):
        client.post("/moderation/sign-in", data={"name": "ana", "password": password})
    client.get("/readyz")


def test_a_whole_journey_logs_no_text_and_no_secret(runtime, site_key, moderator, lines):
    gone = Store.open("sqlite:////no/such/folder/x.sqlite3")
    for changes in ({}, {"scorer": BrokenScorer()}, {"store": gone}):
        journey(dataclasses.replace(runtime, **changes))
    told = lines.getvalue()
    # Without a line there would be nothing to find.
    assert "unable to open database file" in told
    assert [one for one in NEVER if one in told] == []
    assert all(json.loads(line)["level"] for line in told.splitlines())


def test_a_leak_would_be_seen(lines):
    logging.getLogger("service.leak").warning("got %s", CANARIES["comment_content"])
    assert [one for one in NEVER if one in lines.getvalue()] == ["canary-of-text"]


def test_a_line_break_forges_no_second_line(lines):
    logging.getLogger("service.x").warning('a\n{"level": "forged"}')
    (line,) = lines.getvalue().splitlines()
    assert json.loads(line)["message"].startswith("a\n")


def test_an_error_comes_with_its_traceback(lines):
    try:
        int("why")
    except ValueError:
        logging.getLogger("service.x").exception("it broke")
    assert "ValueError: invalid literal" in json.loads(lines.getvalue())["error"]


def test_a_refusal_says_in_fields_where_it_was_and_with_which_status(runtime, site_key, lines):
    journey(runtime)
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    refused = [one for one in told if one["name"] == "service.web.errors"]
    assert {(one.get("endpoint"), one["status"]) for one in refused} >= {
        ("akismet.comment_check", 401),
        ("akismet.submit_spam", 401),
        ("moderation.sign_in_form", 400),
    }


def test_a_comment_in_the_spool_is_named_by_guid_and_site(tmp_path, lines):
    gone = Store.open("sqlite:////no/such/folder/x.sqlite3", spool=tmp_path)
    new = make_submission(7)
    gone.append(new)
    gone.close()
    (told,) = (one for one in map(json.loads, lines.getvalue().splitlines()) if "guid" in one)
    assert (told["guid"], told["site"]) == (new.guid, 7)


def test_only_named_fields_are_written(lines):
    extra = {"guid": "9f", "comment": CANARIES["comment_content"], "text": "canary-of-text"}
    logging.getLogger("service.x").warning("it waits", extra=extra)
    assert json.loads(lines.getvalue())["guid"] == "9f"
    assert [one for one in NEVER if one in lines.getvalue()] == []
