"""Where the CPU of a check goes: each step by itself, the whole alone, and the whole in 16 threads.

    CHAFFINCH_CORPORA=folder python -m tests.perf.steps [--rounds 15]

In this process, without a server around it, on SQLite. Steps are measured in turns; of each the
fewest microseconds of CPU a check count, so that what else runs here is left out. Beside threads
that compute, the same work costs more: how often the system changed threads is printed with it.
"""

from __future__ import annotations

import argparse
import dataclasses
import io
import resource
import secrets
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple
from wsgiref.types import WSGIApplication

from models.registry import Registry
from service.akismet import answer, checking, wire
from service.akismet.form import read_pairs
from service.app import create_app
from service.runtime import Runtime, utc_now
from service.scorer import Scorer
from service.settings import Secret, Settings
from service.site_scorer import SiteScorer
from service.storage.records import write_submission
from service.storage.spool import Kept
from service.workflows.administer import add_site
from service.workflows.check_comment import _scored, _submission
from tests.builders import BLOG, KEY, NOON
from tests.perf._filled import empty
from tests.perf._noop import make_application
from tests.perf.checks import bodies

_SECRET: Final = "0" * 64
_FORM: Final = "application/x-www-form-urlencoded"
_CHECKS, _THREADS = 320, 16


class Cost(NamedTuple):
    """Microseconds of CPU a check, and how often the system changed threads."""

    cpu_us: float
    switches: float


def spent(work: Callable[[], object], checks: int) -> Cost:
    """What *work*, so many *checks*, takes of all threads of this process."""
    before, cpu = resource.getrusage(resource.RUSAGE_SELF), time.process_time()
    work()
    cpu, after = time.process_time() - cpu, resource.getrusage(resource.RUSAGE_SELF)
    switches = after.ru_nvcsw + after.ru_nivcsw - before.ru_nvcsw - before.ru_nivcsw
    return Cost(cpu / checks * 1e6, switches / checks)


def call(app: WSGIApplication, forms: list[bytes]) -> None:
    for form in forms:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/1.1/comment-check",
            "SCRIPT_NAME": "",
            "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "HTTP_HOST": "127.0.0.1:8000",
            "CONTENT_TYPE": _FORM,
            "CONTENT_LENGTH": str(len(form)),
            "wsgi.input": io.BytesIO(form),
            "wsgi.url_scheme": "http",
        }
        b"".join(app(environ, lambda *_: lambda _: None))


def at_once(app: WSGIApplication, forms: list[bytes]) -> None:
    size = len(forms) // _THREADS
    threads = [
        threading.Thread(target=call, args=(app, forms[at : at + size]))
        for at in range(0, len(forms), size)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def steps(here: Runtime, forms: list[bytes]) -> dict[str, Callable[[], object]]:
    """What a check does, one thing after the other; each is given what the one before made."""
    now = utc_now()
    pairs = [read_pairs(form, _FORM) for form in forms]
    site = checking.find_by_call(checking.CHECK, pairs[0], "", here).site
    arrivals = [wire.read_arrival(one, "") for one in pairs]

    def score(one: Any) -> Any:
        return _scored(one, site, store=here.store, scorer=here.scorer, now=now)

    scorings = [score(one) for one in arrivals]
    new = [
        _submission(one, site, scoring, now=now, guid=secrets.token_hex(16))
        for one, scoring in zip(arrivals, scorings, strict=True)
    ]

    def store(size: int) -> None:
        group = [
            Kept(dataclasses.replace(one, guid=secrets.token_hex(16)), None, None) for one in new
        ]
        for at in range(0, len(group), size):
            here.store._append_group(group[at : at + size])

    return {
        "the form, read": lambda: [wire.read_arrival(read_pairs(f, _FORM), "") for f in forms],
        "who calls": lambda: [
            checking.find_by_call(checking.CHECK, one, "", here) for one in pairs
        ],
        "rules, lists, score, reasons": lambda: [score(one) for one in arrivals],
        "the row": lambda: [write_submission(one) for one in new],
        "the row and storing it, 1 by 1": lambda: store(1),
        "the same, 16 at a time": lambda: store(16),
        "the answer": lambda: [
            (answer.write_verdict(one.verdict, site.policy, arrival, ""), answer.write_mirror(one))
            for arrival, one in zip(arrivals, scorings, strict=True)
        ],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, empty("sqlite", Path(name)) as store:
        add_site(BLOG, key=KEY, store=store, secret=_SECRET, now=NOON)
        settings = Settings(
            data_dir=Path(name),
            models_dir=Path(name),
            database_url="unused",
            secret_key=Secret(_SECRET),
        )
        scorer = Scorer(Registry(None))
        scorer.refresh()
        layers = SiteScorer(scorer, labels=lambda _: (), decisions=lambda _: ())
        here = Runtime(settings=settings, store=store, scorer=layers)
        ours, theirs = create_app(here).wsgi_app, make_application().wsgi_app
        print(f"comments: {bodies(Path(name) / 'bodies.txt', KEY)}; us of CPU a check")
        forms = (Path(name) / "bodies.txt").read_bytes().splitlines()[:_CHECKS]
        forms = (forms * _CHECKS)[:_CHECKS]
        ways = steps(here, forms) | {
            "the whole, alone": lambda: call(ours, forms),
            f"the whole, {_THREADS} threads": lambda: at_once(ours, forms),
            "the no-op, alone": lambda: call(theirs, forms),
            f"the no-op, {_THREADS} threads": lambda: at_once(theirs, forms),
        }
        found: dict[str, list[Cost]] = {way: [] for way in ways}
        for _ in range(asked.rounds):
            for way, work in ways.items():
                found[way].append(spent(work, _CHECKS))
    for way, costs in found.items():
        least = min(costs)
        print(f"  {way:<34}{least.cpu_us:6.0f}   thread changes {least.switches:5.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
