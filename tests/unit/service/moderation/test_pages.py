"""The pages without a browser: guards, forms, conflicts, undo, hostile text."""

import re

import pytest

from service.domain.decision import Outcome
from service.domain.moderator import Role
from service.domain.submission import new_guid
from service.storage.submissions import PageAsk
from service.web.auth import OPEN_ENDPOINTS
from service.workflows.administer import add_moderator
from service.workflows.check_comment import check_comment
from tests.builders import BLOG, NOON, PASSWORD, make_arrival
from tests.conftest import csrf_token
from tests.fakes import StubScorer

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "javascript:alert(1)",
    "</textarea><script>alert(1)</script>",
    "{{ 7*7 }}{% raw %}",
    "\u202ereversed \u200bzero \x1b[31mred \0nul",
    "x" * 10_000,
    "=HYPERLINK('http://evil')",
    "<a href='javascript:alert(1)' style='position:fixed'>x</a>",
)


@pytest.fixture
def site(store, site_key):
    with store.read() as unit:
        return unit.sites.find_by_blog(BLOG)


@pytest.fixture
def arrive(store, site):
    def arrive(text="maybe", **changes):
        return check_comment(
            make_arrival(text, **changes),
            site,
            store=store,
            scorer=StubScorer(),
            now=NOON,
            guid=new_guid(),
        )

    return arrive


def decide(client, guid, act, seen="0", **headers):
    token = csrf_token(client.get(f"/moderation/item/{guid}").text)
    data = {"act": act, "seen": seen, "csrf_token": token}
    return client.post(f"/moderation/item/{guid}/decide", data=data, headers=headers)


def outcome_of(store, guid):
    with store.read() as unit:
        return unit.submissions.get(guid).outcome


def pages(app, methods):
    for rule in app.url_map.iter_rules():
        is_guarded = rule.endpoint.startswith("moderation.") and rule.endpoint not in OPEN_ENDPOINTS
        if is_guarded and rule.methods & methods:
            yield re.sub(r"<int:\w+>", "1", rule.rule.replace("<guid>", "0" * 32))


def test_every_page_asks_for_a_moderator(app, client):
    paths = list(pages(app, {"GET"}))
    assert len(paths) >= 7
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 303
        assert answer.location.startswith("/moderation/sign-in")


def test_every_form_asks_for_its_token(app, signed_in):
    paths = list(pages(app, {"POST"}))
    assert len(paths) >= 3
    for path in paths:
        assert signed_in.post(path, data={"act": "spam"}).status_code == 400


def test_nothing_changes_without_a_token(signed_in, store, arrive):
    one = arrive()
    signed_in.post(f"/moderation/item/{one.guid}/decide", data={"act": "spam", "seen": "0"})
    assert outcome_of(store, one.guid) is Outcome.UNSURE


def test_looking_never_decides(app, signed_in, store, arrive):
    one = arrive()
    for path in pages(app, {"GET"}):
        signed_in.get(path.replace("0" * 32, one.guid))
    assert outcome_of(store, one.guid) is Outcome.UNSURE


@pytest.mark.parametrize(
    ("act", "outcome"),
    [("approve", Outcome.HAM), ("spam", Outcome.SPAM), ("remove", Outcome.REMOVED)],
)
def test_a_button_decides_and_leads_back(signed_in, store, arrive, act, outcome):
    one = arrive()
    answer = decide(signed_in, one.guid, act)
    assert (answer.status_code, answer.location) == (303, "/moderation/")
    assert outcome_of(store, one.guid) is outcome
    assert "Undo" in signed_in.get("/moderation/").text


def test_undo_after_a_reload_brings_it_back(signed_in, store, arrive):
    one = arrive()
    decide(signed_in, one.guid, "spam")
    token = csrf_token(signed_in.get("/moderation/").text)
    signed_in.post("/moderation/undo", data={"csrf_token": token})
    assert outcome_of(store, one.guid) is Outcome.UNSURE
    assert "Taken back: marked as spam. It is waiting again." in signed_in.get("/moderation/").text


def test_who_comes_second_sees_who_was_first(signed_in, client, store, arrive):
    one = arrive()
    decide(signed_in, one.guid, "spam")
    ben, _ = add_moderator("ben", role=Role.MODERATOR, password=PASSWORD, store=store, now=NOON)
    other = signed_in.application.test_client()
    token = csrf_token(other.get("/moderation/sign-in").text)
    other.post(
        "/moderation/sign-in", data={"name": ben.name, "password": PASSWORD, "csrf_token": token}
    )
    answer = decide(other, one.guid, "approve")
    assert answer.status_code == 409
    assert "ana marked this as spam 0 s ago." in answer.text
    assert outcome_of(store, one.guid) is Outcome.SPAM
    told = decide(other, one.guid, "approve", Accept="application/json")
    assert (told.status_code, told.get_json()["version"]) == (409, 1)
    assert decide(other, one.guid, "approve", seen="1").status_code == 303


def test_a_viewer_sees_no_buttons_and_can_press_none(app, store, arrive):
    add_moderator("vera", role=Role.VIEWER, password=PASSWORD, store=store, now=NOON)
    one = arrive()
    vera = app.test_client()
    token = csrf_token(vera.get("/moderation/sign-in").text)
    vera.post(
        "/moderation/sign-in", data={"name": "vera", "password": PASSWORD, "csrf_token": token}
    )
    page = vera.get("/moderation/").text
    assert 'value="approve"' not in page
    data = {"act": "spam", "seen": "0", "csrf_token": csrf_token(page)}
    assert vera.post(f"/moderation/item/{one.guid}/decide", data=data).status_code == 403


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_inert_on_every_page(signed_in, arrive, text):
    one = arrive(f"maybe {text}", author=text, author_url=text, permalink=text, user_agent=text)
    decide(signed_in, one.guid, "approve")
    for path in ("", "passed", "decided", f"item/{one.guid}"):
        page = signed_in.get(f"/moderation/{path}").text
        assert not re.search(
            r"<(script|img|svg|a)[^>]*(alert|javascript|onerror|onload|evil)", page
        )
        assert "\u202e" not in page
        assert "\0" not in page
        assert len(page) < 200_000


def test_links_of_comments_are_never_links_of_ours(signed_in, arrive):
    arrive("maybe http://evil.example/x", author_url="http://evil.example/")
    page = signed_in.get("/moderation/").text
    assert "⟦<bdi>evil.example</bdi>⟧" in page
    assert 'href="http' not in page


def test_a_page_of_fifty_leads_to_the_next(signed_in, arrive):
    made = [arrive(f"maybe {number}").guid for number in range(55)]
    first = signed_in.get("/moderation/").text
    older = re.search(r'href="([^"]*after=[^"]+)" rel="next"', first)
    second = signed_in.get(older[1].replace("&amp;", "&")).text
    seen = re.findall(r'data-guid="(\w{32})"', first + second)
    assert seen == list(reversed(made))


def test_the_item_page_explains_and_adds_up(signed_in, arrive):
    one = arrive("casino for all")
    page = signed_in.get(f"/moderation/item/{one.guid}").text
    assert "Why: 95 % spam" in page
    assert "word in the text <q><bdi>casino</bdi></q>" in page
    assert "sum <b>+2.94</b> = <b>95 %</b>" in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"author": "akismet-guaranteed-spam"}, "Akismet's documented test value for spam"),
        ({"behaviour": (("honeypot", "filled"),)}, "a field that people cannot see was filled in"),
    ],
)
def test_a_rule_says_its_reason(signed_in, arrive, changes, sentence):
    arrive("text", **changes)
    page = signed_in.get("/moderation/spam").text.replace("&#39;", "'")
    assert sentence in page


def test_another_address_is_shown(signed_in, arrive):
    arrive("maybe", blog="https://staging.example.org/")
    assert "https://staging.example.org/" in signed_in.get("/moderation/").text


@pytest.mark.parametrize("path", ["/moderation/item/nothing", "/moderation/nowhere"])
def test_what_is_not_there_is_a_page(signed_in, path):
    answer = signed_in.get(path)
    assert answer.status_code == 404
    assert "Nothing here" in answer.text


@pytest.mark.parametrize("path", ["/", "/moderation/"])
def test_the_front_door_leads_to_the_queue(client, path):
    answer = client.get(path, follow_redirects=True)
    assert "Sign in" in answer.text


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ("/moderation/spam", "/moderation/spam"),
        ("https://evil.example/", "/moderation/"),
        ("//evil.example/", "/moderation/"),
        ("/moderation/\\evil", "/moderation/"),
        ("javascript:alert(1)", "/moderation/"),
        ("/1.1/test", "/moderation/"),
    ],
)
def test_signing_in_leads_only_to_our_own_pages(client, moderator, asked, place):
    token = csrf_token(client.get("/moderation/sign-in").text)
    data = {"name": "ana", "password": PASSWORD, "csrf_token": token, "next": asked}
    assert client.post("/moderation/sign-in", data=data).location == place


def test_passwords_cannot_be_guessed_without_end(client, moderator):
    token = csrf_token(client.get("/moderation/sign-in").text)
    codes = [
        client.post(
            "/moderation/sign-in", data={"name": "ana", "password": "guess", "csrf_token": token}
        ).status_code
        for _ in range(12)
    ]
    assert codes == [401] * 10 + [429] * 2


def test_an_unknown_name_and_a_wrong_password_look_the_same(client, moderator):
    token = csrf_token(client.get("/moderation/sign-in").text)
    answers = [
        client.post(
            "/moderation/sign-in", data={"name": name, "password": "x", "csrf_token": token}
        )
        for name in ("ana", "bob")
    ]
    assert [a.status_code for a in answers] == [401, 401]
    # The token of the form holds the second it was made in.
    pages = {
        a.text.replace(csrf_token(a.text), "").replace(name, "")
        for a, name in zip(answers, ("ana", "bob"), strict=True)
    }
    assert len(pages) == 1


def test_signing_out_ends_the_session(signed_in):
    token = csrf_token(signed_in.get("/moderation/").text)
    signed_in.post("/moderation/sign-out", data={"csrf_token": token})
    assert signed_in.get("/moderation/").status_code == 303


def test_pages_load_nothing_from_elsewhere_and_are_kept_nowhere(signed_in):
    answer = signed_in.get("/moderation/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Frame-Options"] == "DENY"
    cookie = signed_in.get_cookie("chaffinch")
    assert cookie.http_only
    assert cookie.same_site == "Lax"


def test_the_queue_is_what_waits(store, signed_in, arrive):
    waiting, spam, ham = arrive("maybe"), arrive("casino"), arrive("thanks")
    page = signed_in.get("/moderation/").text
    assert waiting.guid in page
    assert spam.guid not in page
    assert ham.guid not in page
    with store.read() as unit:
        assert unit.submissions.count(PageAsk(outcome=Outcome.UNSURE)) == 1
