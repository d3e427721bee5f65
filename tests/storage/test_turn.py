"""Two processes at one SQLite file: one writes, with all that SQLite does after it, then the other.

That a file is spoiled without it cannot be shown: the gap is some instructions wide. What can is
that two are at the file at once, which is when it happens, and that with turns they never are.
"""

import contextlib
import itertools
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from service.errors import Conflict, StoreUnavailable
from service.storage import migrate, turn
from service.storage.copying import copy_all
from service.storage.engine import make_engine
from service.storage.store import Store
from service.storage.turn import FileLock, Turn, alone
from tests.architecture.source import ROOT
from tests.builders import make_submission

ENOUGH = 300


@contextlib.contextmanager
def process(sqlite_url, kind):
    """A process of its own that writes to this file."""
    command = [sys.executable, "-m", "tests.storage.turns", sqlite_url.removeprefix("sqlite:///")]
    with subprocess.Popen(
        [*command, kind], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as made:
        try:
            assert made.stdout.readline() in {"ready\n", "held\n"}
            yield made
        finally:
            made.kill()


def windows(sqlite_url, kind, is_enough):
    """When each of two processes held the file, in order, once that *is_enough*."""
    seen, lock = [], threading.Lock()

    def listen(stream):
        for line in stream:
            begun, ended = map(int, line.split())
            with lock:
                seen.append((begun, ended))
                if is_enough(seen):
                    over.set()

    over = threading.Event()
    with process(sqlite_url, kind) as one, process(sqlite_url, kind) as other:
        threads = [threading.Thread(target=listen, args=(p.stdout,)) for p in (one, other)]
        for thread in threads:
            thread.start()
        assert over.wait(60)
        for made in (one, other):
            made.stdin.close()
        for thread in threads:
            thread.join(30)
    return sorted(seen)


def at_once(seen):
    """How often one began before the one before it had ended."""
    ordered = sorted(seen)
    return sum(after[0] < before[1] for before, after in itertools.pairwise(ordered))


def test_two_processes_are_never_at_the_file_at_once(store, sqlite_url):
    seen = windows(sqlite_url, "alone", lambda found: len(found) >= ENOUGH)
    assert len(seen) >= ENOUGH
    assert at_once(seen) == 0
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"


def test_without_turns_they_are(store, sqlite_url):
    assert at_once(windows(sqlite_url, "together", lambda found: at_once(found) > 0)) > 0


def test_a_process_that_is_killed_lets_go(store, sqlite_url):
    with process(sqlite_url, "hold") as other:
        with pytest.raises(StoreUnavailable) as caught:
            written(store)
        assert caught.value.detail == "another process has been writing for too long"
        store.ping()
        other.send_signal(signal.SIGKILL)
        other.wait(20)
        written(store)


def written(store, _tmp_path=None):
    with store.begin() as unit:
        unit.set_meta("turn", "ours")
        unit.commit()


def appended(store, _tmp_path):
    # There is no such site; that is found out only once it is written.
    with contextlib.suppress(Conflict):
        store.append(make_submission(1))


def copied(store, tmp_path):
    source = Store.open(f"sqlite:///{tmp_path}/source.sqlite3")
    migrate.upgrade(source.engine)
    try:
        copy_all(source.engine, store.engine)
    finally:
        source.close()


WRITERS = {
    "a transaction": written,
    "a comment": appended,
    "a migration": lambda store, _: migrate.upgrade(store.engine),
    "a compaction": lambda store, _: store.compact(),
    "a copy": copied,
}


@pytest.mark.parametrize("kind", WRITERS)
def test_whatever_writes_waits_for_its_turn(store, tmp_path, monkeypatch, kind):
    waits, done = threading.Event(), threading.Event()
    monkeypatch.setattr(turn.time, "sleep", lambda _s: waits.set())

    def write():
        WRITERS[kind](store, tmp_path)
        done.set()

    other = FileLock(store.engine)
    other.acquire()
    thread = threading.Thread(target=write)
    thread.start()
    assert waits.wait(20)
    assert not done.is_set()
    other.release()
    thread.join(20)
    assert done.is_set()


def test_a_turn_within_a_turn_lasts_as_long_as_the_outer_one(store):
    own, other = Turn(store.engine), FileLock(store.engine)
    with own.taken():
        with own.taken():
            pass
        with pytest.raises(StoreUnavailable):
            other.acquire(-1)
    other.acquire(-1)
    other.release()


def test_who_waits_comes_before_who_has_just_had_it(store, monkeypatch):
    waits, look = threading.Event(), threading.Event()
    monkeypatch.setattr(turn.time, "sleep", lambda _s: (waits.set(), look.wait(20)))
    ours, other = FileLock(store.engine), FileLock(store.engine)
    ours.acquire()
    thread = threading.Thread(target=other.acquire, args=(20,))
    thread.start()
    assert waits.wait(20)
    ours.release()
    # The other has not looked again, and nobody holds it: still it is not ours.
    with pytest.raises(StoreUnavailable):
        ours.acquire(-1)
    look.set()
    thread.join(20)
    other.release()
    ours.acquire(-1)
    ours.release()


def test_a_lock_that_cannot_be_made_refuses_writers_and_no_reader(store, sqlite_url):
    fresh, place = Store.open(sqlite_url), Path(f"{store.engine.url.database}.lock")
    place.mkdir()
    with pytest.raises(StoreUnavailable) as caught:
        written(fresh)
    assert caught.value.detail == f"{place}: Is a directory"
    fresh.ping()
    fresh.close()


def test_by_another_name_it_is_the_same_file(store, sqlite_url, tmp_path):
    link = tmp_path / "link.sqlite3"
    link.symlink_to(store.engine.url.database)
    with alone(make_engine(f"sqlite:///{link}")), pytest.raises(StoreUnavailable):
        written(store)


@pytest.mark.parametrize("url", ["sqlite://", "postgresql+psycopg://127.0.0.1:1/nothing"])
def test_where_no_file_is_there_is_no_lock(url):
    with alone(make_engine(url)):
        FileLock(make_engine(url)).acquire(0)
