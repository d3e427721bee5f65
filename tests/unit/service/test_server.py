"""chaffinch serve as a process: starts once, stops on a signal, finishes what it began."""

import contextlib
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest

from service.domain.decision import Outcome
from service.errors import NotReady, SettingsError
from service.server import require_servable
from service.settings import Settings
from service.storage.store import Store
from service.storage.submissions import PageAsk
from tests.architecture.source import ROOT
from tests.builders import BLOG
from tests.program import started

pytestmark = pytest.mark.e2e


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environ(folder):
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {"CHAFFINCH_DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"}


@contextlib.contextmanager
def serving(folder, *words):
    """The real program on a free port; it is ended whatever happens."""
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "service", "serve", "--prepare", "--port", str(port), *words],
        cwd=ROOT,
        env=environ(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as program:
        try:
            wait_until(lambda: is_ready(port), program)
            yield program, port
        finally:
            if program.poll() is None:
                program.kill()


def wait_until(claim, program):
    until = time.monotonic() + 30
    while not claim():
        assert program.poll() is None, program.stdout.read()
        assert time.monotonic() < until
        time.sleep(0.05)


def is_ready(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def post(port, path, **fields):
    body = urllib.parse.urlencode(fields).encode()
    address = f"http://127.0.0.1:{port}/1.1/{path}"
    with urllib.request.urlopen(address, body, timeout=20) as answer:
        return answer.read().decode()


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_ends_it_and_nothing_answered_is_lost(tmp_path, name):
    answered, stop = [], threading.Event()
    with serving(tmp_path) as (program, port):
        said = "".join(iter(program.stdout.readline, "\n")) + program.stdout.readline()
        greeting = said + "".join(program.stdout.readline() for _ in range(6))
        key = re.search(r"key\s+([0-9a-f]{12})", greeting)[1]

        def ask():
            while not stop.is_set():
                with contextlib.suppress(OSError):
                    fields = {"api_key": key, "blog": BLOG, "user_ip": "203.0.113.9"}
                    answer = post(port, "comment-check", **fields, comment_content="Thank you")
                    assert answer in {"true", "false"}
                    answered.append(answer)

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(answered) > 20, program)
        program.send_signal(getattr(signal, name))
        code = program.wait(15)
        stop.set()
        for thread in threads:
            thread.join(25)
        rest = program.stdout.read()
    assert (code, "Traceback" in rest, "alembic" in rest) == (0, False, False), rest
    store = Store.open(f"sqlite:///{tmp_path / 'chaffinch.sqlite3'}")
    with store.read() as unit:
        kept = sum(unit.submissions.count(PageAsk(outcome=outcome)) for outcome in Outcome)
    store.close()
    # One more for each thread may have been stored and not answered any more.
    assert len(answered) <= kept <= len(answered) + 3


def test_a_second_start_shows_no_secret_again_and_a_taken_port_is_one_sentence(tmp_path):
    with serving(tmp_path) as (program, port):
        second = subprocess.run(
            [sys.executable, "-m", "service", "serve", "--port", str(port)],
            cwd=ROOT,
            env=environ(tmp_path),
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        program.terminate()
        program.wait(15)
        first = program.stdout.read()
    assert second.returncode == 1
    assert second.stderr.startswith("chaffinch: 127.0.0.1:")
    assert len(second.stderr.splitlines()) == 1
    password = re.search(r"sign in\s+owner\s+(\S+)", first)[1]
    with serving(tmp_path) as (program, _port):
        program.terminate()
        program.wait(15)
        again = program.stdout.read()
    assert password not in again
    assert "YOUR_KEY" in again


def test_a_server_without_tables_names_the_command(tmp_path):
    found = subprocess.run(
        [sys.executable, "-m", "service", "serve", "--port", str(free_port())],
        cwd=ROOT,
        env=environ(tmp_path),
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert found.returncode == 1
    assert "chaffinch db upgrade" in found.stderr


def settings(tmp_path, **environ):
    return Settings.load({"CHAFFINCH_DATA_DIR": str(tmp_path)} | environ)


@pytest.mark.parametrize("host", ["203.0.113.1", "no.such.host.invalid", "::g"])
def test_a_host_that_is_not_ours_is_one_sentence(tmp_path, host):
    with pytest.raises(NotReady, match="choose another"):
        require_servable(settings(tmp_path, CHAFFINCH_HOST=host))


def test_sqlite_is_served_by_one_process(tmp_path):
    with pytest.raises(SettingsError, match="CHAFFINCH_PROCESSES"):
        require_servable(settings(tmp_path, CHAFFINCH_PROCESSES="2"))


def test_who_keeps_a_connection_open_keeps_nobody_out(tmp_path):
    """A proxy keeps many, and anybody may: the server's own way is to let in 1,024 and no more."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(allowed, 4000), most))
    with started(tmp_path) as program, contextlib.ExitStack() as kept:
        kept.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (allowed, most))
        for _ in range(1500):
            kept.enter_context(socket.create_connection(("127.0.0.1", program.port), timeout=10))
        with urllib.request.urlopen(f"{program.address}/readyz", timeout=10) as answer:
            assert answer.status == 200


@pytest.mark.parametrize(
    ("allowed", "most", "let_in"),
    [
        (1024, 20_000, 8192),
        (20_000, 20_000, 8192),
        (1024, 4096, 3584),
        (1024, 1024, 512),
        (256, 600, 512),
    ],
)
def test_as_many_are_let_in_as_files_may_be_open(allowed, most, let_in):
    """In a process of its own: what may be open is not raised again once it was lowered."""
    says = (
        f"import resource as r; r.setrlimit(r.RLIMIT_NOFILE, ({allowed}, {most})); "
        "from service.server import _connections as c; n = c(); "
        "print(n, r.getrlimit(r.RLIMIT_NOFILE)[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", says], capture_output=True, text=True, check=True, cwd=ROOT
    )
    found, may_open = map(int, done.stdout.split())
    assert found == let_in
    assert may_open >= min(let_in + 512, most)


def test_who_collects_json_gets_nothing_else_but_what_is_shown_once(tmp_path):
    with started(tmp_path, CHAFFINCH_LOG_FORMAT="json") as program:
        assert program.key
    with started(tmp_path, CHAFFINCH_LOG_FORMAT="json") as program:
        pass
    assert [line for line in program.printed.splitlines() if not line.startswith("{")] == []
    with started(tmp_path) as program:
        pass
    assert "Chaffinch answers at" in program.printed


def test_the_collector_leaves_alone_what_was_there_when_serving_began():
    """In a process of its own: nothing here is to stay frozen."""
    says = (
        "import gc; from service.wsgi import settle_memory; settle_memory(); "
        "print(gc.get_freeze_count() > 50_000, gc.get_count()[0] < 10_000)"
    )
    done = subprocess.run([sys.executable, "-c", says], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]
