"""A server that runs: its start, its memory, a model that is swapped, pages beside checks.

    CHAFFINCH_CORPORA=folder python -m tests.perf.running [--rate 200] [--seconds 15] [--size 10000]

On SQLite with one process and on PostgreSQL with two. Checks come at a steady rate, as from blogs,
each over a connection of its own that is kept. What goes on beside them is measured with them and
without, in turns, so that both meet the same neighbours; the start beside that of a no-op server.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import itertools
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import httpx

from models.registry import Registry
from service.storage.store import Store
from tests.perf._filling import fill
from tests.perf._goals import held
from tests.perf.checks import bodies, engines, noop
from tests.program import Program, free_port

START_GOAL_S, MEMORY_GOAL_MB = 2.0, 200
PAGE_GOAL_MS, DECISION_GOAL_MS = 50, 30
_CLIENTS = 16
_STARTS = 5
# So much later than without a swap an answer may come and still not be called slow.
_SLOW = 2.0
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Blogs:
    """Checks at *rate* a second until told to stop: (when it was asked, status, ms) of each."""

    def __init__(self, port: int, forms: list[str], rate: float) -> None:
        self.heard: list[tuple[float, int, float]] = []
        self._port, self._rate = port, rate
        self._forms = itertools.cycle(forms)
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(n,)) for n in range(_CLIENTS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, number: int) -> None:
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        every = _CLIENTS / self._rate
        due = time.monotonic() + every * number / _CLIENTS
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            # From when it was due: who comes late because of us has waited for us.
            try:
                line.request("POST", "/1.1/comment-check", next(self._forms), _FORM)
                answer = line.getresponse()
                answer.read()
                status = answer.status
            except OSError:
                line.close()
                status = 0
            self.heard.append((due, status, (time.monotonic() - due) * 1000))
            due = max(due + every, time.monotonic() - 1)


def quantile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


@contextlib.contextmanager
def running(folder: Path, settings: dict[str, str]) -> Iterator[Program]:
    """The program with what it had before, ready."""
    program = Program(folder, free_port(), **settings)
    try:
        program.wait()
        yield program
    finally:
        program.stop()


def started_in(folder: Path, settings: dict[str, str]) -> float:
    """Seconds from the command to the first good /readyz."""
    began = time.monotonic()
    program = Program(folder, free_port(), **settings)
    try:
        while True:
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"{program.address}/readyz", timeout=5).raise_for_status()
                return time.monotonic() - began
            time.sleep(0.01)
    finally:
        program.kill()


def starts(folder: Path, settings: dict[str, str]) -> bool:
    """How long it takes to be ready, beside the no-op."""
    ours, theirs = [], []
    for _ in range(_STARTS):
        ours.append(started_in(folder, settings))
        began = time.monotonic()
        with noop(4):
            theirs.append(time.monotonic() - began)
    mine, other = statistics.median(ours), statistics.median(theirs)
    text = f"{mine:.2f} s, {mine / other:.1f} times the no-op's {other:.2f} s"
    name, goal = f"start, median of {_STARTS}", f"< {START_GOAL_S:g} s"
    return held(name, text, goal, is_met=mine < START_GOAL_S)


def memory(program: Program) -> bool:
    """What each process holds, its share of what it has in common with others counted in part."""
    found = subprocess.run(
        ["pgrep", "-P", str(program.process.pid)], capture_output=True, text=True, check=True
    )
    whole, alone = [], []
    for pid in found.stdout.split():
        table = Path(f"/proc/{pid}/smaps_rollup").read_text()
        whole.append(int(re.search(r"^Rss:\s+(\d+)", table, re.MULTILINE)[1]) / 1024)
        alone.append(int(re.search(r"^Pss:\s+(\d+)", table, re.MULTILINE)[1]) / 1024)
    text = f"{max(whole):.0f} MiB resident, {max(alone):.0f} shared out, of {len(whole)} processes"
    goal = f"< {MEMORY_GOAL_MB} MiB"
    return held("memory of the largest worker", text, goal, is_met=max(whole) < MEMORY_GOAL_MB)


def swaps(program: Program, forms: list[str], rate: float, seconds: float) -> bool:
    """Another model goes live every second: is a check lost or late?"""
    registry = Registry(program.data / "models")
    answers: dict[bool, list[tuple[float, int, float]]] = {}
    for is_swapped in (False, True):
        with Blogs(program.port, forms, rate) as blogs:
            until = time.monotonic() + seconds
            for model_id in itertools.cycle(Registry(None).list_ids()):
                time.sleep(1)
                if is_swapped:
                    registry.set_aliases({"live": model_id})
                if time.monotonic() > until:
                    break
        answers[is_swapped] = blogs.heard
    registry.set_aliases({"live": None})
    lost = sum(status != 200 for _, status, _ in answers[True])
    quiet, beside = (quantile([ms for _, _, ms in answers[way]], 99) for way in (False, True))
    text = f"{lost} of {len(answers[True])} lost, p99 {beside:.0f} ms, without {quiet:.0f}"
    goal = f"0 lost, p99 < {_SLOW:g} times"
    return held("model swapped each second", text, goal, is_met=not lost and beside < _SLOW * quiet)


class Person:
    """Somebody signed in, over HTTP."""

    def __init__(self, program: Program, name: str, password: str) -> None:
        self._http = httpx.Client(base_url=f"{program.address}/moderation", timeout=30)
        form = {"name": name, "password": password, "csrf_token": self._token("/sign-in")}
        assert self._http.post("/sign-in", data=form).status_code == 303
        self._form_token = self._token("/decided")

    def _token(self, place: str) -> str:
        page = self._http.get(place).raise_for_status().text
        return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]

    def page(self) -> tuple[float, list[str]]:
        """Milliseconds for the queue, and whom it shows."""
        began = time.monotonic()
        text = self._http.get("/").raise_for_status().text
        took = (time.monotonic() - began) * 1000
        return took, re.findall(r'data-guid="(\w{32})"', text)

    def decide(self, guid: str) -> float:
        """Milliseconds for one Decision."""
        form = {"act": "spam", "seen": "0", "csrf_token": self._form_token}
        began = time.monotonic()
        headers = {"Accept": "application/json"}
        self._http.post(f"/item/{guid}/decide", data=form, headers=headers).raise_for_status()
        return (time.monotonic() - began) * 1000


def work(person: Person, seconds: float) -> tuple[list[float], list[float]]:
    """One who opens the queue and decides three of it, again and again."""
    pages, decisions = [], []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        took, shown = person.page()
        pages.append(took)
        for guid in shown[:3]:
            time.sleep(0.05)
            decisions.append(person.decide(guid))
    return pages, decisions


def beside(program: Program, person: Person, forms: list[str], rate: float, seconds: float) -> bool:
    """The queue while checks come in, and while none do."""
    quiet = work(person, seconds)
    with Blogs(program.port, forms, rate) as blogs:
        time.sleep(1)
        loaded = work(person, seconds)
    ms = [took for _, _, took in blogs.heard]
    lost = sum(status != 200 for _, status, _ in blogs.heard)
    print(
        f"  {rate:g} checks a second{'':<14}p50 {quantile(ms, 50):.0f} ms, "
        f"p99 {quantile(ms, 99):.0f} ms, {lost} of {len(ms)} without a verdict"
    )
    is_good = True
    goals = (("queue page", PAGE_GOAL_MS), ("decision", DECISION_GOAL_MS))
    for (name, goal), alone, busy in zip(goals, quiet, loaded, strict=True):
        p99 = quantile(busy, 99)
        text = f"p50 {quantile(busy, 50):.0f}, p99 {p99:.0f} ms; "
        text += f"without {quantile(alone, 50):.0f} and {quantile(alone, 99):.0f}"
        is_good &= held(f"{name} beside them", text, f"p99 < {goal} ms", is_met=p99 < goal)
    return is_good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"])
    asked = parser.parse_args()
    is_good = True
    for engine, settings in engines(asked.engine, CHAFFINCH_PROCESSES="2"):
        print(f"{engine}:", flush=True)
        with tempfile.TemporaryDirectory() as name, settings as given:
            folder = Path(name)
            with running(folder, given) as program:
                bodies(folder / "bodies.txt", program.key)
                sign_in = program.sign_in
            url = given.get("CHAFFINCH_DATABASE_URL") or f"sqlite:///{folder / 'chaffinch.sqlite3'}"
            store = Store.open(url)
            fill(store, asked.size)
            store.close()
            is_good &= starts(folder, given)
            forms = (folder / "bodies.txt").read_text("utf-8").splitlines()
            with running(folder, given) as program:
                person = Person(program, *sign_in)
                is_good &= beside(program, person, forms, asked.rate, asked.seconds)
                is_good &= swaps(program, forms, asked.rate / 4, asked.seconds)
                is_good &= memory(program)
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
