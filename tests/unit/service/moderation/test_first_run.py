"""The queue before the first comment, as pages: what whom is shown, and what it says is so."""

import itertools
import re

import pytest

from models.verdict import Cutoffs
from service.domain.moderator import Role
from service.history.wordpress import COMMAND
from service.moderation.first_run import bands
from service.workflows.administer import add_moderator
from tests.builders import BLOG, KEY, NOON, PASSWORD
from tests.conftest import csrf_token
from tests.fakes import BrokenScorer

CARDS = ("Connect a blog", "Bring your history along", "Decide how careful to be")


@pytest.fixture
def enter(app, store):
    def enter(role):
        name = role.value
        add_moderator(name, role=role, password=PASSWORD, store=store, now=NOON)
        client = app.test_client()
        token = csrf_token(client.get("/moderation/sign-in").text)
        form = {"name": name, "password": PASSWORD, "csrf_token": token}
        assert client.post("/moderation/sign-in", data=form).status_code == 303
        return client

    return enter


def ask(client, path, **form):
    return client.post(f"/1.1/{path}", data={"api_key": KEY, "key": KEY, "blog": BLOG} | form)


def test_three_cards_name_the_key_the_commands_and_the_numbers(enter, site_key):
    page = enter(Role.OWNER).get("/moderation/").text
    assert [one for one in CARDS if one in page] == list(CARDS)
    assert f"<code>{KEY[:4]}…</code>" in page
    assert KEY not in page
    assert "CHAFFINCH_URL" in page
    shown = re.sub("<wbr>", "", page)
    assert COMMAND in shown
    assert f"import wp-comments $kind.json --site {BLOG}" in shown
    for told in ("under 40 %", "from 40 %", "from 90 %: spam", "from 99 %"):
        assert told in page


def test_a_request_without_a_comment_turns_the_line_green(enter, client, site_key):
    owner = enter(Role.OWNER)
    assert "Waiting for the first request" in owner.get("/moderation/").text
    assert ask(client, "verify-key").text == "valid"
    page = owner.get("/moderation/").text
    assert "Waiting for the first request" not in page
    assert "A blog has asked (12:00 UTC)." in page


def test_the_cards_are_gone_with_the_first_comment_although_it_passed(enter, client, site_key):
    owner = enter(Role.OWNER)
    form = {"user_ip": "203.0.113.9", "comment_content": "Thank you"}
    assert ask(client, "comment-check", **form).text == "false"
    page = owner.get("/moderation/").text
    assert "Nothing waits." in page
    assert not [one for one in CARDS if one in page]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MODERATOR, Role.SENIOR])
def test_who_may_do_none_of_it_reads_a_kind_sentence(enter, site_key, role):
    page = enter(role).get("/moderation/").text
    assert "you need do nothing" in page
    assert not [one for one in (*CARDS, KEY[:4]) if one in page]


def test_a_list_that_is_narrowed_or_another_one_shows_no_cards(enter, site_key):
    owner = enter(Role.OWNER)
    for place in ("?age=late", "spam", "search"):
        assert CARDS[0] not in owner.get(f"/moderation/{place}").text


def test_without_a_model_the_card_says_so(app, enter, runtime, site_key, monkeypatch):
    monkeypatch.setattr(type(runtime.scorer), "live", BrokenScorer().live)
    assert "every comment is held for a person" in enter(Role.OWNER).get("/moderation/").text


@pytest.mark.parametrize(
    ("cutoffs", "shapes"),
    [
        ((0.4, 0.9, 0.99), ["ham", "unsure", "spam", "blatant"]),
        ((0.4, 0.9, 2.0), ["ham", "unsure", "spam"]),
        ((0.5, 0.5, 0.5), ["ham", "blatant"]),
        ((0.0, 1.0, 1.0), ["unsure"]),
    ],
)
def test_the_bar_draws_what_can_happen_and_is_full(cutoffs, shapes):
    names = ("unsure_from", "spam_from", "blatant_from")
    drawn = bands(Cutoffs(**dict(zip(names, cutoffs, strict=True))))
    assert [one.shape for one in drawn] == shapes
    assert drawn[0].left == 0
    assert drawn[-1].left + drawn[-1].width == pytest.approx(100)
    assert all(
        one.left + one.width == pytest.approx(two.left) for one, two in itertools.pairwise(drawn)
    )
