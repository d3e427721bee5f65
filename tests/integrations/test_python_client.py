"""The Python client against the real application, and against servers that misbehave."""

import contextlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import sqlalchemy as sa
from chaffinch_client import Answer, ChaffinchError, Client, Verdict

from service.storage.tables import submission
from tests.builders import KEY
from tests.live import served


@pytest.fixture
def address(app, site_key):
    with served(app) as found:
        yield found


@pytest.fixture
def blog(address):
    with contextlib.closing(Client(address, KEY)._session):
        yield Client(address, KEY)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [("Thank you", Verdict.HAM), ("maybe", Verdict.HOLD), ("casino", Verdict.SPAM)],
)
def test_a_comment_is_published_held_or_kept_away(blog, text, verdict):
    answer = blog.check(text=text, author="Maria", environ={"REMOTE_ADDR": "203.0.113.9"})
    assert (answer.verdict, answer.error, len(answer.guid)) == (verdict, "", 32)


def test_reasons_and_score_are_told(blog):
    answer = blog.check(text="blatant")
    assert (answer.is_blatant, answer.model) == (True, "stub")
    assert answer.reasons[0].code == "word-in-the-text"
    assert answer.score == pytest.approx(0.999)


def test_many_are_asked_at_once_and_a_bad_one_is_held(blog):
    found = blog.check_many([{"text": "casino"}, {"text": 5}, {"text": "Thank you"}])
    assert [one.verdict for one in found] == [Verdict.SPAM, Verdict.HOLD, Verdict.HAM]
    assert "comment.text" in found[1].error


def test_feedback_is_heard(blog):
    guid = blog.check(text="casino").guid
    assert blog.feedback(guid, is_spam=False)
    assert not blog.feedback("0" * 32, is_spam=True)


def test_a_wrong_key_holds_and_says_why(address):
    answer = Client(address, "0000000000ff").check(text="casino")
    assert (answer.verdict, "key" in answer.error) == (Verdict.HOLD, True)


def test_who_asks_for_exceptions_gets_them(address):
    with pytest.raises(ChaffinchError) as refusal:
        Client(address, "0000000000ff", raises=True).check(text="casino")
    assert (refusal.value.status, refusal.value.code) == (401, "bad-key")


def test_nobody_listening_holds():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    answer = Client(f"http://127.0.0.1:{port}", KEY).check(text="x")
    assert (answer.verdict, bool(answer.error)) == (Verdict.HOLD, True)


def test_what_cannot_be_json_holds(address):
    assert Client(address, KEY).check(text="x", author=object()).verdict is Verdict.HOLD


@contextlib.contextmanager
def saying(*answers):
    """A server that says these (status, body, headers) in turn, and then the last for ever."""
    seen, left = [], list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            seen.append(self.headers["Idempotency-Key"])
            status, body, headers = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


HAM = (200, b'{"verdict":"ham","guid":"g"}', {})


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"true", {}),
        (200, b"false", {}),
        (200, b"{}", {}),
        (200, b'{"verdict":"HAM","guid":"g"}', {}),
        (200, b'{"verdict":"ham"}', {}),
        (200, b'{"verdict":"ham","guid":"g","score":"x"}', {}),
        (200, b'{"verdict":"ham","guid":"g","reasons":[1]}', {}),
        (200, b"[" * 100_000, {}),
        (500, b'{"verdict":"ham","guid":"g"}', {}),
        (302, b"", {"Location": "http://127.0.0.1:1/"}),
    ],
)
def test_anything_but_a_whole_answer_holds(answer):
    with saying(answer) as (address, _seen):
        assert Client(address, KEY, tries=1).check(text="x").verdict is Verdict.HOLD


def test_a_second_try_goes_by_the_same_name():
    with saying((503, b"{}", {"Retry-After": "3600"}), HAM) as (address, seen):
        assert Client(address, KEY).check(text="x") == Answer(verdict=Verdict.HAM, guid="g")
    assert (len(seen), len(set(seen))) == (2, 1)


def test_two_calls_go_by_two_names():
    with saying(HAM) as (address, seen):
        client = Client(address, KEY)
        client.check(text="x")
        client.check(text="x")
    assert len(set(seen)) == 2


def test_a_try_whose_answer_was_lost_counts_once(app, store, address):
    lost = []

    def lose(environ, start_response):
        if lost:
            return inner(environ, start_response)
        # The comment is stored; its answer never arrives.
        lost.append(list(inner(environ, lambda *_told: None)))
        start_response("503 Service Unavailable", [("Content-Length", "2")])
        return [b"{}"]

    inner, app.wsgi_app = app.wsgi_app, lose
    assert Client(address, KEY).check(text="casino").verdict is Verdict.SPAM
    with store.engine.connect() as connection:
        query = sa.select(sa.func.count()).select_from(submission)
        assert connection.execute(query).scalar_one() == 1
    assert lost
