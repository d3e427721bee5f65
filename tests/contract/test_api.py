"""The JSON API over the real application: verdicts, names that count once, scopes, refusals."""

import pytest
import sqlalchemy as sa

from service.domain.moderator import Role
from service.domain.scope import Scope
from service.storage.tables import decision, submission
from service.workflows.administer import add_moderator, add_site, issue_key
from tests.builders import BLOG, KEY, NOON, PASSWORD
from tests.conftest import SECRET
from tests.fakes import BrokenScorer

OTHER = "https://other.example/"


def call(client, path, body=None, *, key=KEY, method=None, **headers):
    method = method or ("GET" if body is None else "POST")
    headers = {"Authorization": f"Bearer {key}"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return client.open(f"/api/v1/{path}", method=method, json=body, headers=headers)


def ask(text="Thank you, this solved it.", **changes):
    return {"comment": {"text": text, "author": "Maria"}} | changes


def count(store, table=submission):
    with store.engine.connect() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


@pytest.fixture
def long_key(store, site_key):
    add_moderator("ana", role=Role.OWNER, password=PASSWORD, store=store, now=NOON)
    return issue_key(
        BLOG,
        name="tool",
        scopes=frozenset(Scope),
        acts_for="ana",
        store=store,
        secret=SECRET,
        now=NOON,
    ).text


@pytest.mark.parametrize(
    ("text", "verdict", "blatant"),
    [
        ("Thank you", "ham", False),
        ("maybe", "unsure", False),
        ("casino", "spam", False),
        ("blatant", "spam", True),
    ],
)
def test_a_check_answers_in_three_ways_and_says_why(client, site_key, text, verdict, blatant):
    answer = call(client, "check", ask(text)).get_json()
    assert (answer["verdict"], answer["blatant"], answer["model"]) == (verdict, blatant, "stub")
    assert answer["cutoffs"] == {"unsure_from": 0.4, "spam_from": 0.9, "blatant_from": 0.99}
    assert answer["reasons"] == [] or answer["reasons"][0]["code"] == "word-in-the-text"


def test_a_checked_comment_is_kept_with_all_that_was_answered(client, site_key):
    answer = call(client, "check", ask("casino")).get_json()
    assert call(client, f"comments/{answer['guid']}").get_json()["judged"] == answer


def test_a_rule_is_a_reason_without_weight(client, site_key):
    body = {"comment": {"text": "hi", "honeypot": "x"}}
    reason = call(client, "check", body).get_json()["reasons"][0]
    assert (reason["code"], reason["weight"]) == ("rule.honeypot", None)


def test_without_a_model_a_comment_is_kept_and_unsure(app, runtime, client, site_key, store):
    object.__setattr__(runtime, "scorer", BrokenScorer())
    answer = call(client, "check", ask("casino")).get_json()
    assert (answer["verdict"], answer["score"], bool(answer["fault"])) == ("unsure", None, True)
    assert count(store) == 1


def test_a_batch_of_a_thousand_answers_each_on_its_own(client, site_key, store):
    items = [ask(f"casino {n}") if n % 2 else ask(f"Thank you {n}") for n in range(1000)]
    items[7] = {"comment": {"text": 5}}
    found = call(client, "checks", {"items": items}).get_json()["items"]
    assert [item["index"] for item in found] == list(range(1000))
    assert (found[7]["status"], found[7]["problem"]["field"]) == (400, "comment.text")
    assert {item["judged"]["verdict"] for item in found[1::2] if item["judged"]} == {"spam"}
    assert count(store) == 999


def test_a_batch_of_more_is_refused(client, site_key):
    assert call(client, "checks", {"items": [ask()] * 1001}).status_code == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [("check", ask("maybe")), ("checks", {"items": [ask("maybe"), {"bad": 1}, ask("casino")]})],
)
def test_the_same_name_and_body_is_answered_alike_and_counts_once(
    client, site_key, store, path, body
):
    first = call(client, path, body, Idempotency_Key="a")
    stored = count(store)
    assert call(client, path, body, Idempotency_Key="a").data == first.data
    assert count(store) == stored


def test_the_same_name_with_another_body_is_refused(client, site_key, store):
    call(client, "check", ask("maybe"), Idempotency_Key="a")
    answer = call(client, "check", ask("casino"), Idempotency_Key="a")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "conflict")
    assert count(store) == 1


def test_a_name_is_free_again_after_a_day(client, site_key, store, clock):
    call(client, "check", ask("maybe"), Idempotency_Key="a")
    clock.tick(hours=25)
    assert call(client, "check", ask("casino"), Idempotency_Key="a").status_code == 200
    assert count(store) == 2


def test_a_name_belongs_to_its_key(client, site_key, store):
    other = add_site(OTHER, store=store, secret=SECRET, now=NOON).text
    call(client, "check", ask("maybe"), Idempotency_Key="a")
    assert call(client, "check", ask("casino"), key=other, Idempotency_Key="a").status_code == 200


def test_feedback_under_one_name_counts_once_whatever_came_between(client, site_key, store):
    guid = call(client, "check", ask("casino")).get_json()["guid"]
    for name, label in (("a", "ham"), ("b", "spam"), ("a", "ham")):
        answer = call(client, "feedback", {"guid": guid, "label": label}, Idempotency_Key=name)
        assert answer.get_json() == {"guid": guid, "label": label}
    assert call(client, f"comments/{guid}").get_json()["outcome"] == "spam"
    assert count(store, decision) == 2


def test_feedback_about_a_comment_never_seen_is_kept(client, site_key):
    answer = call(client, "feedback", ask("buy", label="spam")).get_json()
    assert call(client, f"comments/{answer['guid']}").get_json()["outcome"] == "spam"


@pytest.mark.parametrize("path", ["comments", "feedback", "decisions"])
def test_the_comment_of_another_site_is_not_there(client, site_key, store, path, long_key):
    guid = call(client, "check", ask("maybe")).get_json()["guid"]
    add_site(OTHER, store=store, secret=SECRET, now=NOON)
    scopes = frozenset(Scope)
    other = issue_key(
        OTHER, name="x", scopes=scopes, acts_for="ana", store=store, secret=SECRET, now=NOON
    ).text
    bodies = {
        "feedback": {"guid": guid, "label": "spam"},
        "decisions": {"guid": guid, "act": "spam"},
    }
    where = f"comments/{guid}" if path == "comments" else path
    assert call(client, where, bodies.get(path), key=other).status_code == 404
    assert call(client, f"comments/{guid}").get_json()["outcome"] == "unsure"


def test_a_decision_is_the_moderators_and_can_be_taken_back(client, site_key, long_key):
    guid = call(client, "check", ask("maybe")).get_json()["guid"]
    body = {"guid": guid, "act": "approve", "seen_version": 0}
    assert call(client, "decisions", body, key=long_key).get_json()["outcome"] == "ham"
    made = call(client, "decisions").get_json()["items"][0]
    assert (made["moderator"], made["source"], made["guid"]) == ("ana", "moderator", guid)
    late = call(client, "decisions", body | {"act": "spam"}, key=long_key)
    assert (late.status_code, late.get_json()["code"]) == (409, "already-decided")
    back = call(client, "decisions", {"act": "undo", "undoes": made["id"]}, key=long_key)
    assert back.get_json()["outcome"] == "unsure"


def test_a_decision_under_one_name_overrules_nobody_when_it_comes_again(
    client, store, site_key, long_key
):
    guid = call(client, "check", ask("maybe")).get_json()["guid"]
    body = {"guid": guid, "act": "approve"}
    first = call(client, "decisions", body, key=long_key, Idempotency_Key="a")
    assert (first.status_code, first.get_json()["outcome"]) == (200, "ham")
    call(client, "decisions", {"guid": guid, "act": "spam"}, key=long_key, Idempotency_Key="b")
    again = call(client, "decisions", body, key=long_key, Idempotency_Key="a")
    assert (again.status_code, again.get_json()["outcome"]) == (200, "spam")
    assert count(store, decision) == 2
    other = call(client, "decisions", body | {"act": "remove"}, key=long_key, Idempotency_Key="a")
    assert (other.status_code, other.get_json()["code"]) == (409, "conflict")


def test_taking_back_under_one_name_is_answered_again(client, store, site_key, long_key):
    guid = call(client, "check", ask("maybe")).get_json()["guid"]
    call(client, "decisions", {"guid": guid, "act": "spam"}, key=long_key)
    made = call(client, "decisions").get_json()["items"][0]["id"]
    body = {"act": "undo", "undoes": made}
    for _ in range(2):
        back = call(client, "decisions", body, key=long_key, Idempotency_Key="a")
        assert (back.status_code, back.get_json()["outcome"]) == (200, "unsure")
    assert call(client, "decisions", body, key=long_key).status_code == 409
    assert count(store, decision) == 2


def pages(client, path, key):
    seen, cursor = [], ""
    while cursor is not None:
        page = call(client, f"{path}?limit=2&cursor={cursor}", key=key).get_json()
        assert len(page["items"]) <= 2
        seen += [one["id"] for one in page["items"]]
        cursor = page["next"]
    return seen


def test_keys_and_sites_are_paged_by_cursor_without_gap_or_repeat(client, store, long_key):
    network = add_site(OTHER, is_network=True, store=store, secret=SECRET, now=NOON)
    for number in range(4):
        blog = f"https://child{number}.example/"
        call(client, "check", ask(), key=network.text).get_json()
        call(client, "check", ask(blog=blog), key=network.text)
    listed = pages(client, "sites", network.text)
    assert listed == sorted(set(listed))
    assert len(listed) == 5
    listed = pages(client, "keys", long_key)
    assert listed == sorted(set(listed))
    assert len(listed) == 3


def test_the_queue_is_paged_by_cursor_without_gap_or_repeat(client, site_key):
    made = [call(client, "check", ask(f"maybe {n}")).get_json()["guid"] for n in range(7)]
    seen, cursor = [], ""
    while True:
        page = call(client, f"queue?limit=3&cursor={cursor}").get_json()
        seen += [item["guid"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == made[::-1]


def test_a_blog_follows_new_decisions_by_the_cursor(client, site_key, long_key):
    guids = [call(client, "check", ask(f"maybe {n}")).get_json()["guid"] for n in range(3)]
    call(client, "decisions", {"guid": guids[0], "act": "spam"}, key=long_key)
    page = call(client, "decisions?order=oldest").get_json()
    call(client, "decisions", {"guid": guids[2], "act": "approve"}, key=long_key)
    following = call(client, f"decisions?order=oldest&cursor={page['next']}").get_json()
    assert [item["guid"] for item in following["items"]] == [guids[2]]


@pytest.mark.parametrize(
    ("scope", "path", "body"),
    [
        ("read", "check", ask()),
        ("check", "feedback", {"label": "spam", "comment": {"text": "x"}}),
        ("check", "queue", None),
        ("check", "decisions", {"guid": "0" * 32, "act": "spam"}),
        ("check", "keys", None),
    ],
)
def test_a_key_reaches_no_further_than_its_scopes(client, site_key, store, scope, path, body):
    only = issue_key(
        BLOG,
        name="narrow",
        scopes=frozenset({Scope(scope)}),
        store=store,
        secret=SECRET,
        now=NOON,
    ).text
    answer = call(client, path, body, key=only)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "not-permitted")


def test_a_key_that_may_only_read_is_no_key_on_the_akismet_wire(client, site_key, store):
    only = issue_key(
        BLOG,
        name="narrow",
        scopes=frozenset({Scope.READ}),
        store=store,
        secret=SECRET,
        now=NOON,
    ).text
    form = {"api_key": only, "blog": BLOG, "user_ip": "203.0.113.9", "comment_content": "casino"}
    assert client.post("/1.1/comment-check", data=form).text == "invalid"


def test_administering_needs_a_person_who_may(client, site_key, store):
    add_moderator("bo", role=Role.MODERATOR, password=PASSWORD, store=store, now=NOON)
    key = issue_key(
        BLOG,
        name="x",
        scopes=frozenset({Scope.ADMIN}),
        acts_for="bo",
        store=store,
        secret=SECRET,
        now=NOON,
    ).text
    assert call(client, "keys", key=key).status_code == 403


def test_a_site_and_its_keys_are_made_changed_and_revoked(client, long_key):
    made = call(client, "sites", {"blog": OTHER}, key=long_key)
    assert made.status_code == 201
    new = made.get_json()
    changed = call(client, f"sites/{new['site']}", {"unsure": "spam"}, key=long_key, method="PATCH")
    assert changed.get_json()["policy"]["unsure"] == "spam"
    assert call(client, "check", ask("maybe"), key=new["key"]).status_code == 200
    call(client, f"keys/{new['id']}", key=long_key, method="DELETE")
    assert call(client, "check", ask("maybe"), key=new["key"]).status_code == 401
    listed = call(client, "keys", key=long_key).get_json()["items"]
    assert {one["key"] for one in listed} == {None}


def test_a_site_that_wants_reasons_gets_them_here_too(client, site_key, long_key):
    number = call(client, "keys", key=long_key).get_json()["items"][0]["site"]
    wanted = call(client, f"sites/{number}", {"needs_reason": True}, key=long_key, method="PATCH")
    assert wanted.get_json()["policy"]["needs_reason"] is True
    guids = [call(client, "check", ask(f"maybe {n}")).get_json()["guid"] for n in range(3)]
    body = {"guid": guids[0], "act": "spam"}
    refused = call(client, "decisions", body, key=long_key)
    assert (refused.status_code, refused.get_json()["code"]) == (400, "reason-missing")
    for guid, said in zip(
        guids, ({"reason": "scam"}, {"note": "twice"}, {"act": "approve"}), strict=True
    ):
        answer = call(client, "decisions", body | {"guid": guid} | said, key=long_key)
        assert answer.status_code == 200, answer.text
    told = call(client, "decisions?order=oldest").get_json()["items"]
    assert [one["reason"] for one in told] == ["scam", "", ""]
    null = call(client, f"sites/{number}", {"needs_reason": None}, key=long_key, method="PATCH")
    assert null.status_code == 400


def test_a_key_is_suspended_and_works_again(client, long_key, store):
    new = call(client, "sites", {"blog": OTHER}, key=long_key).get_json()
    where = f"keys/{new['id']}"
    for _ in range(2):
        done = call(client, f"{where}/suspend", key=long_key, method="POST")
        assert (done.status_code, bool(done.get_json()["suspended_at"])) == (200, True)
    refused = call(client, "check", ask("casino"), key=new["key"])
    assert (refused.status_code, refused.get_json()["code"]) == (401, "suspended-key")
    assert count(store) == 0
    for _ in range(2):
        done = call(client, f"{where}/resume", key=long_key, method="POST")
        assert (done.status_code, done.get_json()["suspended_at"]) == (200, None)
    assert call(client, "check", ask("casino"), key=new["key"]).get_json()["verdict"] == "spam"


def test_a_revoked_key_is_not_brought_back_by_resuming_it(client, long_key):
    new = call(client, "sites", {"blog": OTHER}, key=long_key).get_json()
    call(client, f"keys/{new['id']}", key=long_key, method="DELETE")
    for verb in ("suspend", "resume"):
        answer = call(client, f"keys/{new['id']}/{verb}", key=long_key, method="POST")
        assert (answer.status_code, answer.get_json()["code"]) == (409, "conflict")
    assert call(client, "keys/999/suspend", key=long_key, method="POST").status_code == 404


def test_numbers_and_models_are_told(client, site_key):
    call(client, "check", ask("casino"))
    call(client, "check", ask("Thank you"))
    found = call(client, "statistics").get_json()
    assert (found["spam"], found["ham"], len(found["months"])) == (1, 1, 1)
    models = call(client, "models").get_json()
    assert models["live"] == "stub"
    assert any("live" in one["aliases"] for one in models["items"])


def test_the_akismet_wire_mirrors_verdict_score_and_reasons(client, site_key):
    form = {"api_key": KEY, "blog": BLOG, "user_ip": "203.0.113.9", "comment_content": "casino"}
    answer = client.post("/1.1/comment-check", data=form)
    assert answer.text == "true"
    assert answer.headers["X-Chaffinch-Verdict"] == "spam"
    assert float(answer.headers["X-Chaffinch-Score"]) == pytest.approx(0.95)
    assert answer.headers["X-Chaffinch-Reasons"].startswith("word-in-the-text;w=+")


def test_the_page_to_try_it_loads_only_what_is_ours(client):
    page = client.get("/api/v1/docs")
    assert (page.status_code, page.text.count("<section")) == (200, 17)
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "//" not in page.text.split("<body>")[0].replace("<!doctype", "")
    for name in ("docs.js", "docs.css"):
        with client.get(f"/api/v1/static/{name}") as file:
            assert file.status_code == 200
