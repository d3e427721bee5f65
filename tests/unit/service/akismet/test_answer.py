"""Our words as Akismet's bytes."""

import pytest

from models.verdict import Verdict
from service.akismet import answer
from service.domain.site import Policy, UnsureMeans
from service.domain.submission import new_guid
from tests.builders import make_arrival

GUID = "33a400f82ab1df44aa75716efa99cc8c"
HOLDS = make_arrival(can_hold=True)


@pytest.mark.parametrize(
    ("verdict", "body", "tip"),
    [
        (Verdict.HAM, "false", None),
        (Verdict.SPAM, "true", None),
        (Verdict.BLATANT, "true", "discard"),
    ],
)
def test_a_verdict_is_a_word_without_a_newline(verdict, body, tip):
    made = answer.write_verdict(verdict, Policy(), HOLDS, GUID)
    assert (made.body, made.status, made.content_type) == (body, 200, "text/plain; charset=utf-8")
    assert made.headers == {"X-akismet-guid": GUID} | ({"X-akismet-pro-tip": tip} if tip else {})


@pytest.mark.parametrize(
    ("unsure", "can_hold", "body", "waits"),
    [
        (UnsureMeans.HOLD, True, "false", True),
        (UnsureMeans.HOLD, False, "true", False),
        (UnsureMeans.SPAM, True, "true", False),
        (UnsureMeans.SPAM, False, "true", False),
        (UnsureMeans.HAM, True, "false", False),
        (UnsureMeans.HAM, False, "false", False),
    ],
)
def test_unsure_holds_spams_or_passes_and_never_discards(unsure, can_hold, body, waits):
    made = answer.write_verdict(
        Verdict.UNSURE, Policy(unsure=unsure), make_arrival(can_hold=can_hold), GUID
    )
    assert made.body == body
    assert ("X-akismet-recheck-after" in made.headers) is waits
    assert "X-akismet-pro-tip" not in made.headers


def test_a_refusal_is_no_verdict():
    made = answer.write_trouble("Too many tries.", 429, GUID, retry_after_s=60)
    assert (made.body, made.status) == ("Too many tries.", 429)
    assert made.headers == {"X-akismet-guid": GUID, "Retry-After": "60"}


def test_invalid_is_seven_bytes_and_says_why_only_where_asked():
    assert answer.write_invalid().body.encode() == b"invalid"
    assert answer.write_invalid().headers == {}
    assert answer.write_invalid(GUID, "why").headers == {
        "X-akismet-guid": GUID,
        "X-akismet-debug-help": "why",
    }


def test_a_missing_field_is_named_as_the_real_service_names_it():
    made = answer.write_missing("user_ip", GUID)
    assert made.body.encode() == b"Missing required field: user_ip."
    assert made.headers["X-akismet-debug-help"] == 'Empty "user_ip" value'


def test_thanks_are_forty_one_bytes():
    assert answer.THANKS.encode() == b"Thanks for making the web a better place."
    assert len(answer.THANKS) == 41


def test_json_has_no_newline_and_is_ascii():
    made = answer.write_json({"name": "Zoë\n"})
    assert made.body == '{"name":"Zo\\u00eb\\n"}'
    assert made.content_type == "application/json; charset=utf-8"


def test_a_guid_is_thirty_two_hex_characters_and_new():
    guids = {new_guid() for _ in range(10_000)}
    assert len(guids) == 10_000
    assert all(len(guid) == 32 and set(guid) <= set("0123456789abcdef") for guid in guids)
