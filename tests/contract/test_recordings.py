"""Every recorded request of every real client gets the answer its client expects, byte for byte."""

import base64
import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from service.domain.decision import Outcome
from tests.builders import KEY

PLACE = Path(__file__).parent / "recordings"
GUID = re.compile(r"[0-9a-f]{32}")
TEXT = "text/plain; charset=utf-8"
JSON = "application/json; charset=utf-8"
THANKS = "Thanks for making the web a better place."
OPEN = {"test", "compatible-plugins"}
JUDGING = {"comment-check", "submit-spam", "submit-ham"}
KEY_FIRST = {"verify-key", "get-subscription", "get-stats", "get-key-stats", "deactivate"}
# What the stub model and the rules make of the recorded comments; any other is a plain `false`.
TRAPS = re.compile(
    r"comment_author=(?:viagra-test-123|akismet-guaranteed-spam)|ak_hp_textarea=.|honeypot_field=."
)
STATISTICS = (
    *("spam", "ham", "missed_spam", "false_positives", "accuracy", "time_saved", "breakdown"),
)
SUBSCRIPTION = (
    *("account_id", "account_type", "account_name", "status"),
    *("next_billing_date", "limit_reached"),
)
SHAPES = {
    "get-stats": STATISTICS,
    "get-key-stats": STATISTICS,
    "get-subscription": SUBSCRIPTION,
    "usage-limit": ("limit", "usage", "percentage", "throttled"),
    "verify-wpcom-key": (*SUBSCRIPTION, "api_key"),
    "key-sites": ("2026-11", "limit", "offset", "total"),
}


def flows():
    """WordPress, seen from the server: what each flow asked for, in order."""
    return json.loads((PLACE / "flows" / "wordpress.json").read_text("utf-8"))


def recorded():
    for place in sorted(PLACE.glob("*.json")):
        for number, request in enumerate(json.loads(place.read_text("utf-8"))["requests"]):
            yield pytest.param(request, id=f"{place.stem}-{number}-{request['call'][:40]}")


def body_of(request):
    if "body_b64" in request:
        return base64.b64decode(request["body_b64"])
    return request["body"].encode()


def fields_of(request):
    fields = parse_qs(body_of(request).decode("utf-8", "replace"))
    return fields | parse_qs(urlsplit(request["target"]).query)


def key_of(request):
    """The key a request carries, read here once more and in another way than the wire does."""
    fields = fields_of(request)
    names = ["key", "api_key"] if endpoint_of(request) in KEY_FIRST else ["api_key", "key"]
    named = [fields[name][0] for name in names if name in fields]
    host = dict(map(tuple, request["headers"])).get("Host", "").split(".")[0]
    return (named or [host if re.fullmatch(r"[0-9a-f]{12}", host) else ""])[0]


def endpoint_of(request):
    return urlsplit(request["target"]).path.rpartition("/")[2]


def send(client, request):
    headers = [tuple(header) for header in request["headers"]]
    return client.open(
        request["target"], method=request["method"], headers=headers, data=body_of(request)
    )


def akismet_headers(answer):
    """Akismet's headers of an answer, a guid of the right shape as its name alone."""
    found = {
        name.lower(): value
        for name, value in answer.headers
        if name.lower().startswith("x-akismet-")
    }
    assert GUID.fullmatch(found.get("x-akismet-guid", "0" * 32))
    return {name: "" if name == "x-akismet-guid" else value for name, value in found.items()}


def check(request, answer):
    """Status, body and headers of one answer are those of the study, and nothing more."""
    endpoint, body = endpoint_of(request), answer.get_data()
    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == str(len(body))
    assert not {"Location", "Set-Cookie"} & {name for name, _ in answer.headers}
    if key_of(request).lower() != KEY and endpoint not in OPEN | {"verify-wpcom-key"}:
        check_refusal(endpoint, answer)
        return
    named = {"x-akismet-guid": ""} if endpoint == "comment-check" else {}
    assert akismet_headers(answer) == named
    plain = {
        "verify-key": b"valid",
        "submit-spam": THANKS.encode(),
        "submit-ham": THANKS.encode(),
        "deactivate": b"deactivated",
        "test": b"connected",
        "comment-check": b"true" if TRAPS.search(body_of(request).decode("latin-1")) else b"false",
    }
    if endpoint in plain:
        assert (body, answer.headers["Content-Type"]) == (plain[endpoint], TEXT)
    elif endpoint == "token":
        assert re.fullmatch(rb"[\w.-]{20,}", body)
        assert answer.headers["Content-Type"] == TEXT
    elif endpoint == "compatible-plugins":
        assert (body, answer.headers["Content-Type"]) == (b"[]", JSON)
    elif fields_of(request).get("format") == ["csv"]:
        assert body.splitlines()[1].startswith(b"Site,Total API Calls,Spam,Ham,Missed Spam,")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    else:
        assert answer.headers["Content-Type"] == JSON
        assert tuple(json.loads(body)) == SHAPES[endpoint]


def check_refusal(endpoint, answer):
    """`invalid`, with the help that keeps clients from reading a verdict, and only there (§9.3)."""
    assert (answer.get_data(), answer.headers["Content-Type"]) == (b"invalid", TEXT)
    named = {"x-akismet-guid": ""} if endpoint == "comment-check" else {}
    if endpoint in JUDGING:
        named["x-akismet-debug-help"] = "The key is missing, unknown or revoked"
    assert akismet_headers(answer) == named


@pytest.mark.parametrize("request_", list(recorded()))
def test_a_recorded_request_is_answered_as_its_client_expects(client, site_key, request_):
    check(request_, send(client, request_))


@pytest.mark.parametrize("flow", flows(), ids=lambda flow: flow["flow"])
def test_a_whole_flow_of_wordpress_is_answered_as_it_expects(client, site_key, flow):
    guids = []
    for request in flow["requests"]:
        answer = send(client, request)
        check(request, answer)
        guids += answer.headers.getlist("X-akismet-guid")
    assert len(guids) == len(set(guids))


def test_a_report_of_wordpress_finds_the_comment_it_checked(client, store, site_key):
    (quirks,) = (flow for flow in flows() if flow["flow"] == "content-quirks")
    wanted = []
    for asked, reported in zip(quirks["requests"][::2], quirks["requests"][1::2], strict=True):
        assert (endpoint_of(asked), endpoint_of(reported)) == ("comment-check", "submit-spam")
        guid = send(client, asked).headers["X-akismet-guid"]
        send(client, reported)
        wanted.append((asked["did"].removeprefix("guest posts "), guid))
    with store.read() as unit:
        found = [
            what for what, guid in wanted if unit.submissions.get(guid).outcome is Outcome.SPAM
        ]
    # Of text that is no UTF-8 WordPress keeps and reports only a part.
    assert found == ["quotes", "markup", "bbcode", "unicode", "invalid-utf8"]


def test_nothing_secret_of_a_recorded_flow_is_kept(client, store, site_key):
    canaries = ("Y2FuYXJ5OmNhbmFyeQ", "9156938548", "/srv/www/blog", "mod_php")
    sent = json.dumps(flows())
    for flow in flows():
        for request in flow["requests"]:
            send(client, request)
    with store.engine.connect() as connection:
        kept = str(connection.exec_driver_sql("SELECT * FROM submission").all())
    assert "Y2FuYXJ5OmNhbmFyeQ" in sent
    assert [canary for canary in canaries if canary in kept] == []


def test_the_recordings_hold_every_client_and_every_flow():
    assert len(list(PLACE.glob("*.json"))) == 7
    assert len(list(recorded())) == 99
    assert len(flows()) == 43
