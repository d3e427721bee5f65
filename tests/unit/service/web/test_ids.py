"""A number in an address that no row can have is an address where nothing is."""

import re

import pytest

from tests.conftest import csrf_token

TOO_LARGE = ("9223372036854775807", "9223372036854775808", "1" * 20, "9" * 400, "9" * 5000)


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
