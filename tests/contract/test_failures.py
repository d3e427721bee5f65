"""Each row of the failure contract is forced: never `true` by accident, never `false` by accident.

A verdict is only heard when it is the model's own: `thanks` is ham and `casino` is spam here.
"""

import dataclasses
import re
import sqlite3
import threading
import time
from contextlib import ExitStack, contextmanager

import pytest
import sqlalchemy as sa

from models.verdict import Verdict
from service.akismet.answer import THANKS
from service.app import create_app
from service.domain.decision import Outcome
from service.domain.submission import Scoring
from service.errors import StoreUnavailable
from service.storage.spool import Spool
from service.storage.store import Store
from service.web import gate as gate_module
from service.workflows.administer import add_site, revoke_key
from service.workflows.score_again import score_again
from service.workflows.suspend_key import suspend_key
from tests.builders import BLOG, KEY, NOON, make_arrival, make_submission
from tests.conftest import SECRET
from tests.contract.calls import post
from tests.contract.failures import ROWS, TROUBLE
from tests.fakes import BrokenScorer, StubClassifier, StubScorer
from tests.fault_proxy import FaultProxy

WORDPRESS = {"User-Agent": "WordPress/7.1 | Akismet/5.7.2"}
VERDICTS = {"thanks": "false", "casino": "true"}


class House:
    """One server with a spool, whose parts a row may break."""

    def __init__(self, runtime, store, sqlite_url, folder):
        self.store, self.sqlite_url, self.folder = store, sqlite_url, folder
        self.runtime = dataclasses.replace(runtime, store=store)
        self.clock = runtime.clock
        self.key = None

    def client(self, **changes):
        return create_app(dataclasses.replace(self.runtime, **changes)).test_client()


@pytest.fixture
def house(runtime, site_key, sqlite_url, tmp_path):
    store = Store.open(sqlite_url, spool=tmp_path / "spool")
    yield House(runtime, store, sqlite_url, tmp_path)
    store.close()


@contextmanager
def failing(engine, event, error):
    def fail(*_):
        raise sa.exc.OperationalError("", None, OSError(error))

    sa.event.listen(engine, event, fail)
    yield
    sa.event.remove(engine, event, fail)


@contextmanager
def locked(house):
    other = sqlite3.connect(house.sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


@contextmanager
def filled(house):
    """Not one page more, as on a full disk."""
    most = 1

    def limit(connection):
        connection.exec_driver_sql(f"PRAGMA max_page_count={most}")

    sa.event.listen(house.store.engine, "begin", limit)
    yield
    most = 1_000_000


class Failing(StubClassifier):
    def score(self, comment):
        raise ZeroDivisionError


class Slow(StubClassifier):
    def score(self, comment):
        time.sleep(0.3)
        return super().score(comment)


class Answers(StubScorer):
    """Whatever Site asks, this classifier answers."""

    def __init__(self, classifier):
        super().__init__()
        self.classifier = classifier

    def for_site(self, site_id, own=None):
        return self.classifier


def ask(client, text, **fields):
    return post(client, "comment-check", WORDPRESS, comment_content=text, **fields)


def is_trouble(answer):
    assert (answer.status_code, answer.text) == (503, "temporarily unavailable")
    assert int(answer.headers["Retry-After"]) > 0


def is_refused(answer):
    assert (answer.status_code, answer.text) == (200, "invalid")
    assert answer.headers["X-akismet-debug-help"]


def is_verdict(answer, text):
    assert (answer.status_code, answer.text) == (200, VERDICTS[text])


def outcome_of(house, answer):
    with house.store.read() as unit:
        return unit.submissions.get(answer.headers["X-akismet-guid"]).outcome


def stored_as(house, answer, text):
    is_verdict(answer, text)
    wanted = Outcome.SPAM if VERDICTS[text] == "true" else Outcome.HAM
    assert outcome_of(house, answer) is wanted


def spooled_as(house, broken, more=""):
    """Known to the server, then broken: both verdicts are heard, and stored when it is mended."""
    client = house.client()
    is_verdict(ask(client, "thanks"), "thanks")
    with broken:
        answers = {text: ask(client, f"{text} {more}") for text in VERDICTS}
        assert house.store.spool.waiting_bytes
    for text, answer in answers.items():
        is_verdict(answer, text)
    house.store.drain(NOON)
    for text, answer in answers.items():
        stored_as(house, answer, text)


def unscored_until_it_is_back(house, answer):
    is_trouble(answer)
    scores = []
    for _ in range(2):
        with house.store.read() as unit:
            kept = unit.submissions.get(answer.headers["X-akismet-guid"])
        # Its score helps a person; it is nobody's verdict.
        assert (kept.outcome, kept.verdict) == (Outcome.UNSURE, Verdict.UNSURE)
        scores.append(kept.scoring.score)
        score_again(store=house.store, scorer=house.runtime.scorer)
    assert scores == [None, 0.05]


FORCED = {}


def forces(name):
    def keep(function):
        FORCED[name] = function
        return function

    return keep


@forces("no model")
def _(house):
    answer = ask(house.client(scorer=BrokenScorer()), "thanks")
    unscored_until_it_is_back(house, answer)
    # Asked again when the model is back, it gets its verdict.
    stored_as(house, ask(house.client(), "thanks", recheck_reason="retry"), "thanks")


@forces("broken model")
def _(house):
    unscored_until_it_is_back(house, ask(house.client(scorer=Answers(Failing())), "thanks"))


@forces("slow model")
def _(house):
    client = house.client(scorer=Answers(Slow()))
    for text in VERDICTS:
        stored_as(house, ask(client, text), text)


@forces("locked")
def _(house):
    spooled_as(house, locked(house))


@forces("gone")
def _(house):
    spooled_as(house, failing(house.store.engine, "begin", "gone"))


@forces("reports")
def _(house):
    for broken in (locked(house), filled(house), failing(house.store.engine, "begin", "gone")):
        client, more = house.client(), broken.gen.__name__
        known = ask(client, f"thanks {more}")
        is_verdict(known, "thanks")
        with broken:
            fresh = ask(client, f"casino {more}")
            report(client, "submit-spam", f"thanks {more}", known)
            # About a comment that waits in the spool itself.
            report(client, "submit-ham", f"casino {more}", fresh)
        house.store.drain(NOON)
        assert (outcome_of(house, known), outcome_of(house, fresh)) == (Outcome.SPAM, Outcome.HAM)
        # The server knows at once that the database is back; here it found out a moment ago.
        time.sleep(1.1)


def report(client, verb, text, about):
    guid = about.headers["X-akismet-guid"]
    heard = post(client, verb, WORDPRESS, comment_content=text, guid=guid, reporter="ana")
    assert (heard.status_code, heard.text) == (200, THANKS)


@forces("gone, stranger")
def _(house):
    with failing(house.store.engine, "begin", "gone"):
        for text in VERDICTS:
            is_trouble(ask(house.client(), text))


@forces("hangs")
def _(house, postgres_url):
    url = sa.make_url(postgres_url)
    # Where there is no network (nightly P-22) it is asked by its socket.
    proxy = FaultProxy(url.port or 5432, url.host or url.query.get("host") or "127.0.0.1")
    near = url.difference_update_query(["host"]).set(host="127.0.0.1", port=proxy.port)
    place = near.render_as_string(hide_password=False)
    store = Store.open(place, spool=house.folder / "spool of postgresql")
    try:
        add_site(BLOG, key=KEY, store=store, secret=SECRET, now=NOON)
        there = House(house.runtime, store, "", house.folder)
        spooled_as(there, hanging(there, proxy))
    finally:
        proxy.close()
        store.close()


@contextmanager
def hanging(there, proxy):
    proxy.become("swallow")
    yield
    # Who was never seen hears no verdict.
    is_trouble(ask(there.client(), "thanks", api_key="000000000000"))
    proxy.become("pass")
    until(lambda: not there.store.is_gone)


def until(is_true):
    ends_at = time.monotonic() + 60
    while not is_true():
        assert time.monotonic() < ends_at
        time.sleep(0.1)


@forces("full")
def _(house):
    spooled_as(house, filled(house), "x" * 500_000)


@forces("disk full")
def _(house):
    client = house.client()
    ask(client, "thanks")
    # A file stands where the folder of the spool would be.
    (house.folder / "spool").write_bytes(b"")
    with failing(house.store.engine, "begin", "gone"):
        for text in VERDICTS:
            is_trouble(ask(client, text))
    assert len(_stored(house)) == 1


@forces("spool full")
def _(house):
    house.store.spool = Spool(house.folder / "spool", most_bytes=10)
    client = house.client()
    ask(client, "thanks")
    with failing(house.store.engine, "begin", "gone"):
        for text in VERDICTS:
            is_trouble(ask(client, text))
    assert len(_stored(house)) == 1


def _stored(house):
    with house.store.engine.connect() as connection:
        return connection.exec_driver_sql("SELECT guid FROM submission").all()


@forces("overload")
def _(house, monkeypatch):
    busy, free = threading.Event(), threading.Event()

    class Busy(StubClassifier):
        def score(self, comment):
            busy.set()
            assert free.wait(20)
            return super().score(comment)

    monkeypatch.setattr(gate_module, "PATIENCE_S", 0.05)
    settings = dataclasses.replace(house.runtime.settings, threads=1)
    client = house.client(scorer=Answers(Busy()), settings=settings)
    answers = []
    first = threading.Thread(target=lambda: answers.append(ask(client, "thanks")))
    first.start()
    assert busy.wait(20)
    for text in VERDICTS:
        is_trouble(ask(client, text))
    assert client.get("/healthz").status_code == 200
    free.set()
    first.join(20)
    stored_as(house, answers[0], "thanks")
    # Its turn is free again.
    stored_as(house, ask(client, "casino"), "casino")


@forces("queue long")
def _(house):
    client = house.client()
    site_id = _site_of(house, ask(client, "thanks"))
    waiting = Scoring(verdict=Verdict.UNSURE, score=0.5, model_id="m")
    rows = [make_submission(site_id, scoring=waiting, outcome=Outcome.UNSURE) for _ in range(3000)]
    with house.store.begin() as unit:
        unit.append(rows)
        unit.commit()
    for text in VERDICTS:
        stored_as(house, ask(client, text), text)


def _site_of(house, answer):
    with house.store.read() as unit:
        return unit.submissions.get(answer.headers["X-akismet-guid"]).site_id


@forces("no key")
def _(house):
    is_refused(ask(house.client(), "thanks", api_key=None))


@forces("wrong key")
def _(house):
    is_refused(ask(house.client(), "thanks", api_key="000000000000"))


@forces("revoked key")
def _(house):
    client = house.client()
    with house.store.read() as unit:
        (key,) = unit.sites.list_keys(_site_of(house, ask(client, "thanks")))
    revoke_key(key.key_id, store=house.store, now=NOON)
    is_refused(ask(client, "thanks"))
    # The database has refused it: nor is it taken from memory afterwards.
    with failing(house.store.engine, "begin", "gone"):
        is_trouble(ask(client, "thanks"))


@forces("suspended key")
def _(house):
    client = house.client()
    with house.store.read() as unit:
        (key,) = unit.sites.list_keys(_site_of(house, ask(client, "thanks")))
    suspend_key(key.key_id, is_suspended=True, store=house.store, now=NOON)
    answer = ask(client, "thanks")
    is_refused(answer)
    assert answer.headers["X-akismet-error"] == "suspended"
    assert "suspended" in answer.headers["X-akismet-alert-msg"]
    # Nor is it taken from memory while the database is gone.
    with failing(house.store.engine, "begin", "gone"):
        is_trouble(ask(client, "thanks"))
        house.store._gone_until = float("-inf")
    suspend_key(key.key_id, is_suspended=False, store=house.store, now=NOON)
    for text in VERDICTS:
        stored_as(house, ask(client, f"{text} again"), text)


@forces("empty field")
def _(house):
    answer = ask(house.client(), "thanks", user_ip="")
    assert (answer.status_code, answer.text) == (200, "Missing required field: user_ip.")


@forces("large body")
def _(house):
    answer = ask(house.client(), "x" * (2 * 1024 * 1024 + 1))
    assert answer.status_code == 413
    assert answer.text.strip() not in {"true", "false", "invalid"}


@forces("clock ahead")
def _(house):
    _jump(house, days=365)


@forces("clock back")
def _(house):
    _jump(house, days=-365)


def _jump(house, **change):
    client = house.client()
    stored_as(house, ask(client, "thanks"), "thanks")
    house.clock.tick(**change)
    for text in VERDICTS:
        stored_as(house, ask(client, text), text)


ON_POSTGRES = {"hangs"}
NAMES = [
    pytest.param(name, marks=[pytest.mark.postgres] if name in ON_POSTGRES else []) for name in ROWS
]


@pytest.mark.parametrize("name", NAMES)
def test_what_a_blog_hears_when(house, name, request):
    wants = FORCED[name].__code__.co_varnames[: FORCED[name].__code__.co_argcount]
    FORCED[name](house, *map(request.getfixturevalue, wants[1:]))


def test_every_row_is_forced():
    assert set(FORCED) == set(ROWS)


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.hears == TROUBLE])
def test_trouble_carries_a_guid(house, name, monkeypatch, request):
    """Without one a WordPress publishes the comment."""
    heard = []
    with ExitStack() as stack:
        real = globals()["ask"]

        def noted(*args, **kwargs):
            heard.append(real(*args, **kwargs))
            return heard[-1]

        monkeypatch.setitem(globals(), "ask", noted)
        stack.callback(monkeypatch.undo)
        test_what_a_blog_hears_when(house, name, request)
    troubled = [answer for answer in heard if answer.status_code == 503]
    assert troubled
    for answer in troubled:
        assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-akismet-guid"])


def test_without_a_spool_a_database_that_is_gone_holds_everything(house):
    """The twin: what the rows above owe to the spool."""
    plain = Store.open(house.sqlite_url)
    client = house.client(store=plain)
    is_verdict(ask(client, "thanks"), "thanks")
    with failing(plain.engine, "begin", "gone"):
        for text in VERDICTS:
            is_trouble(ask(client, text))
        with pytest.raises(StoreUnavailable):
            plain.append(make_submission(1, arrival=make_arrival("x")))
    plain.close()
