"""Signing in by a real OpenID provider on loopback."""

from __future__ import annotations

import dataclasses
from urllib.parse import parse_qs, urlsplit

import flask.testing
import pytest
import requests
from oidc_provider_mock import User, run_server_in_thread

from service.app import create_app
from service.domain.moderator import Role
from service.errors import SettingsError
from service.settings import Secret, Settings
from service.workflows.administer import add_moderator, deactivate_moderator
from tests.builders import NOON, PASSWORD
from tests.conftest import csrf_token


@pytest.fixture(scope="module")
def provider():
    people = [
        User(sub="u-ana", claims={"email": "ana@example.net", "email_verified": True}),
        User(sub="u-new", claims={"preferred_username": "Nora", "email": "n@example.net"}),
        User(sub="u-olga", claims={"preferred_username": "olga"}),
    ]
    with run_server_in_thread(require_nonce=True, user_claims=people) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def make_client(runtime, provider):
    """A browser of an application that offers the provider."""

    def make_client(**changes) -> flask.testing.FlaskClient:
        settings = dataclasses.replace(
            runtime.settings,
            **{
                "oidc_issuer": provider,
                "oidc_client_id": "chaffinch",
                "oidc_client_secret": Secret("hush"),
                "oidc_name": "Our login",
            }
            | changes,
        )
        return create_app(dataclasses.replace(runtime, settings=settings)).test_client()

    return make_client


@pytest.fixture
def olga(store):
    return add_moderator("olga", role=Role.OWNER, password=PASSWORD, store=store, now=NOON)[0]


def there(client):
    """Ask to sign in elsewhere; answers with the provider's address for it."""
    answer = client.get("/moderation/sign-in/elsewhere")
    assert answer.status_code == 302
    return answer.location


def vouch(place, subject):
    """Say at the provider who one is; answers with the way back."""
    answer = requests.post(place, data={"sub": subject}, allow_redirects=False, timeout=10)
    assert answer.status_code in {302, 303}
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}"


def come(client, subject):
    return client.get(vouch(there(client), subject))


def sign_in(client, name):
    token = csrf_token(client.get("/moderation/sign-in").text)
    data = {"name": name, "password": PASSWORD, "csrf_token": token}
    assert client.post("/moderation/sign-in", data=data).status_code == 303


def test_the_provider_is_asked_with_state_nonce_and_proof(make_client, provider):
    asked = parse_qs(urlsplit(there(make_client())).query)
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://localhost/moderation/sign-in/elsewhere/back"]


def test_somebody_connects_and_signs_in_by_it(make_client, olga):
    client = make_client()
    sign_in(client, "olga")
    assert come(client, "u-olga").location == "/moderation/profile"
    assert "Connected." in client.get("/moderation/profile").text
    other = make_client()
    assert come(other, "u-olga").location == "/moderation/"
    assert "olga" in other.get("/moderation/").text


def test_a_name_or_a_mail_is_no_proof(make_client, olga, store):
    with store.begin() as unit:
        unit.moderators.set_email(olga.moderator_id, "ana@example.net")
        unit.commit()
    for subject in ("u-olga", "u-ana"):
        client = make_client()
        answer = come(client, subject)
        assert answer.status_code == 401
        assert "Nobody here is known by this sign-in" in answer.text
        assert client.get("/moderation/").status_code == 303


def test_somebody_new_is_taken_in_where_the_operator_says_so(make_client, store):
    client = make_client(oidc_role="viewer")
    assert come(client, "u-new").status_code == 303
    with store.read() as unit:
        nora = unit.moderators.get("nora")
    # Not verified, so not kept.
    assert (nora.role, nora.email) == (Role.VIEWER, "")


def test_somebody_new_never_takes_a_name(make_client, olga):
    answer = come(make_client(oidc_role="viewer"), "u-olga")
    assert answer.status_code == 401
    assert "has this name already" in answer.text


def test_a_closed_door_is_closed_to_the_provider_too(make_client, store):
    come(make_client(oidc_role="viewer"), "u-new")
    deactivate_moderator("nora", store=store, now=NOON)
    assert come(make_client(oidc_role="viewer"), "u-new").status_code == 401


def test_an_answer_for_another_browser_opens_nothing(make_client, olga):
    way_back = vouch(there(make_client(oidc_role="viewer")), "u-new")
    victim = make_client(oidc_role="viewer")
    assert victim.get(way_back).status_code == 401
    assert victim.get("/moderation/").status_code == 303


def test_an_answer_opens_once(make_client, store):
    client = make_client(oidc_role="viewer")
    way_back = vouch(there(client), "u-new")
    assert client.get(way_back).status_code == 303
    assert client.get(way_back).status_code == 401


@pytest.mark.parametrize("query", ["", "?error=access_denied", "?code=x&state=y"])
def test_a_made_up_answer_opens_nothing(make_client, query):
    client = make_client(oidc_role="viewer")
    assert client.get(f"/moderation/sign-in/elsewhere/back{query}").status_code == 401


def test_a_provider_that_is_gone_is_said(make_client):
    client = make_client(oidc_issuer="http://127.0.0.1:1")
    assert client.get("/moderation/sign-in/elsewhere").status_code == 503


def test_without_a_provider_there_is_no_such_page(client):
    assert client.get("/moderation/sign-in/elsewhere").status_code == 404
    assert "elsewhere" not in client.get("/moderation/sign-in").text


def test_nobody_becomes_owner_by_a_setting(tmp_path):
    environ = {"CHAFFINCH_DATA_DIR": str(tmp_path), "CHAFFINCH_OIDC_ROLE": "owner"}
    with pytest.raises(SettingsError, match="CHAFFINCH_OIDC_ROLE"):
        Settings.load(environ)
