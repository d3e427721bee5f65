"""Whatever arrives: a clear answer, never a 5xx, never a traceback, never a redirect."""

import dataclasses
import json
import random
import re

import pytest

from service.akismet.form import MOST_BYTES
from service.app import create_app
from service.domain.site import NEVER_A_KEY
from service.workflows.administer import add_site
from tests.builders import BLOG, KEY, NOON

NAMES = (
    *("verify-key", "comment-check", "submit-spam", "submit-ham", "key-sites", "usage-limit"),
    *("get-subscription", "get-stats", "get-key-stats", "deactivate", "token"),
    "verify-wpcom-key",
)
OPEN = ("test", "compatible-plugins")
PAGES = ("/1.0/snapshot.php", "/1.0/user-stats.php", "/1.0/statistics.css")
FORM = "application/x-www-form-urlencoded"
RANDOM = random.Random(7)
NOISE = RANDOM.randbytes(4000)
MIB = 1024 * 1024
GUID = re.compile(r"[0-9a-f]{32}")
ADDRESS = b"&blog=https%3A%2F%2Fblog.example.org%2F&user_ip=203.0.113.9"
WRONG = b"api_key=000000000000&key=000000000000"
GOOD = f"api_key={KEY}&key={KEY}".encode()
# What is sent, and whether a key of ours stands in it.
BODIES = {
    "no key": ADDRESS[1:],
    "wrong key": WRONG + ADDRESS,
    "the key nobody has": f"api_key={NEVER_A_KEY}&key={NEVER_A_KEY}".encode() + ADDRESS,
    "a key that is none": b"api_key=%00%ff&key=%00%ff" + ADDRESS,
    "empty": b"",
    "random": NOISE,
    "random pairs": b"key=" + NOISE + b"&api_key=" + NOISE + b"&blog=" + NOISE,
    "too many fields": b"a=1&" * 3000,
    "deep JSON": b'{"key":' * 3000,
    "a JSON list": b"[1,2]",
    "3 MiB": b"comment_content=" + b"x" * (3 * MIB),
}
KEYED = {
    "a good key and noise": GOOD + ADDRESS + b"&" + NOISE.replace(b"&", b"%26"),
    "a good key and nothing": GOOD,
    "a good key, every field noise": GOOD
    + b"".join(
        b"&%s=%%%s" % (name.encode(), NOISE[:200].hex("%", 1).encode())
        for name in ("blog", "user_ip", "comment_content", "month", "limit", "from", "is_test")
    ),
    "a good key, NUL everywhere": GOOD
    + b"&blog=%00&user_ip=%00&comment_content=%00&guid=%00&comment_ID=%00&reporter=%00",
    "a good key, a page of nonsense": GOOD
    + ADDRESS
    + b"&month=9999-99&limit=-1&offset=1e9&order=x&format=csv&from=ever&comment_date_gmt=9e99",
}
TYPES = (
    *(FORM, "application/json", "text/plain", "multipart/form-data", ""),
    *("multipart/form-data; boundary=x", f"{FORM}; charset=utf-7", f"{FORM}; charset=\xff\x00"),
    *(f"{FORM}; charset=punycode", "/", ";;;", "a" * 5000),
)


def look_at(name, answer):
    """One answer to a call that is no good."""
    text = answer.get_data(as_text=True)
    assert answer.status_code in {200, 400, 413}, text
    assert "Location" not in answer.headers
    assert text
    assert "Traceback" not in text
    if name == "comment-check":
        assert GUID.fullmatch(answer.headers["X-akismet-guid"])
    return text


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize("name", NAMES)
def test_a_call_without_a_key_of_ours_hears_no_verdict(client, site_key, store, name, kind):
    # verify-wpcom-key says "no key here" by JSON's false, which no plugin takes for a verdict.
    words = {"true", "valid"} | (set() if name == "verify-wpcom-key" else {"false"})
    for version in ("1.1", "1.2"):
        for content_type in TYPES[:4]:
            answer = client.post(f"/{version}/{name}", data=BODIES[kind], content_type=content_type)
            assert look_at(name, answer) not in words
            assert (answer.status_code == 413) is (kind == "3 MiB")
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM submission").scalar_one() == 0


@pytest.mark.parametrize("kind", KEYED)
@pytest.mark.parametrize("name", NAMES)
def test_nonsense_with_a_good_key_is_answered(client, site_key, name, kind):
    for content_type in TYPES:
        headers = {"Content-Type": content_type} if content_type else {}
        look_at(name, client.post(f"/1.1/{name}", data=KEYED[kind], headers=headers))


@pytest.mark.parametrize("name", NAMES)
def test_a_bad_key_is_answered_with_invalid(client, site_key, name):
    answer = client.post(f"/1.1/{name}", data=WRONG + ADDRESS, content_type=FORM)
    is_judging = name in {"comment-check", "submit-spam", "submit-ham"}
    assert answer.text == ("false" if name == "verify-wpcom-key" else "invalid")
    assert answer.status_code == 200
    assert ("X-akismet-debug-help" in answer.headers) is is_judging
    assert ("X-akismet-guid" in answer.headers) is (name == "comment-check")


@pytest.mark.parametrize("name", [*NAMES, *OPEN])
def test_no_spelling_of_an_address_redirects(client, site_key, name):
    data = {"api_key": KEY, "key": KEY, "blog": BLOG, "user_ip": "203.0.113.9"}
    plain = client.post(f"/1.1/{name}", data=data)
    slashed = client.post(f"/1.1/{name}/", data=data)
    assert (plain.status_code, slashed.status_code) == (200, 200)
    for path in (f"/1.1//{name}", f"/1.1/{name}//", f"/1.1/./{name}", f"/1.1/{name}/x"):
        answer = client.post(path, data=data)
        assert (answer.status_code, answer.text) == (404, "There is nothing here.")
        assert "Location" not in answer.headers


@pytest.mark.parametrize("path", PAGES)
def test_the_statistics_pages_take_any_token(client, site_key, path):
    for query in ("", "token=", f"token=%{NOISE[:500].hex('%', 1)}", "blog=%00", "token=a.b.c"):
        for address in (path, f"{path}/"):
            answer = client.get(address, query_string=query)
            assert answer.status_code == 200
            assert answer.text == "invalid" or path.endswith(".css")


@pytest.mark.parametrize("path", ["/1.1/nothing", "/1.1/", "/1.3/verify-key", "/1.1/recheck"])
def test_what_is_not_there_is_said_so_in_text(client, path):
    answer = client.post(path)
    assert (answer.status_code, answer.text) == (404, "There is nothing here.")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_a_wrong_method_is_said_so_in_text(client, method):
    answer = client.open("/1.1/comment-check", method=method)
    assert (answer.status_code, answer.text) == (405, "This address does not answer that method.")
    assert GUID.fullmatch(answer.headers["X-akismet-guid"])


def test_the_limit_is_two_mebibytes(client, site_key):
    start = GOOD + ADDRESS + b"&comment_content="
    fits = start + b"x" * (MOST_BYTES - len(start))
    assert client.post("/1.1/comment-check", data=fits, content_type=FORM).text == "false"
    over = client.post("/1.1/comment-check", data=fits + b"x", content_type=FORM)
    assert (over.status_code, over.text) == (413, "The request is larger than 2 MiB.")


@pytest.mark.parametrize("name", NAMES)
def test_a_body_cut_short_is_no_body(client, site_key, name):
    answer = client.post(
        f"/1.1/{name}",
        data=GOOD + ADDRESS,
        content_type=FORM,
        environ_overrides={"CONTENT_LENGTH": "5000"},
    )
    assert answer.status_code == 400
    assert answer.text == "The body is shorter than its Content-Length."


ODD = (
    "\0",
    "a\0b",
    "\ud800",
    "\U0010ffff",
    "\u202eevil",
    "x" * 3000,
    "💩" * 600,
    "'; DROP TABLE x",
)


@pytest.mark.parametrize("odd", ODD, ids=ascii)
def test_odd_text_is_kept_on_each_engine(runtime, each_store, odd):
    runtime = dataclasses.replace(runtime, store=each_store)
    client = create_app(runtime).test_client()
    for is_network in (True, False):
        key = add_site(
            f"https://{is_network}.example/",
            is_network=is_network,
            store=each_store,
            secret=runtime.secret,
            now=NOON,
        ).text
        fields = dict.fromkeys(("comment_content", "comment_author", "blog", "user_ip"), odd)
        fields |= dict.fromkeys(("guid", "comment_ID", "reporter", "recheck_reason"), odd)
        for name in ("verify-key", "comment-check", "submit-spam", "submit-ham", "get-stats"):
            sent = json.dumps(fields | {"key": key, "api_key": key})
            answer = client.post(f"/1.1/{name}", data=sent, content_type="application/json")
            assert answer.status_code == 200
        table = client.get("/1.2/key-sites", query_string={"api_key": key, "filter": ascii(odd)})
        assert table.status_code == 200
