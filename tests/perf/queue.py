"""The queue at 10 000, 100 000 and 1 000 000 stored submissions, on both engines.

    python -m tests perf                      all of it (some minutes)
    python -m tests.perf.queue 10000 100000   only these sizes
    python -m tests.perf.queue --keep DIR     filled once, copied for each run

Prints p50 and p99 of whole requests through the application, the ratio of the largest size to the
smallest, how many questions a page asks, which no other program on the machine can change, and the
engines' own plans, which must not read any table through.
"""

from __future__ import annotations

import argparse
import re
import secrets
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa

from service.app import create_app
from service.domain.decision import Outcome
from service.domain.query import read_query
from service.domain.view import Sort
from service.runtime import Runtime
from service.settings import Secret, Settings
from service.storage.lists import ListAsk
from service.storage.store import Store
from service.storage.tables import submission
from service.wsgi import settle_memory
from tests.builders import NOON, PASSWORD
from tests.fakes import FixedClock, StubScorer
from tests.perf._filled import opened
from tests.perf._filling import waiting
from tests.perf._goals import held

# p50, p99 and CPU, in milliseconds.
Numbers = tuple[float, float, float]
SIZES = (10_000, 100_000, 1_000_000)
BULK = 4_000
PAGE_GOAL_MS, DECISION_GOAL_MS, RATIO_GOAL = 50, 30, 1.5

# Median CPU milliseconds of what was timed last: what is left on a machine that does nothing else.
CPU: list[float] = []


def timed(ask, times: int) -> list[float]:
    """Milliseconds of each of *times* calls, after three nobody counts."""
    for _ in range(3):
        ask()
    found, worked = [], []
    for _ in range(times):
        started, busy = time.perf_counter(), time.process_time()
        ask()
        found.append((time.perf_counter() - started) * 1000)
        worked.append((time.process_time() - busy) * 1000)
    CPU.append(statistics.median(worked))
    return found


def questions(store: Store, ask) -> int:
    """How many statements the database is asked during one call."""
    asked = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        asked.append(statement)

    sa.event.listen(store.engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        sa.event.remove(store.engine, "before_cursor_execute", note)
    return len(asked)


def p(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


class Pages:
    """A signed-in person at the pages, without a network between."""

    def __init__(self, store: Store, folder: Path) -> None:
        settings = Settings(
            data_dir=folder,
            models_dir=folder / "models",
            database_url="unused",
            secret_key=Secret("0" * 64),
        )
        runtime = Runtime(settings=settings, store=store, scorer=StubScorer(), clock=FixedClock())
        self.client = create_app(runtime).test_client()
        # As the server does once it is there.
        settle_memory()
        form = {"name": "ana", "password": PASSWORD, "csrf_token": self.token("sign-in")}
        assert self.client.post("/moderation/sign-in", data=form).status_code == 303
        self.form_token = self.token("decided")

    def token(self, place: str) -> str:
        page = self.get(place)
        return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]

    def get(self, place: str) -> str:
        answer = self.client.get(f"/moderation/{place}")
        assert answer.status_code == 200, answer.status_code
        return answer.text

    def post(self, place: str, **form: str):
        headers = {"Accept": "application/json"}
        data = form | {"csrf_token": self.form_token}
        return self.client.post(f"/moderation/{place}", data=data, headers=headers)


def measure(store: Store, folder: Path, size: int, times: int) -> dict[str, Numbers]:
    """p50 and p99 in milliseconds of everything, by its name."""
    pages = Pages(store, folder)
    found = {}
    for name, place in (
        ("queue page", ""),
        ("queue page, by score", "?sort=score"),
        ("queue page, site by site", "?sort=site"),
        ("queue, deep page", "?after=-70.5~500"),
        ("spam page", "spam"),
        ("search, rare word", "search?q=word77"),
        ("search, common word", "search?q=cheap"),
        ("search, author waiting", "search?q=author:77+is:waiting"),
        ("item", f"item/{waiting(size) and size // waiting(size):032x}"),
        ("decided", "decided"),
    ):
        values = timed(lambda place=place: pages.get(place), times)
        found[name] = (p(values, 50), p(values, 99), CPU[-1])
    guids = iter(
        re.findall(
            r'data-guid="(\w{32})"',
            "".join(pages.get(f"?after=-{n}~1") for n in (10, 20, 30, 40, 50, 60)),
        )
    )

    def decide() -> None:
        answer = pages.post(f"item/{next(guids)}/decide", act="spam", seen="0")
        assert answer.status_code == 200, answer.text

    page, one = questions(store, lambda: pages.get("")), questions(store, decide)
    print(f"questions: queue page {page}, decide {one}", flush=True)
    values = timed(decide, min(times, 250))
    found["decide"] = (p(values, 50), p(values, 99), CPU[-1])
    found |= bulk(pages, store)
    return found


def bulk(pages: Pages, store: Store) -> dict[str, Numbers]:
    """One bulk of the first 4 000 that wait: the preview, and all of its pieces."""
    from service.domain.decision import Act  # noqa: PLC0415
    from service.workflows.run_bulk import run_bulk  # noqa: PLC0415

    with store.begin() as unit:
        who = unit.moderators.get("ana")
        first = unit.lists.ids(ListAsk(outcome=Outcome.UNSURE)).limit(BULK)
        ids = sa.select(submission.c.id).where(submission.c.id.in_(first))
        started = time.perf_counter()
        made = unit.bulks.add(secrets.token_hex(16), who.moderator_id, Act.SPAM, asked="", now=NOON)
        total = unit.bulks.freeze(made, ids, leaves_trusted_out=True)
        unit.bulks.set(made, total=total, state="running", started_at=NOON)
        unit.commit()
    frozen = (time.perf_counter() - started) * 1000
    pieces = []
    while True:
        started = time.perf_counter()
        has_more = run_bulk(made, store=store, now=NOON)
        pieces.append((time.perf_counter() - started) * 1000)
        if not has_more:
            break
    assert total == BULK, total
    return {
        f"bulk of {BULK}: snapshot": (frozen, frozen, 0.0),
        f"bulk of {BULK}: all pieces": (sum(pieces), sum(pieces), 0.0),
        "bulk: one piece of 200": (p(pieces, 50), max(pieces), 0.0),
    }


def plans(store: Store) -> list[tuple[str, str]]:
    """The plans of the questions a page asks, and whether any reads a table through."""
    asks = {
        f"waiting by {sort.value}": ListAsk(
            outcome=Outcome.UNSURE, sort=sort, not_skipped_by=1, site_order=(1,)
        )
        for sort in Sort
    }
    asks |= {
        "waiting of one site": ListAsk(outcome=Outcome.UNSURE, sort=Sort.PRIORITY, site_ids=(1,)),
        "spam": ListAsk(outcome=Outcome.SPAM),
        "search": ListAsk(terms=read_query("word77").terms),
    }
    with store.read() as unit:
        return [(name, unit.lists.plan(ask)) for name, ask in asks.items()]


def is_scan(plan: str) -> bool:
    """Whether a plan reads all of a table (a virtual table's index is no scan)."""
    return bool(re.search(r"SCAN submission(?! USING)|Seq Scan on submission", plan))


def table(engine: str, found: dict[int, dict[str, Numbers]]) -> bool:
    """Print what was measured; answers whether every goal was met."""
    sizes = list(found)
    print(f"\n{engine}: p50 / p99 (CPU) in ms at " + ", ".join(f"{size:,}" for size in sizes))
    is_good = True
    for name in found[sizes[0]]:
        cells = [found[size][name] for size in sizes]
        ratio = cells[-1][0] / cells[0][0]
        print(
            f"  {name:<28}"
            + "".join(f"{p50:8.1f} /{p99:7.1f} ({cpu:4.1f})" for p50, p99, cpu in cells)
            + f"   ratio {ratio:5.2f}"
            + (f" ({cells[-1][2] / cells[0][2]:4.2f})" if cells[0][2] else "")
        )
        goal = {"queue page": PAGE_GOAL_MS, "decide": DECISION_GOAL_MS}.get(name)
        if goal is not None:
            is_good &= held(
                f"{engine}: {name} at {sizes[-1]:,}",
                f"p99 {cells[-1][1]:.1f} ms, ratio {ratio:.2f}",
                f"p99 < {goal} ms, ratio < {RATIO_GOAL}",
                is_met=cells[-1][1] < goal and ratio < RATIO_GOAL,
            )
    return is_good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"])
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--keep", type=Path, help="a folder for filled stores, used again")
    asked = parser.parse_args()
    is_good = True
    for engine in [asked.engine] if asked.engine else ["sqlite", "postgresql"]:
        found = {}
        for size in asked.sizes:
            folder = Path(tempfile.mkdtemp(prefix="chaffinch-perf-"))
            with opened(engine, size, folder, asked.keep) as store:
                found[size] = measure(store, folder, size, asked.times)
                print(f"{engine} {size:,}: {waiting(size):,} wait", flush=True)
                if size == asked.sizes[-1]:
                    for name, plan in plans(store):
                        scans = is_scan(plan)
                        is_good &= not scans
                        print(f"  plan, {name}: {'READS ALL' if scans else 'by index'}")
                        print("    " + plan.replace("\n", "\n    "))
            shutil.rmtree(folder)
        is_good &= table(engine, found)
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
