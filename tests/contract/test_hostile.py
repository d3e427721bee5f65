"""Whatever arrives: a clear answer, never a 5xx, never a traceback, never a redirect."""

import json
import random
import re
import socket

import pytest

from service.akismet.form import MOST_BYTES
from service.domain.site import NEVER_A_KEY
from tests.builders import BLOG, KEY

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


# The same past every library: bytes on a socket of the real program.


def on_socket(program, raw, *, hangs_up=False):
    """Status, headers and body that the real program answers *raw* with."""
    with socket.create_connection(("127.0.0.1", program.port), timeout=20) as wire:
        wire.sendall(raw)
        if hangs_up:
            wire.shutdown(socket.SHUT_WR)
        heard = b""
        while chunk := wire.recv(65536):
            heard += chunk
    head, _, body = heard.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (r.partition(":") for r in rest)}
    return int(first.split()[1]), headers, body


def call(body, *headers, path=b"/1.1/comment-check", host=b"h", length=None, version=b"1.1"):
    """The bytes of one call; *length* False leaves the header out."""
    lines = [b"POST " + path + b" HTTP/" + version, b"Host: " + host, b"Connection: close"]
    lines += headers
    if length is not False:
        lines.append(b"Content-Length: %d" % (len(body) if length is None else length))
    return b"\r\n".join((*lines, b"", body))


TYPE = b"Content-Type: " + FORM.encode()
CHUNKED = b"Transfer-Encoding: chunked"


def chunks(body):
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


@pytest.fixture
def good(program):
    return f"api_key={program.key}".encode() + ADDRESS


REFUSED = {
    "chunked": (lambda good: call(chunks(good), TYPE, CHUNKED, length=False), "Content-Length."),
    "bad chunks": (lambda _: call(b"zz\r\nx", TYPE, CHUNKED, length=False), "Content-Length."),
    "length and chunks": (lambda good: call(chunks(good), TYPE, CHUNKED), "Content-Length."),
    "cut short": (lambda good: call(good, TYPE, length=5000), "shorter than"),
    "compressed": (lambda good: call(good, TYPE, b"Content-Encoding: gzip"), "Compressed"),
    "three mebibytes": (lambda good: call(good + b"x" * 3 * MIB, TYPE), "larger than 2 MiB"),
    "five gigabytes, said": (lambda good: call(good, TYPE, length=5 * 1024 * MIB), "larger than"),
    "no length": (lambda _: call(b"", TYPE, length=False), "invalid"),
    "no such place": (lambda good: call(good, TYPE, path=b"/1.1/./comment-check"), "nothing here"),
    "two slashes": (lambda good: call(good, TYPE, path=b"/1.1//comment-check"), "nothing here"),
    "a wrong method": (lambda good: call(good, TYPE).replace(b"POST", b"BREW"), "that method"),
    "an endless query": (
        lambda good: call(good, TYPE, path=b"/1.1/comment-check?" + b"a" * 60_000),
        "name is too long",
    ),
}


@pytest.mark.e2e
@pytest.mark.parametrize("kind", REFUSED)
def test_on_the_socket_a_bad_call_is_refused_in_words_and_with_a_guid(program, good, kind):
    make, words = REFUSED[kind]
    # Who promised more than he sends says so by hanging up.
    hangs_up = kind in {"cut short", "five gigabytes, said"}
    status, headers, body = on_socket(program, make(good), hangs_up=hangs_up)
    assert status in {200, 400, 404, 405, 413}
    assert words.encode() in body
    assert GUID.fullmatch(headers["x-akismet-guid"])
    assert headers["content-type"] == "text/plain; charset=utf-8"
    assert "location" not in headers


ANSWERED = {
    "plain": lambda good: call(good, TYPE),
    "HTTP/1.0": lambda good: call(good, TYPE, version=b"1.0"),
    "a trailing slash": lambda good: call(good, TYPE, path=b"/1.1/comment-check/"),
    "a slash too many in front": lambda good: call(good, TYPE, path=b"//1.1/comment-check"),
    "a whole address": lambda good: call(good, TYPE, path=b"http://evil.example/1.1/comment-check"),
    "a host that is none": lambda good: call(good, TYPE, host=b"<script>alert(1)</script>"),
    "no host": lambda good: call(good, TYPE).replace(b"Host: h\r\n", b""),
    "an agent in no charset": lambda good: call(good, TYPE, b"User-Agent: \xff\xfe\x80"),
    "a type in no charset": lambda good: call(good, b"Content-Type: \xff\xfe"),
    "no type": call,
    "a long header": lambda good: call(good, TYPE, b"X-A: " + b"a" * 50_000),
}


@pytest.mark.e2e
@pytest.mark.parametrize("kind", ANSWERED)
def test_on_the_socket_an_odd_call_is_answered(program, good, kind):
    body = good + b"&comment_author=akismet-guaranteed-spam"
    status, headers, said = on_socket(program, ANSWERED[kind](body))
    assert (status, said) == (200, b"true")
    assert GUID.fullmatch(headers["x-akismet-guid"])


@pytest.mark.e2e
@pytest.mark.parametrize("shape", ["{}.rest.example", "{}.rest.example:443", "{}.localhost:80"])
def test_on_the_socket_the_key_may_stand_in_the_host(program, shape):
    for key in (program.key, program.key.upper()):
        host = shape.format(key).encode()
        status, _, said = on_socket(program, call(ADDRESS[1:], TYPE, host=host))
        assert (status, said) in {(200, b"false"), (200, b"true")}
    status, headers, said = on_socket(program, call(ADDRESS[1:], TYPE, host=b"000000000000.a.b:1"))
    assert (status, said) == (200, b"invalid")
    assert "x-akismet-debug-help" in headers


@pytest.mark.e2e
@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        call(b"x", b"Content-Length: abc", length=False),
        call(b"x", b"Content-Length: -5", length=False),
        call(b"x", b"Content-Length: 3"),
        call(b"x", b"X: a\rb"),
        call(b"x", path=b"/1.1/\xff\xfe"),
        call(b"x", *(b"X-%d: 1" % number for number in range(500))),
    ],
    ids=["TLS", "no HTTP", "a word", "less than nothing", "two", "bare CR", "path", "500 headers"],
)
def test_on_the_socket_what_is_no_http_is_refused(program, raw):
    status, headers, body = on_socket(program, raw, hangs_up=True)
    assert status in {400, 431}
    assert b"Traceback" not in body
    assert "location" not in headers


@pytest.mark.e2e
def test_after_all_that_the_program_is_well(program, good):
    for length in (0, 1, 7, 100, 1000):
        on_socket(program, call(good, TYPE, length=length), hangs_up=length > len(good))
        on_socket(program, call(RANDOM.randbytes(length), TYPE))
    status, _, body = on_socket(
        program, b"GET /readyz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
    )
    assert (status, json.loads(body)["ready"]) == (200, True)
    assert "Traceback" not in program.printed
    assert "bug " not in program.printed
