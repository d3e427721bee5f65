"""Three servers behind nginx while one is killed, one rolled, and PostgreSQL restarts.

Facts: every answer is one that a client judges or holds on, and every comment that was answered
with a verdict is stored exactly once.
"""

import collections
import itertools
import json
import re
import signal
import threading
import time
from http.client import HTTPConnection

import httpx
import pytest

from models.shared import SharedModels
from tests import smuggling
from tests.builders import BLOG, KEY, PASSWORD
from tests.conftest import csrf_token
from tests.smuggling import heard, honest, statuses
from tests.unit.models.artefacts import make_model

pytestmark = [pytest.mark.e2e, pytest.mark.postgres, pytest.mark.redis]
HOST = f"{KEY}.rest.example.org"
CALLERS = 4
SPAM = "Buy cheap watches at http://cheap-watches.example/ best casino bonus viagra, offer {}"
GOOD = "Thank you, the map of day {} was wrong for me too."
TROUBLE = (503, "temporarily unavailable")
IN_TIME_S = 30


def check(address, text, *, author="Maria", host=HOST, client=httpx, **headers):
    where, headers = f"{address}/1.1/comment-check", {"Host": host} | headers
    sent = {"blog": BLOG, "user_ip": "203.0.113.9", "comment_content": text}
    sent["comment_author"] = author
    return client.post(where, data=sent, headers=headers, timeout=20)


class Load:
    """Callers that ask one comment after the other, and note each answer by its text."""

    def __init__(self, address):
        self._address = address
        self._numbers = itertools.count()
        self._is_over = threading.Event()
        self.answers = {}
        self.faults = []
        self._threads = [threading.Thread(target=self._call) for _ in range(CALLERS)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        for thread in self._threads:
            thread.join(30)

    def go_on(self, count=40):
        """Return when this many more were answered."""
        wanted = len(self.answers) + count
        until = time.monotonic() + IN_TIME_S
        while len(self.answers) < wanted and time.monotonic() < until:
            time.sleep(0.02)

    def _call(self):
        with httpx.Client() as client:
            while not self._is_over.is_set():
                number = next(self._numbers)
                text, author = ((GOOD, "Maria"), (SPAM, "cheap watches"))[number % 2]
                text = text.format(number)
                try:
                    found = check(self._address, text, author=author, client=client)
                    self.answers[text] = found
                except httpx.HTTPError as error:
                    self.faults.append(repr(error))
                # Bounded: what becomes of each is asked, not how many there can be.
                time.sleep(0.05)


def test_nothing_acknowledged_is_lost_while_servers_and_the_database_come_and_go(topology, stored):
    with Load(topology.address) as load:
        load.go_on()
        topology.servers[0].kill()
        load.go_on()
        topology.restart(0)
        load.go_on()
        rolled = topology.servers[1]
        rolled.process.send_signal(signal.SIGTERM)
        assert rolled.process.wait(20) == 0
        load.go_on()
        topology.restart(1)
        topology.wait()
        topology.postgres.stop()
        load.go_on(20)
        # One that holds comments in its spool dies before the database is back.
        topology.servers[2].kill()
        load.go_on(20)
        topology.postgres.start()
        topology.restart(2)
        load.go_on()
    topology.wait()
    assert load.faults == []
    judged = {text: one for text, one in load.answers.items() if one.status_code == 200}
    other = {(one.status_code, one.text) for one in load.answers.values()} - {
        (200, "true"),
        (200, "false"),
    }
    assert other <= {TROUBLE}
    held = [one for one in load.answers.values() if one.status_code == 503]
    assert all(one.headers["Retry-After"] for one in held)
    # Never a verdict by accident: each is the one this text has.
    assert {one.text for text, one in judged.items() if text.startswith("Thank")} == {"false"}
    assert {one.text for text, one in judged.items() if text.startswith("Buy")} == {"true"}
    guids = {one.headers["X-akismet-guid"]: text for text, one in judged.items()}
    assert len(guids) == len(judged) > 100
    assert len(held) < len(judged)
    rows = rows_in_time(stored, guids)
    assert {guid: rows.get(guid) for guid in guids} == guids
    # Also counted by text: nobody asked a second server with what the first had stored.
    times = collections.Counter(rows.values())
    assert {text: times[text] for text in guids.values() if times[text] != 1} == {}
    assert not list(topology.folder.glob("data-*/spool/*.spool"))


def rows_in_time(stored, guids):
    """Text by guid, when every one of *guids* is there or the time is over."""
    until, rows = time.monotonic() + IN_TIME_S, {}
    while set(guids) - set(rows) and time.monotonic() < until:
        found = stored("SELECT guid, comment FROM submission")
        rows = {guid: json.loads(comment)["text"] for guid, comment in found}
        time.sleep(0.2)
    return rows


def test_no_server_at_all_is_an_answer_that_every_client_holds_on(alone):
    found = check(f"http://127.0.0.1:{alone.ports['80']}", GOOD.format("none"))
    assert (found.status_code, found.text) == TROUBLE
    assert found.headers["Retry-After"] == "5"
    assert re.fullmatch("[0-9a-f]{32}", found.headers["X-akismet-guid"])


def test_the_key_may_stand_in_the_host_name(topology):
    known = check(topology.address, GOOD.format("host"))
    assert (known.status_code, known.text) == (200, "false")
    unknown = check(topology.address, GOOD.format("host"), host="0123456789ab.rest.example.org")
    assert unknown.text == "invalid"
    named = {"key": KEY, "blog": BLOG}
    where = f"{topology.address}/1.1/verify-key"
    assert httpx.post(where, data=named, headers={"Host": "rest.example.org"}).text == "valid"


def test_what_a_client_says_of_its_own_host_counts_only_past_the_proxy(topology):
    forged = {"host": "rest.example.org", "X-Forwarded-Host": HOST}
    text = GOOD.format("forged")
    assert check(topology.address, text, **forged).text == "invalid"
    # Its twin without nginx is believed: so it is nginx that keeps it out.
    past = f"http://127.0.0.1:{topology.ports[0]}"
    assert check(past, text, **forged).text == "false"


FORM = f"api_key={KEY}&blog=https%3A%2F%2Fblog.example.org%2F&user_ip=203.0.113.9".encode()


@pytest.mark.parametrize("kind", smuggling.HIDDEN)
def test_a_call_hidden_in_another_is_never_answered_through_nginx(topology, kind):
    told = statuses(heard(topology.proxy.ports["80"], smuggling.HIDDEN[kind](FORM)))
    assert told in ([400], [501])


def test_two_honest_calls_on_one_connection_are_answered_twice_through_nginx(topology):
    both = honest(FORM, is_last=False) + honest(FORM)
    assert statuses(heard(topology.proxy.ports["80"], both)) == [200, 200]


def test_a_header_hidden_behind_a_bare_line_feed_is_written_anew_by_nginx(topology):
    form = FORM.partition(b"&")[2]
    hidden = b"Host: rest.example.org\r\nX-A: a\nX-Forwarded-Host: " + HOST.encode()
    raw = honest(form).replace(b"Host: h", hidden)
    assert heard(topology.proxy.ports["80"], raw).endswith(b"\r\n\r\ninvalid")
    # Straight to a server it is a header like any other: so it is nginx that keeps it out.
    assert heard(topology.ports[0], raw).endswith((b"\r\n\r\ntrue", b"\r\n\r\nfalse"))


def guess(address, client, number):
    page = client.get(f"{address}/moderation/sign-in").text
    sent = {"name": f"nobody {number}", "password": "wrong", "csrf_token": csrf_token(page)}
    headers = {"X-Forwarded-For": f"198.51.100.{number}"}
    return client.post(f"{address}/moderation/sign-in", data=sent, headers=headers).status_code


def test_guesses_are_counted_by_all_servers_together_whatever_address_a_client_claims(
    topology, counts
):
    with httpx.Client(timeout=20) as client:
        through = [guess(topology.address, client, number) for number in range(11)]
        assert through == [401] * 10 + [429]
        keys = {one.decode() for one in counts.scan_iter("*address:*")}
        assert keys
        assert all("127.0.0.1" in one for one in keys)


def test_each_server_counts_the_address_that_nginx_told(topology, counts):
    # Straight to a server each claimed address would have its own tries: nginx has to replace it.
    past = f"http://127.0.0.1:{topology.ports[0]}"
    with httpx.Client(timeout=20) as client:
        assert [guess(past, client, number) for number in range(11)] == [401] * 11


def test_figures_are_not_for_everybody(topology):
    assert httpx.get(f"{topology.address}/metrics").status_code == 404
    token = {"Authorization": "Bearer t0ken"}
    past = httpx.get(f"http://127.0.0.1:{topology.ports[0]}/metrics", headers=token)
    assert "chaffinch_database_up 1.0" in past.text


def test_a_large_body_is_refused_in_words_that_are_no_verdict(topology):
    for size, status in ((2_500_000, 413), (4_000_000, 413)):
        found = check(topology.address, "x" * size)
        assert found.status_code == status
        assert found.text not in {"true", "false"}
        assert found.headers["X-akismet-guid"]


def test_a_slow_client_holds_no_thread_of_ours(topology):
    ports = topology.proxy.ports["80"]
    slow = []
    for _ in range(150):
        connection = HTTPConnection("127.0.0.1", ports, timeout=20)
        connection.putrequest("POST", "/1.1/comment-check")
        connection.putheader("Content-Length", "100000")
        connection.endheaders(b"blog=")
        slow.append(connection)
    try:
        # Three servers have 48 threads: were they all taken, nobody would be answered.
        assert check(topology.address, GOOD.format("slow")).text == "false"
    finally:
        for connection in slow:
            connection.close()


def test_over_tls_pages_are_safe_and_old_plugins_are_answered_on_port_80(tls):
    plain = f"http://127.0.0.1:{tls.ports['80']}"
    assert check(plain, GOOD.format("plain")).text == "false"
    page = httpx.get(f"{plain}/moderation/sign-in", headers={"Host": "spam.example.org"})
    assert page.status_code == 308
    assert page.headers["Location"] == "https://spam.example.org/moderation/sign-in"
    safe = httpx.get(f"https://127.0.0.1:{tls.ports['443']}/moderation/sign-in", verify=False)  # noqa: S501 - made a moment ago
    assert "max-age" in safe.headers["Strict-Transport-Security"]


def test_port_80_can_be_closed_to_blogs(closed):
    plain = check(f"http://127.0.0.1:{closed.ports['80']}", GOOD.format("closed"))
    assert (plain.status_code, plain.headers["Location"][:8]) == (308, "https://")
    with httpx.Client(verify=False) as client:  # noqa: S501 - made a moment ago
        safe = check(f"https://127.0.0.1:{closed.ports['443']}", GOOD.format("x"), client=client)
    assert safe.text == "false"


@pytest.mark.browser
def test_a_person_signs_in_over_tls(tls, browser, counts):
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.goto(f"https://127.0.0.1:{tls.ports['443']}/moderation/")
    page.fill("[name=name]", "ana")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_selector("h1")
    assert "/sign-in" not in page.url
    context.close()


def answering(topology):
    """The model that each server answers with, as /readyz says."""
    found = [httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=20) for port in topology.ports]
    return {one.json()["checks"]["model"]["model"] for one in found}


def test_every_server_answers_with_the_model_that_was_promoted(topology, tmp_path):
    # The last one here: what it promotes would judge otherwise.
    before = answering(topology)
    assert len(before) == 1
    SharedModels(str(topology.models)).publish(make_model(tmp_path, "promoted"))
    until = time.monotonic() + 2 * IN_TIME_S
    while answering(topology) != {"promoted"} and time.monotonic() < until:
        time.sleep(0.2)
    assert answering(topology) == {"promoted"}
