"""What the JSON API refuses, and how; and odd text that it takes."""

import json

import pytest

from service.errors import StoreUnavailable
from service.storage.store import Store
from tests.builders import KEY


def call(client, path, body=None, *, key=KEY, method=None, **headers):
    method = method or ("GET" if body is None else "POST")
    headers = {"Authorization": f"Bearer {key}"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return client.open(f"/api/v1/{path}", method=method, json=body, headers=headers)


def ask(text="Thank you, this solved it.", **changes):
    return {"comment": {"text": text, "author": "Maria"}} | changes


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("nothing", None, 404),
        ("check", {"comment": {"text": "x"}, "typo": 1}, 400),
        ("check", {"comment": {"text": ["x"]}}, 400),
        ("queue?limit=0", None, 400),
        ("queue?cursor=%FF", None, 400),
        ("decisions?order=x", None, 400),
        ("statistics?since=now", None, 400),
    ],
)
def test_every_refusal_is_a_problem(client, site_key, path, body, status):
    answer = call(client, path, body)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert {"type", "title", "status", "code", "detail"} <= set(answer.get_json())


def is_problem(answer, status, code):
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    told = answer.get_json()
    assert (told["status"], told["code"], told["type"]) == (status, code, f"/api/v1/docs#{code}")
    assert told["title"]
    assert told["detail"].endswith(".")


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ({"path": "check", "method": "DELETE"}, 405, "method-not-allowed"),
        ({"path": "nowhere/at/all"}, 404, "not-found"),
        ({"path": "comments/" + "0" * 32}, 404, "not-found"),
        ({"path": "check", "body": {"comment": {"text": "x" * 3_000_000}}}, 413, "too-large"),
        ({"path": "check", "body": {"comment": {"text": 5}}}, 400, "invalid-field"),
        ({"path": "check", "body": {}, "key": "0123456789ab"}, 401, "bad-key"),
        ({"path": "keys"}, 403, "not-permitted"),
    ],
)
def test_whatever_is_refused_is_refused_as_a_problem(client, site_key, how, status, code):
    is_problem(call(client, **how), status, code)


def test_trouble_of_ours_is_a_problem_that_says_when_to_come_back(client, site_key, monkeypatch):
    def gone(*_args, **_more):
        raise StoreUnavailable(detail="forced")

    call(client, "check", ask())
    monkeypatch.setattr(Store, "begin", gone)
    monkeypatch.setattr(Store, "append", gone)
    answer = call(client, "check", ask())
    is_problem(answer, 503, "no-store")
    assert int(answer.headers["Retry-After"]) > 0


def test_a_bug_is_a_problem_that_tells_nothing_of_itself(client, site_key, monkeypatch):
    def broken(*_args, **_more):
        raise ZeroDivisionError("of the secret")

    monkeypatch.setattr(Store, "append", broken)
    monkeypatch.setattr(Store, "begin", broken)
    answer = call(client, "check", ask(), Idempotency_Key="a")
    is_problem(answer, 500, "bug")
    assert "secret" not in answer.text
    assert "verdict" not in answer.text


def test_a_wrong_method_names_the_right_ones(client, site_key):
    answer = call(client, "check", method="GET")
    assert (answer.status_code, "POST" in answer.headers["Allow"]) == (405, True)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Basic eDp5", "Bearer 0123456789ab", f"bear {KEY}"]
)
def test_no_good_key_is_answered_alike(client, site_key, header):
    answer = client.get("/api/v1/queue", headers={"Authorization": header})
    assert (answer.status_code, answer.get_json()["code"]) == (401, "bad-key")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"null", b"{", b'{"comment":' * 5000, b"\xff", b'{"comment":{"text":1e999}}'],
)
def test_no_body_is_more_than_a_bad_request(client, site_key, raw):
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    assert client.post("/api/v1/check", data=raw, headers=headers).status_code == 400


@pytest.mark.parametrize("text", ["\ud83d half", "nul \0 nul", "\u202e", "x" * 100_000])
def test_odd_text_is_judged(client, site_key, text):
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    raw = json.dumps(ask(text))
    assert client.post("/api/v1/check", data=raw, headers=headers).status_code == 200
