"""The page to try the API on, in a real Chromium: for everybody, and what it sends is real."""

from __future__ import annotations

import json

import pytest

from service.domain.scope import Scope
from service.workflows.administer import issue_key
from tests.browser.test_access import PHONE, SIDEWAYS, WIDE, serious
from tests.builders import BLOG, KEY, NOON
from tests.conftest import SECRET

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script> casino"


@pytest.fixture
def open_docs(browser, address):
    """The page at a size, in a scheme; script errors and refusals by policy fail the test."""
    troubles, contexts = [], []

    def open_docs(size=WIDE, scheme="light"):
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda m: troubles.append(m.text) if "Content Security" in m.text else 0)
        page.on("request", lambda r: None if r.url.startswith(address) else troubles.append(r.url))
        page.on("dialog", lambda dialog: (troubles.append(dialog.message), dialog.dismiss()))
        page.goto(f"{address}/api/v1/docs")
        return page

    yield open_docs
    for context in contexts:
        context.close()
    assert troubles == []


def attempt(page, operation, *, key=KEY, body=None, **fields):
    """Fill in the form of *operation* and send it; answers with the status and the JSON shown."""
    page.fill("#key", key)
    section = page.locator(f"#{operation}")
    for name, value in fields.items():
        section.locator(f"[name='{name}']").fill(value)
    if body is not None:
        section.locator("[name=body]").fill(json.dumps(body))
    section.get_by_role("button", name="Try it").click()
    page.wait_for_function(
        "id => !['', '…'].includes(document.querySelector(`#${id} .answer`).textContent)",
        arg=operation,
    )
    head, _, told = section.locator(".answer").inner_text().partition("\n\n")
    return int(head.split()[0]), json.loads(told)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_axe_finds_nothing_serious_and_it_is_no_wider_than_its_window(open_docs, size, scheme):
    page = open_docs(size, scheme)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert attempt(page, "check")[0] == 200
    assert serious(page) == []
    assert page.evaluate(SIDEWAYS) <= 0


def test_each_example_of_the_page_is_answered_as_it_stands(open_docs):
    page = open_docs()
    status, told = attempt(page, "check")
    assert (status, told["verdict"]) == (200, "ham")
    status, told = attempt(page, "checks")
    assert (status, [one["judged"]["verdict"] for one in told["items"]]) == (200, ["ham"])
    assert attempt(page, "feedback")[0] == 200


def test_what_is_tried_is_what_the_server_keeps(open_docs, store):
    page = open_docs()
    body = {"comment": {"text": HOSTILE, "user_ip": "203.0.113.9"}}
    status, told = attempt(page, "check", body=body)
    assert (status, told["verdict"]) == (200, "spam")
    with store.read() as unit:
        assert unit.submissions.get(told["guid"]).arrival.comment.text == HOSTILE
    status, found = attempt(page, "comment", guid=told["guid"])
    assert (status, found["guid"]) == (200, told["guid"])


def test_a_key_that_is_wrong_or_may_not_is_told_so(open_docs, store, moderator):
    page = open_docs()
    assert attempt(page, "check", key="000000000000")[0] == 401
    only = issue_key(
        BLOG, name="x", scopes=frozenset({Scope.READ}), store=store, secret=SECRET, now=NOON
    )
    assert attempt(page, "check", key=only.text)[0] == 403


def test_the_same_attempt_twice_counts_once(open_docs):
    page = open_docs()
    body = {"comment": {"text": "thanks", "user_ip": "203.0.113.9"}}
    name = {"Idempotency-Key": "one-attempt"}
    first, again = (attempt(page, "check", body=body, **name)[1] for _ in range(2))
    assert first == again
    other = {"comment": {"text": "casino", "user_ip": "203.0.113.9"}}
    assert attempt(page, "check", body=other, **name)[0] == 409


def test_the_key_leaves_the_page_with_a_call_alone(open_docs, address):
    """It stands in no address, no store of the browser, and is gone with the page."""
    page = open_docs()
    with page.expect_request("**") as asked:
        attempt(page, "check")
    call = asked.value
    assert (call.url, call.headers["authorization"]) == (f"{address}/api/v1/check", f"Bearer {KEY}")
    assert page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])") == "[{},{}]"
    page.reload()
    assert page.input_value("#key") == ""
