"""python -m tests nightly [--scale 0.01] [--only R,F-01] [--seed 7]: TESTPLAN §5, by harm.

Prints a table of figure, target, whether it was met, and what the same measurement says with the
safeguard off; ends with 1 when one was missed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import time
from pathlib import Path

# Each module puts its facts on the board.
from tests.nightly import (  # noqa: F401
    columns,
    contract,
    diskless,
    durability,
    edge,
    fuzz,
    growth,
    guided,
    image,
    load,
    models_at_night,
    moving,
    outages,
    pages,
    parsers,
    people,
    protocols,
    restarts,
    soaking,
    supply,
)
from tests.nightly.board import FACTS, Night, look, machine, table

ORDER = "CRFHLWPSMQ"


def wanted(only: str) -> list[str]:
    """The facts asked for, by letter or id, in the order of harm."""
    names = [name for name in only.upper().split(",") if name]
    found = sorted(FACTS, key=lambda ref: ORDER.index(ref[0]))
    return [ref for ref in found if not names or ref.upper() in names or ref[0] in names]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests nightly", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="how much of the whole [1]")
    parser.add_argument("--only", default="", help="letters or ids, with commas")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="[a new one]")
    parser.add_argument("--list", action="store_true", help="say what there is, and do nothing")
    asked = parser.parse_args()
    refs = wanted(asked.only)
    if asked.list:
        for ref in refs:
            print(f"{ref}  {FACTS[ref].fact}: {FACTS[ref].how}; target {FACTS[ref].target}")
        return 0
    night = Night(scale=asked.scale, seed=asked.seed, folder=Path())
    rows = []
    for ref in refs:
        print(f"{ref} {FACTS[ref].fact} ...", flush=True)
        rows.append(look(FACTS[ref], night))
        print(f"  {rows[-1].figure} ({rows[-1].word}, {rows[-1].took_s:.0f} s)", flush=True)
    today = dt.datetime.now(dt.UTC).date()
    print(f"\n{today}, {machine()}, scale {asked.scale}, seed {asked.seed}\n")
    print(table(rows))
    return int(any(row.word in {"MISSED", "VOID", "FAILED"} for row in rows))


if __name__ == "__main__":
    sys.exit(main())
