"""R: very many rows, odd ones among them, move to the other engine."""

from __future__ import annotations

import sqlalchemy as sa

from service.errors import Unavailable
from service.storage import migrate
from service.storage.copying import copy_all, prove
from service.storage.store import Store
from service.storage.tables import submission
from service.workflows.administer import add_site
from tests.builders import BLOG, KEY, NOON, make_arrival, make_submission
from tests.conftest import SECRET
from tests.nightly.board import Figure, Night, by_tests, fact
from tests.nightly.house import postgresql
from tests.nightly.shapes import value
from tests.nightly.unguarded import NO_PROOF

_AT_ONCE = 500


def _readable(text: str) -> str:
    """*text* as it comes off the wire: without lone surrogates."""
    return text.encode("utf-8", "replace").decode()


def _filled(store: Store, count: int, night: Night) -> None:
    """*count* comments of odd texts."""
    draw = night.random
    made = add_site(BLOG, key=KEY, store=store, secret=SECRET, now=NOON)
    for begin in range(0, count, _AT_ONCE):
        new = [
            make_submission(made.site.site_id, arrival=make_arrival(_readable(value(draw))))
            for _ in range(min(_AT_ONCE, count - begin))
        ]
        with store.begin() as unit:
            unit.append(new)
            unit.commit()


def _moved(night: Night, *, is_hurt: bool) -> Figure:
    count = night.count(100_000, least=2000)
    ours = Store.open(f"sqlite:///{night.folder / 'ours.sqlite3'}")
    with postgresql() as url:
        theirs = Store.open(url)
        try:
            migrate.upgrade(ours.engine)
            migrate.upgrade(theirs.engine)
            _filled(ours, count, night)
            proofs = copy_all(ours.engine, theirs.engine)
            if is_hurt:
                with theirs.engine.begin() as connection:
                    first = sa.select(sa.func.min(submission.c.id)).scalar_subquery()
                    changed = sa.update(submission).where(submission.c.id == first)
                    connection.execute(changed.values(took_ms=-1.0))
            found = prove(theirs.engine)
        except Unavailable as error:
            return Figure(f"broke off: {type(error).__name__}", is_met=False)
        finally:
            ours.close()
            theirs.close()
    rows = {one.table: one.rows for one in found}["submission"]
    wrong = sum(a != b for a, b in zip(proofs, found, strict=True))
    return Figure(f"{rows} of {count} rows, {wrong} tables differ", rows == count and not wrong)


@fact(
    "R-11c",
    "very many rows of odd texts move from SQLite to PostgreSQL, every one as it was",
    how="100 000 comments copied and proven by the hashes of their rows",
    target="all there, 0 tables differ",
    twin=lambda night: _moved(night, is_hurt=True),
)
def _all_moved(night: Night) -> Figure:
    return _moved(night, is_hurt=False)


by_tests(
    "R-11",
    "a database moves to another engine and comes up from each version, row by row",
    "tests/storage/test_copying.py",
    "tests/storage/test_migrate.py",
    off=NO_PROOF,
    shown_by="tests/storage/test_copying.py",
)
