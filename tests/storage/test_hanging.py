"""A PostgreSQL that hangs without refusing: every answer comes from memory and the spool."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from service.app import create_app
from service.errors import StoreUnavailable
from service.runtime import Runtime
from service.settings import Secret, Settings
from service.storage import migrate
from service.storage.store import Store
from service.workflows.administer import add_site
from tests.builders import BLOG, KEY, NOON
from tests.conftest import SECRET, missing
from tests.contract.calls import post
from tests.fakes import FixedClock, StubScorer

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]
# Far above what is promised (two seconds), far below what a hanging server takes (for ever).
LIMIT_S = 20


class Cluster:
    """A PostgreSQL of the test's own, that can be stopped without its saying a word."""

    def __init__(self, folder, server):
        self.url = f"postgresql://postgres@/postgres?host={folder}"
        self._server = server

    def tell(self, sign):
        # Itself first: a child begun between the two would go on answering.
        pid = self._server.pid
        os.kill(pid, sign)
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(child), sign)

    @contextlib.contextmanager
    def hanging(self):
        self.tell(signal.SIGSTOP)
        try:
            yield
        finally:
            self.tell(signal.SIGCONT)


@pytest.fixture(scope="module")
def cluster():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    place = shutil.which("initdb") or (str(found[-1]) if found else None)
    if place is None:
        missing("PostgreSQL", "no initdb")
    with tempfile.TemporaryDirectory(prefix="chaffinch-pg-") as made:
        folder = Path(made)
        # PostgreSQL refuses to run as root.
        who = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        if who:
            os.chown(folder, pwd.getpwnam("postgres").pw_uid, pwd.getpwnam("postgres").pw_gid)
        base = folder / "base"
        subprocess.run(
            [place, "-D", base, "-U", "postgres", "-A", "trust", "-N"],
            check=True,
            capture_output=True,
            cwd="/",
            **who,
        )
        options = ["-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]
        server = subprocess.Popen(
            [Path(place).with_name("postgres"), "-D", base, *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            **who,
        )
        try:
            own = Cluster(folder, server)
            fill(own)
            yield own
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait(30)


def fill(cluster):
    store = Store.open(cluster.url)
    until(lambda: is_up(store))
    migrate.upgrade(store.engine)
    add_site(BLOG, key=KEY, store=store, secret=SECRET, now=NOON)
    store.close()


def is_up(store):
    try:
        return migrate.current(store.engine) is None
    except StoreUnavailable:
        return False


def answers(store):
    try:
        store.ping()
    except StoreUnavailable:
        return False
    return True


def until(is_true):
    ends_at = time.monotonic() + 60
    while not is_true():
        assert time.monotonic() < ends_at
        time.sleep(0.1)


@pytest.fixture
def store(cluster, tmp_path):
    store = Store.open(cluster.url, spool=tmp_path / "spool")
    yield store
    store.close()


@pytest.fixture
def client(store, tmp_path):
    settings = Settings(
        data_dir=tmp_path,
        models_dir=tmp_path / "models",
        database_url="unused",
        secret_key=Secret(SECRET),
    )
    runtime = Runtime(settings=settings, store=store, scorer=StubScorer(), clock=FixedClock())
    return create_app(runtime).test_client()


def check(client, text):
    started = time.monotonic()
    answer = post(client, "comment-check", comment_content=text)
    took = time.monotonic() - started
    print(f"{text}: {answer.text} in {took:.2f} s")
    return answer, took


def test_checks_are_answered_while_it_hangs_and_stored_when_it_is_back(cluster, store, client):
    assert check(client, "before, thanks")[0].text == "false"
    with cluster.hanging():
        found = [check(client, text) for text in ("first casino", "then thanks", "casino again")]
        assert [answer.text for answer, _ in found] == ["true", "false", "true"]
        assert max(took for _, took in found) < LIMIT_S
        assert store.spool.waiting_bytes > 0
    until(lambda: answers(store))
    assert store.drain(NOON) == 3
    guids = [answer.headers["X-akismet-guid"] for answer, _ in found]
    with store.read() as unit:
        assert len(unit.submissions.list_by_guid(guids)) == 3
    until(lambda: not store.is_gone)
    assert check(client, "after, thanks")[0].text == "false"
    assert store.spool.waiting_bytes == 0


def test_a_question_that_was_being_asked_ends(cluster, store):
    store.ping()
    failed = []

    def ask():
        try:
            with store.read() as unit:
                unit.find_meta("x")
                # A server process that is born later would not be stopped.
                asked.wait(LIMIT_S)
                hangs.wait(LIMIT_S)
                unit.find_meta("x")
        except StoreUnavailable as error:
            failed.append(error)

    hangs, asked = threading.Event(), threading.Barrier(4)
    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    asked.wait(LIMIT_S)
    with cluster.hanging():
        hangs.set()
        for thread in threads:
            thread.join(LIMIT_S)
        assert [thread.is_alive() for thread in threads] == [False] * 3
        assert len(failed) == 3
    until(lambda: answers(store))


def test_a_question_that_only_takes_its_time_goes_on(store):
    with store.read() as unit:
        unit._connection.exec_driver_sql("SELECT pg_sleep(3)")
        assert not store.is_gone
        assert unit.find_meta("x") is None


@pytest.fixture
def fresh(cluster, tmp_path):
    """A process that has not asked anything yet; what freezes is let go of in the end."""
    store = Store.open(cluster.url, spool=tmp_path / "spool")
    yield store
    cluster.tell(signal.SIGCONT)
    until(lambda: answers(store))
    store.close()


def ask_in_vain(store):
    """Three at once; answers with who waits still."""
    failed = []

    def ask():
        try:
            store.ping()
        except StoreUnavailable as error:
            failed.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, started + LIMIT_S - time.monotonic()))
    print(f"given up after {time.monotonic() - started:.1f} s")
    waiting = [thread for thread in threads if thread.is_alive()]
    assert len(failed) + len(waiting) == 3
    return waiting


def test_a_server_that_freezes_before_the_first_connection_is_given_up(cluster, fresh):
    cluster.tell(signal.SIGSTOP)
    assert ask_in_vain(fresh) == []
    assert fresh.is_gone


def test_a_server_that_freezes_in_the_middle_of_the_first_connection_is_given_up(cluster, fresh):
    """Connected, and nothing said yet: SQLAlchemy asks some things before anybody may ask."""
    sa.event.listen(
        fresh.engine, "connect", lambda *_: cluster.tell(signal.SIGSTOP), insert=True, once=True
    )
    assert ask_in_vain(fresh) == []
    assert fresh.is_gone
