"""Both roads of a comment-check, held against each other: the short one and Flask's own."""

import dataclasses
import io
import re
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from werkzeug.test import run_wsgi_app

from service.akismet import checking
from service.akismet.lane import name_of
from service.app import create_app
from service.domain.site import UnsureMeans
from service.domain.submission import new_guid
from service.errors import StoreUnavailable
from service.storage.store import Store
from service.storage.tables import submission
from service.web import gate
from service.workflows.administer import revoke_key, set_policy
from service.workflows.suspend_key import suspend_key
from tests.builders import BLOG, KEY, NOON
from tests.fakes import BrokenScorer

FORM = "application/x-www-form-urlencoded"
PLUGIN = "WordPress/7.1 | Akismet/5.7.2"
NEEDED = {"api_key": KEY, "blog": BLOG, "user_ip": "203.0.113.9"}


def call(body=b"", content_type=FORM, **changes):
    """The WSGI environment of one check."""
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/1.1/comment-check",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "spam.example.org",
        "HTTP_USER_AGENT": PLUGIN,
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    } | changes


def form(**fields):
    """The WSGI environment of a check with these fields; None leaves one out."""
    sent = {name: value for name, value in (NEEDED | fields).items() if value is not None}
    return lambda: call(urlencode(sent).encode())


def raw(body, content_type=FORM, **changes):
    return lambda: call(body, content_type, **changes)


PAIRS = urlencode(NEEDED).encode()
CASES = {
    "ham": form(comment_content="thanks"),
    "spam": form(comment_content="casino"),
    "blatant": form(comment_content="blatant"),
    "held": form(comment_content="maybe", callback="https://blog.example.org/hook"),
    "unsure for a form": form(comment_content="maybe", comment_type="contact-form"),
    "asked again": form(comment_content="maybe", recheck_reason="recheck_queue"),
    "guaranteed spam": form(comment_author="akismet-guaranteed-spam"),
    "administrator": form(comment_content="casino", user_role="administrator"),
    "test discard": form(is_test="1", test_discard="1"),
    "another blog": form(blog="https://elsewhere.example/"),
    "no key": form(api_key=None),
    "unknown key": form(api_key="0123456789ab"),
    "no user_ip": form(user_ip=None),
    "no blog": form(blog=None),
    "nothing at all": raw(b""),
    "key in the host": raw(PAIRS, HTTP_HOST=f"{KEY}.rest.example.org"),
    "only in the host": raw(b"blog=a&user_ip=1.2.3.4", HTTP_HOST=f"{KEY}.rest.example.org:8000"),
    "a host that is none": raw(PAIRS, HTTP_HOST="a b/<c>"),
    "no host": raw(PAIRS, HTTP_HOST=""),
    "in the query": raw(b"", QUERY_STRING=urlencode(NEEDED)),
    "no client": raw(PAIRS, HTTP_USER_AGENT=""),
    "an odd client": raw(PAIRS, HTTP_USER_AGENT="W\xf6rdPress\x7f/7"),
    "another version": raw(PAIRS, PATH_INFO="/1.2/comment-check"),
    "JSON": raw(b'{"api_key": "%s", "blog": "b", "user_ip": "1"}' % KEY.encode(), "text/json"),
    "broken JSON": raw(b"{", "application/json"),
    "a list of JSON": raw(b"[1]", "application/json"),
    "multipart": raw(b"--x--", "multipart/form-data; boundary=x"),
    "cp1252": raw(PAIRS + b"&comment_content=caf%E9%FF"),
    "shift_jis": raw(PAIRS + b"&comment_content=%83J%83W%83m&blog_charset=shift_jis"),
    "too many fields": raw(b"a=1&" * 5000),
    "too large": raw(b"a" * (2 * 1024 * 1024 + 1)),
    "cut short": raw(PAIRS, CONTENT_LENGTH="999"),
    "no length": raw(PAIRS, CONTENT_LENGTH=""),
    "a length that is none": raw(PAIRS, CONTENT_LENGTH="ten"),
    "a negative length": raw(PAIRS, CONTENT_LENGTH="-1"),
    "chunked": raw(PAIRS, HTTP_TRANSFER_ENCODING="chunked"),
    "compressed": raw(PAIRS, HTTP_CONTENT_ENCODING="GZIP"),
    "said to be plain": raw(PAIRS, HTTP_CONTENT_ENCODING="identity"),
    "with a cookie": raw(PAIRS, HTTP_COOKIE="chaffinch=abc; other=1"),
    "from a page": raw(PAIRS, HTTP_ORIGIN="https://evil.example", HTTP_ACCEPT_LANGUAGE="de"),
}
# These are for Flask whichever way they come.
ELSEWHERE = {
    "GET": raw(b"", REQUEST_METHOD="GET"),
    "HEAD": raw(b"", REQUEST_METHOD="HEAD"),
    "OPTIONS": raw(b"", REQUEST_METHOD="OPTIONS"),
    "a slash at the end": raw(PAIRS, PATH_INFO="/1.1/comment-check/"),
    "another call": raw(PAIRS, PATH_INFO="/1.1/verify-key"),
    "another prefix": raw(PAIRS, PATH_INFO="/1.3/comment-check"),
}


def answered(application, environ):
    """Status, headers and body; what is new each time is replaced by its shape."""
    body, status, headers = run_wsgi_app(application, environ, buffered=True)
    masked = {
        name: re.sub(r"[0-9a-f]", "0", value) if name == "X-akismet-guid" else value
        for name, value in headers
    }
    assert len(masked) == len(headers)
    return status, masked, re.sub(r"reference [0-9a-f]{8}", "reference", b"".join(body).decode())


def assert_alike(app, made):
    """Both roads answer alike; returns what they answer."""
    short = answered(app.wsgi_app, made())
    assert short == answered(app.wsgi_app.behind, made())
    return short


@pytest.mark.parametrize("name", [*CASES, *ELSEWHERE])
def test_both_roads_answer_alike(app, site_key, name):
    made = (CASES | ELSEWHERE)[name]
    status, headers, _ = assert_alike(app, made)
    if name in CASES:
        assert headers["X-akismet-guid"]
        assert headers["Content-Security-Policy"]
        assert int(status[:3]) < 500


@pytest.mark.parametrize("name", CASES)
def test_both_roads_store_alike(app, site_key, store, name, monkeypatch):
    # Else the second one is an attempt of the first.
    monkeypatch.setattr(checking, "name_attempt", lambda *_, **__: new_guid())
    app.wsgi_app(CASES[name](), lambda *_: None)
    app.wsgi_app.behind(CASES[name](), lambda *_: None)
    with store.engine.connect() as connection:
        rows = connection.execute(sa.select(submission)).mappings().all()
    new = {"id", "guid", "took_ms"}
    kept = [{key: value for key, value in row.items() if key not in new} for row in rows]
    assert kept[: len(kept) // 2] == kept[len(kept) // 2 :]
    assert len({row["guid"] for row in rows}) == len(rows) == (2 if kept else 0)


def test_only_the_short_road_is_taken_for_a_check(app, site_key, monkeypatch):
    monkeypatch.setattr(app.wsgi_app, "behind", None)
    assert answered(app.wsgi_app, CASES["spam"]())[2] == "true"
    with pytest.raises(TypeError):
        app.wsgi_app(ELSEWHERE["a slash at the end"](), None)


def test_both_roads_say_alike_that_a_key_is_suspended(app, site_key, store):
    with store.read() as unit:
        (key,) = unit.sites.list_keys(unit.sites.find_by_blog(BLOG).site_id)
    suspend_key(key.key_id, is_suspended=True, store=store, now=NOON)
    status, headers, body = assert_alike(app, CASES["spam"])
    assert (status, body, headers["X-akismet-error"]) == ("200 OK", "invalid", "suspended")


def test_both_roads_say_alike_that_no_model_answers(runtime, site_key):
    app = create_app(dataclasses.replace(runtime, scorer=BrokenScorer()))
    status, headers, _ = assert_alike(app, CASES["ham"])
    assert (status, headers["Retry-After"]) == ("503 SERVICE UNAVAILABLE", "30")


def test_both_roads_say_alike_that_the_store_is_gone(app, site_key, monkeypatch):
    def gone(*_args, **_more):
        raise StoreUnavailable(detail="forced")

    monkeypatch.setattr(Store, "append", gone)
    assert assert_alike(app, CASES["ham"])[0] == "503 SERVICE UNAVAILABLE"


def test_both_roads_say_alike_that_they_are_full(runtime, site_key, monkeypatch):
    monkeypatch.setattr(gate, "PATIENCE_S", 0.01)
    settings = dataclasses.replace(runtime.settings, threads=1)
    app = create_app(dataclasses.replace(runtime, settings=settings))
    one = app.wsgi_app.gate
    one.enter()
    status, headers, body = assert_alike(app, CASES["ham"])
    assert (status, body) == ("503 SERVICE UNAVAILABLE", "temporarily unavailable")
    assert headers["Retry-After"]
    one.leave()
    # A turn that was taken is given back, on both roads, whatever came of it.
    for _ in range(3):
        assert assert_alike(app, CASES["unknown key"])[2] == "invalid"
    assert assert_alike(app, CASES["ham"])[2] == "false"


def test_both_roads_hide_a_bug_alike(runtime, site_key):
    def broken():
        raise RuntimeError("a secret of ours")

    app = create_app(dataclasses.replace(runtime, clock=broken))
    status, headers, body = assert_alike(app, CASES["ham"])
    assert (status, "secret" in body) == ("500 INTERNAL SERVER ERROR", False)
    assert headers["X-akismet-guid"]


def test_both_roads_are_counted_alike(app, site_key):
    assert_alike(app, CASES["ham"])
    assert_alike(app, CASES["unknown key"])
    told = answered(app.wsgi_app, call(REQUEST_METHOD="GET", PATH_INFO="/metrics"))[2]
    counted = re.findall(r'_count\{endpoint="(akismet[^"]*)",status="(\d+)"\} (\S+)', told)
    assert counted == [("akismet.comment_check", "200", "4.0")]


def test_a_change_made_here_is_seen_by_the_next_call(app, site_key, runtime):
    """Who calls is remembered for a moment, but not past a change of this process."""
    assert assert_alike(app, CASES["held"])[2] == "false"
    later = runtime.clock()
    set_policy(BLOG, {"unsure": UnsureMeans.SPAM}, store=runtime.store, now=later)
    assert assert_alike(app, CASES["held"])[2] == "true"
    with runtime.store.read() as unit:
        (site,) = unit.sites.list_all()
        (key,) = unit.sites.list_keys(site.site_id)
    revoke_key(key.key_id, store=runtime.store, now=later)
    assert assert_alike(app, CASES["held"])[2] == "invalid"


@pytest.mark.parametrize(
    ("body", "host", "other"),
    [
        (b"api_key=abc&blog=b", "", b"blog=b&api_key=abd"),
        (b"blog=b&key=abc&x=1", "", b"key=ab&blog=b"),
        (b"blog=b", "0123456789ab.rest.example.org", b"blog=b&key=abc"),
    ],
)
def test_a_key_has_a_name_of_its_own_at_the_gate(body, host, other):
    named = name_of(body, host)
    assert named
    assert named != name_of(other, host)
    assert named == name_of(body + b"&comment_content=key", host)
    assert b"abc" not in named.encode()


def test_without_a_key_there_is_no_name():
    assert name_of(b"blog=b&monkey=1", "spam.example.org") == ""


@pytest.mark.usefixtures("site_key")
def test_only_a_key_that_was_good_gets_a_line_of_its_own(app):
    lane, names = app.wsgi_app, []
    lane.gate = SimpleNamespace(enter=names.append, leave=lambda: None, entered=0)
    for key in ("0123456789ab", "0123456789ab", KEY, KEY):
        run_wsgi_app(lane, form(api_key=key)())
    good = name_of(urlencode({"api_key": KEY}).encode(), "")
    assert names == ["", "", "", good]
