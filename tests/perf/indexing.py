"""What a comment costs after its answer: words to search by, groups of near-duplicates.

    CHAFFINCH_CORPORA=folder python -m tests.perf.indexing [2000] [--engine sqlite]

Prints CPU milliseconds of this process for one comment, one by one as it was done before
(tests/one_by_one.py) and in batches as it is done now, on both engines, and their ratio. Both must
leave the same groups; it says so, or fails.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from models.comment import Comment
from service.domain.submission import new_guid
from service.storage.queue_tables import campaign
from service.storage.store import Store
from service.workflows import index_new as now_done
from service.workflows.administer import add_site
from tests.builders import BLOG, NOON, make_submission
from tests.one_by_one import index_one_by_one
from tests.perf._filled import empty
from tests.perf._goals import held

SIZES = (10, 100)
GOAL = 3.0


def texts(many: int) -> tuple[list[Comment], str]:
    """So many comments, and where they are from."""
    folder = os.environ.get("CHAFFINCH_CORPORA")
    if not folder:
        made = [
            f"comment number {n} says that word{n % 97} is cheap today " * 5 for n in range(many)
        ]
        return [Comment(text=one, author="Nora") for one in made], "made up"
    from training.corpora import load  # noqa: PLC0415 - only where the corpora are

    chosen = random.Random(4).sample(load(Path(folder)), many)
    return [one.comment for one in chosen], "the corpora"


def measure(engine: str, found: list[Comment], index: Callable[[Store], int]):
    """CPU milliseconds a comment, and the signatures and sizes of the groups that it left."""
    with tempfile.TemporaryDirectory() as folder, empty(engine, Path(folder)) as store:
        add_site(BLOG, store=store, secret="0" * 64, now=NOON)
        new = [
            make_submission(guid=new_guid(), arrival=dataclasses.replace(arrival, comment=one))
            for one in found
            for arrival in [make_submission().arrival]
        ]
        for at in range(0, len(new), 100):
            with store.begin() as unit:
                unit.append(new[at : at + 100])
                unit.commit()
        # What is made once in the life of a process is not what a comment costs.
        index(store)
        done, began = 0, time.process_time()
        while count := index(store):
            done += count
        took = (time.process_time() - began) * 1000 / done
        with store.engine.connect() as connection:
            return took, [(r.signature, r.size) for r in connection.execute(campaign.select())]


def batch(store: Store) -> int:
    return now_done.index_new(store=store, now=NOON.replace(year=NOON.year + 1))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("many", nargs="?", type=int, default=2000)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"])
    asked = parser.parse_args()
    found, told = texts(asked.many)
    print(f"{len(found)} comments ({told}); CPU ms a comment")
    is_good = True
    for engine in [asked.engine] if asked.engine else ["sqlite", "postgresql"]:
        before, groups = measure(engine, found, index_one_by_one)
        print(f"{engine}: one by one {before:.2f}", flush=True)
        for size in SIZES:
            now_done._BATCH = size
            after, left = measure(engine, found, batch)
            is_same = sorted(left) == sorted(groups)
            is_good &= is_same
            word = "the same groups" if is_same else "OTHER GROUPS"
            print(f"  {size:4} at a time {after:.2f}, ratio {before / after:.1f}, {word}")
        text = f"{before / after:.1f} times cheaper, {word}"
        is_met = is_same and before / after >= GOAL
        name = f"{engine}: indexing {SIZES[-1]} at a time"
        is_good &= held(name, text, f"{GOAL} times", is_met=is_met)
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
