"""F: no text is longer than its column says. SQLite would keep it; PostgreSQL refuses all of it."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from service.storage.tables import site
from tests.builders import BLOG, KEY
from tests.nightly import shapes
from tests.nightly.board import Figure, Night, fact
from tests.nightly.fuzz import run
from tests.nightly.house import House, housed


def _lengths(engine: sa.Engine) -> Iterator[tuple[str, int, int]]:
    """For each column that has a limit: its name, the limit, the longest text in it."""
    looked = sa.inspect(engine)
    with engine.connect() as connection:
        for table in looked.get_table_names():
            for column in looked.get_columns(table):
                limit = getattr(column["type"], "length", None)
                if limit:
                    named = sa.column(column["name"])
                    longest = sa.select(sa.func.max(sa.func.length(named)))
                    found = connection.execute(longest.select_from(sa.table(table))).scalar()
                    yield f"{table}.{column['name']}", limit, found or 0


def _long_everywhere(house: House) -> None:
    """Every call of the wire with a long text in each field, but for what it must be known by."""
    long = dict.fromkeys(shapes.NAMES, "x" * 3000)
    known = {"api_key": KEY, "key": KEY, "blog": BLOG, "is_test": "", "user_role": ""}
    client = house.app.test_client()
    for path in ("comment-check", "submit-spam", "submit-ham", "verify-key", "get-stats"):
        for given in ({}, {"user_ip": "203.0.113.9"}, {"comment_ID": "1"}):
            client.post(f"/1.1/{path}", data=long | known | given)


def _filled(night: Night, *, is_careless: bool = False) -> Figure:
    with housed(night.folder) as house:
        _long_everywhere(house)
        if is_careless:
            # Past everything that cuts: the wire, the workflows and the store each do.
            with house.store.engine.begin() as connection:
                connection.execute(sa.update(site).values(name="x" * 3000))
        run(house, night, night.count(20_000, least=1000))
        found = list(_lengths(house.store.engine))
    over = [name for name, limit, longest in found if longest > limit]
    full = sum(longest == limit for _, limit, longest in found)
    held = sum(longest > 0 for _, _, longest in found)
    text = (
        f"{len(found)} columns with a limit, {held} written to, {full} full,"
        f" {len(over)} over it {', '.join(over[:3])}"
    )
    return Figure(text.strip(), bool(full) and not over)


@fact(
    "F-06",
    "no column holds more than it says, whatever is sent",
    how="20 000 requests as in F-01; every column with a limit, by reflection",
    target="some full, 0 over",
    twin=lambda night: _filled(night, is_careless=True),
)
def _columns(night: Night) -> Figure:
    return _filled(night)
