"""Headers of every answer, whatever it is."""

import pytest

PLACES = ("/healthz", "/moderation/sign-in", "/nowhere", "/1.1/test", "/1.1/comment-check", "/")


@pytest.mark.parametrize("place", PLACES)
def test_every_answer_has_safe_headers(client, place):
    headers = client.get(place).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_pages_cannot_be_framed(client):
    headers = client.get("/moderation/sign-in").headers
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_the_session_cookie_is_for_this_host_and_http_alone(client, signed_in):
    cookie = signed_in.get_cookie("chaffinch")
    assert cookie.http_only
    assert cookie.same_site == "Lax"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "TRACE"])
def test_a_wrong_method_is_refused_in_words(client, method):
    answer = client.open("/1.1/comment-check", method=method)
    assert answer.status_code == 405
    assert answer.text.lower() not in {"true", "false", "valid", "invalid", ""}
    assert len(answer.headers["X-akismet-guid"]) == 32
