"""Webhooks on the events page: a secret is seen once, a refusal is a sentence."""

import pytest

from service.domain.moderator import Role
from service.workflows.administer import add_moderator, add_site
from tests.builders import BLOG, KEY, NOON, PASSWORD
from tests.conftest import SECRET, csrf_token
from tests.unit.service.moderation.test_roles import sign_in

HOOK = "https://hooks.example.org/secret-path"


@pytest.fixture
def olga(app, store):
    add_site(BLOG, key=KEY, store=store, secret=SECRET, now=NOON)
    add_moderator("olga", role=Role.OWNER, password=PASSWORD, store=store, now=NOON)
    return sign_in(app, "olga")


def send(client, place, **form):
    token = csrf_token(client.get("/moderation/events").text)
    return client.post(f"/moderation/webhooks/{place}", data=form | {"csrf_token": token})


def test_a_secret_is_shown_once_and_another_one_beside_it(olga):
    page = send(olga, "add", url=HOOK, site="").text
    first = page.partition("whsec_")[2][:32]
    assert len(first) == 32
    later = olga.get("/moderation/events").text
    assert "hooks.example.org" in later
    assert "whsec_" not in later
    assert "secret-path" not in later
    page = send(olga, "1/rotate").text
    assert page.count("whsec_") == 1
    assert first not in page
    assert "Until 2026-11-25 12:00 UTC each event carries two signatures" in page
    assert "two secrets sign until 2026-11-25 12:00 UTC" in olga.get("/moderation/events").text


def test_an_inward_address_is_refused_with_a_sentence_and_stays_in_the_field(olga):
    answer = send(olga, "add", url="http://169.254.169.254/latest", site="")
    assert answer.status_code == 400
    assert "169.254.169.254 is inside a private network." in answer.text
    assert 'value="http://169.254.169.254/latest"' in answer.text
    german = olga.post(
        "/moderation/webhooks/add",
        data={"url": "nowhere", "csrf_token": csrf_token(answer.text)},
        headers={"Accept-Language": "de"},
    )
    assert "Eine Adresse sieht so aus" in german.text


def test_paused_is_said_and_ended_and_a_removed_one_is_gone(olga):
    send(olga, "add", url=HOOK, site="1")
    answer = send(olga, "1/pause")
    assert answer.location == "/moderation/events#hear"
    assert "Let it hear again" in olga.get("/moderation/events").text
    answer = send(olga, "1/resume")
    assert answer.location == "/moderation/events?again=0#hear"
    assert "Let it hear again" not in olga.get("/moderation/events").text
    send(olga, "1/remove")
    assert "hooks.example.org" not in olga.get("/moderation/events").text
    assert send(olga, "1/pause").status_code == 404
