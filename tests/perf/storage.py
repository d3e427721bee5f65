"""Bytes on disk for each stored comment, on both engines: what `deploy/README.md` reckons with.

    CHAFFINCH_CORPORA=folder python -m tests.perf.storage [--count 2000] [--engine sqlite]

Comments go the whole way (rules, the shipped model with its evidence, words to search by, groups)
and are counted by the engine itself, once it has tidied up: with everything, then after their texts
were forgotten, then after their rows were dropped. Without a folder of corpora the comments are
invented, and shorter.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import sys
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa

from models.comment import Comment
from models.loader import load
from models.registry import Registry
from service.domain.submission import new_guid
from service.storage.store import Store
from service.workflows.administer import add_site, set_policy
from service.workflows.check_comment import check_comments
from service.workflows.index_new import index_new
from service.workflows.prune import prune
from service.workflows.retain import retain
from tests.builders import BLOG, NOON, make_arrival
from tests.perf._filled import empty
from tests.perf.moderator import comments

_GROUP = 100
_LARGEST = 8
_LATER, _YEAR = dt.timedelta(minutes=1), dt.timedelta(days=365)
_BY_TABLE = {
    "sqlite": "SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC",
    "postgresql": "SELECT relname, pg_total_relation_size(oid) FROM pg_class"
    " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 2 DESC",
}
_ALL = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    "postgresql": "SELECT pg_database_size(current_database())",
}


class Shipped:
    """The shipped model for every site."""

    def __init__(self) -> None:
        self._model = load(Registry(None))

    def live(self):
        return self._model

    def for_site(self, _site_id: int, _own=None):
        return self._model


def ask(store: Store, question: str) -> list[tuple]:
    """What the engine says, on a connection of its own: VACUUM wants no transaction around it."""
    engine = sa.create_engine(store.engine.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        found = connection.exec_driver_sql(question)
        rows = [tuple(row) for row in found] if found.returns_rows else []
    engine.dispose()
    return rows


def size(store: Store, engine: str) -> int:
    """Bytes of the database, after the engine has tidied up."""
    ask(store, "VACUUM" if engine == "sqlite" else "VACUUM FULL")
    return int(ask(store, _ALL[engine])[0][0])


def fill(store: Store, found: list[Comment], count: int) -> None:
    """Store *count* comments the whole way; each of *found* again when there are too few."""
    site = add_site(BLOG, store=store, secret="0" * 64, now=NOON).site
    scorer = Shipped()
    for first in range(0, count, _GROUP):
        numbers = range(first, min(first + _GROUP, count))
        asks = []
        for number in numbers:
            comment = found[number % len(found)]
            arrival = make_arrival(comment.text, author=comment.author)
            asks.append((new_guid(), arrival))
        check_comments(asks, site, store=store, scorer=scorer, now=NOON)
    while index_new(store=store, now=NOON + _LATER):
        pass


def measure(store: Store, engine: str, found: list[Comment], count: int) -> None:
    empty = size(store, engine)
    fill(store, found, count)
    full = size(store, engine)
    print(f"{engine}: {(full - empty) / count:,.0f} bytes for each of {count:,}")
    largest = ask(store, _BY_TABLE[engine])[:_LARGEST]
    for name, its in largest:
        print(f"  {name:<32}{int(its) / count:10,.0f}")
    set_policy(BLOG, {"kept_days": 30}, store=store, now=NOON)
    retain(store=store, now=NOON + _YEAR)
    left = size(store, engine)
    print(f"  left when texts are forgotten   {(left - empty) / count:10,.0f}")
    started = time.process_time()
    rows = prune(rows_days=90, store=store, now=NOON + _YEAR)
    spent = (time.process_time() - started) / max(1, rows) * 1e6
    left = size(store, engine)
    print(f"  left when rows are dropped, too {(left - empty) / count:10,.0f}", end="")
    print(f"  ({rows:,} went, for {spent:,.0f} us of our CPU each; what waited stays)")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"])
    asked = parser.parse_args()
    rows, told = comments()
    found = [comment for comment, _ in rows][: asked.count]
    lengths = [len(one.text.encode("utf-8", "replace")) for one in found]
    print(f"comments: {told}; text {statistics.mean(lengths):.0f} bytes on average")
    for engine in [asked.engine] if asked.engine else ["sqlite", "postgresql"]:
        with (
            tempfile.TemporaryDirectory(prefix="chaffinch-perf-") as name,
            empty(engine, Path(name)) as store,
        ):
            measure(store, engine, found, asked.count)
    return 0


if __name__ == "__main__":
    sys.exit(main())
