"""A number in an address that no row can have is an address where nothing is."""

import dataclasses
import re

import pytest

from service.app import create_app
from service.domain.moderator import Role
from service.workflows.administer import add_moderator
from tests.builders import NOON, PASSWORD
from tests.conftest import csrf_token

TOO_LARGE = ("9223372036854775807", "9223372036854775808", "1" * 20, "9" * 400, "9" * 5000)


@pytest.fixture
def each_app(runtime, each_store):
    """A client that somebody has signed in with, on each engine."""
    add_moderator("ana", role=Role.OWNER, password=PASSWORD, store=each_store, now=NOON)
    client = create_app(dataclasses.replace(runtime, store=each_store)).test_client()
    token = csrf_token(client.get("/moderation/sign-in").text)
    form = {"name": "ana", "password": PASSWORD, "csrf_token": token}
    assert client.post("/moderation/sign-in", data=form).status_code == 303
    return client


def places(app):
    for rule in app.url_map.iter_rules():
        if "<int:" in rule.rule:
            for method in rule.methods - {"OPTIONS", "HEAD"}:
                yield rule.rule, method


@pytest.mark.parametrize("number", TOO_LARGE, ids=len)
def test_no_number_is_too_large_for_any_address(app, signed_in, number):
    token = csrf_token(signed_in.get("/moderation/profile").text)
    found = sorted(places(app))
    assert len(found) > 8
    for rule, method in found:
        path = re.sub(r"<int:\w+>", number, rule)
        form = {"csrf_token": token} if method == "POST" else None
        assert signed_in.open(path, method=method, data=form).status_code == 404, rule


@pytest.mark.parametrize("number", ["١", "-1", "+1", "1e3", "1_0", "0x1"])
def test_a_number_is_written_in_plain_digits(signed_in, number):
    assert signed_in.get(f"/privacy/{number}").status_code == 404


def test_a_guid_with_a_nul_is_an_address_where_nothing_is(each_app):
    """PostgreSQL takes a NUL for an error of ours, and a page would answer 503."""
    token = csrf_token(each_app.get("/moderation/profile").text)
    for rule in each_app.application.url_map.iter_rules():
        if "<guid>" in rule.rule:
            path = rule.rule.replace("<guid>", "a%00b")
            for method in rule.methods - {"OPTIONS", "HEAD"}:
                form = {"csrf_token": token} if method == "POST" else None
                assert each_app.open(path, method=method, data=form).status_code == 404, rule
