"""What becomes of damaged exports, and how fast a large one comes in.

    python -m tests.perf.imports                        10 000 damaged files of all formats
    python -m tests.perf.imports 1000 --seed 7          as many, from another seed
    python -m tests.perf.imports --big 100              one whole file of 100 MB for each format
    python -m tests.perf.imports --big 100 --format wxr --engine postgresql

The first prints each aim with what was found, and ends with 1 when one is missed; the second prints
comments and megabytes a second, and the most memory the program had.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from service.workflows.administer import add_site
from service.workflows.import_history import import_history
from tests.builders import BLOG, NOON
from tests.damage import import_damaged, peak_mib
from tests.exports import wp_row, wxr_comment
from tests.perf._filled import empty
from tests.perf._goals import held

SEED = 20261124
GROWTH_GOAL_MIB = 120
OPEN_WXR = (
    '<?xml version="1.0" encoding="UTF-8" ?><rss xmlns:wp="http://wordpress.org/export/1.2/">'
    "<channel><title>b</title><item><title>p</title><link>https://blog.example.org/p/</link>"
)
WORDS = [f"word{n}" for n in range(4000)] + [f"schön{n}" for n in range(40)]
Rows = Iterator[tuple[int, str]]


def damaged(times: int, seed: int) -> bool:
    """Print what became of *times* damaged files; answers whether every aim was met."""
    folder = Path(tempfile.mkdtemp(prefix="chaffinch-perf-"))
    started = time.perf_counter()
    with empty("sqlite", folder) as store:
        add_site(BLOG, store=store, secret="0" * 64, now=NOON)
        told = import_damaged(store, folder, times, seed)
    aims = [
        ("refused in a sentence, or taken", told.refused + told.taken, times),
        ("ended in anything else", len(told.crashed), 0),
        ("left a part of a file behind", len(told.partial), 0),
    ]
    is_good = True
    print(f"\n{times:,} damaged files, seed {seed}, {time.perf_counter() - started:.0f} s")
    for name, found, aim in aims:
        is_good &= held(name, f"{found:,} (seed {seed})", f"{aim:,}", is_met=found == aim)
    is_flat = told.grown_mib < GROWTH_GOAL_MIB
    text, goal = f"{told.grown_mib:.1f} MiB", f"< {GROWTH_GOAL_MIB} MiB"
    is_good &= held("memory grown by", text, goal, is_met=is_flat)
    print(
        f"  refused {told.refused:,} in {len(told.sentences):,} sentences, taken {told.taken:,},"
        f" skips counted {told.skipped:,}, slowest {told.slowest_s:.2f} s"
    )
    for line in (told.crashed + told.partial)[:20]:
        print(f"  ! {line}")
    return is_good and is_flat


def texts(megabytes: int, written: Callable[[], int]) -> Rows:
    """Numbered texts until *written* says that the file is as large as it shall be."""
    dice, number = random.Random(SEED), 0
    while written() < megabytes * 1_000_000:
        number += 1
        words = " ".join(dice.choices(WORDS, k=dice.randint(5, 120)))
        yield number, f'{words} <a href="http://site{number % 997}.example/">more</a>'


def write_big(name: str, place: Path, megabytes: int) -> None:
    """Write a whole file of this format, about so large."""
    if name == "isso":
        return write_isso(place, megabytes)
    with place.open("w", encoding="utf-8") as file:
        rows = texts(megabytes, file.tell)
        file.writelines(BIG[name](rows))
    return None


def big_wxr(rows: Rows) -> Iterator[str]:
    yield OPEN_WXR
    for number, text in rows:
        yield wxr_comment(number, text=text) + "\n"
    yield "</item></channel></rss>"


def big_disqus(rows: Rows) -> Iterator[str]:
    yield '<disqus xmlns:dsq="x"><thread dsq:id="t"><link>https://blog.example.org/p/</link></thread>'
    for number, text in rows:
        yield (
            f'<post dsq:id="{number}"><message><![CDATA[{text}]]></message><isSpam>false</isSpam>'
            f'<createdAt>2014-01-14T17:32:12Z</createdAt><thread dsq:id="t"/></post>\n'
        )
    yield "</disqus>"


def big_wp(rows: Rows) -> Iterator[str]:
    for number, text in rows:
        yield json.dumps(wp_row(str(number), "1", comment_content=text)) + "\n"


def big_remark(rows: Rows) -> Iterator[str]:
    yield json.dumps({"version": 1, "users": []}) + "\n"
    for number, text in rows:
        yield json.dumps({"id": str(number), "orig": text, "user": {"id": "u", "name": "A"}}) + "\n"


def big_commento(rows: Rows) -> Iterator[str]:
    yield '{"version": 1, "comments": [\n'
    for number, text in rows:
        comma = "" if number == 1 else ","
        yield comma + json.dumps({"commentHex": str(number), "markdown": text, "state": "approved"})
    yield '], "commenters": []}'


def big_own(rows: Rows) -> Iterator[str]:
    for number, text in rows:
        comment = {"text": text, "author": f"Author {number % 5000}", "user_ip": "203.0.113.0"}
        yield json.dumps({"guid": str(number), "comment": comment, "label": "ham", "weight": 1})
        yield "\n"


def write_isso(place: Path, megabytes: int) -> None:
    base = sqlite3.connect(place)
    base.executescript(
        "CREATE TABLE threads (id INTEGER PRIMARY KEY, uri TEXT);"
        "CREATE TABLE comments (id INTEGER PRIMARY KEY, tid, parent, created, mode, remote_addr,"
        " text, author, email, website); INSERT INTO threads VALUES (1, '/p/');"
    )
    base.executemany(
        "INSERT INTO comments VALUES (?, 1, NULL, 1e9, 1, '', ?, 'a', '', '')",
        texts(megabytes, lambda: base.execute("PRAGMA page_count").fetchone()[0] * 4096),
    )
    base.commit()
    base.close()


BIG = {
    "wxr": big_wxr,
    "wp-comments": big_wp,
    "disqus": big_disqus,
    "remark42": big_remark,
    "commento": big_commento,
    "jsonl": big_own,
    "isso": None,
}


def big(name: str, engine: str, megabytes: int) -> None:
    """Bring one large file in, by itself in this program, and print what it took."""
    with tempfile.TemporaryDirectory(prefix="chaffinch-perf-") as made:
        folder = Path(made)
        place = folder / "big"
        write_big(name, place, megabytes)
        with empty(engine, folder) as store:
            add_site(BLOG, store=store, secret="0" * 64, now=NOON)
            before, started, busy = peak_mib(), time.perf_counter(), time.process_time()
            own = {"data_dir": folder, "secret": "0" * 64, "now": NOON}
            brought = import_history(place, name, BLOG, store=store, **own)
            took, worked = time.perf_counter() - started, time.process_time() - busy
        rows, size = sum(brought.written.values()), place.stat().st_size / 1_000_000
        print(
            f"{name:<12}{engine:<11}{size:6.0f} MB {rows:>9,} comments {took:7.0f} s"
            f" ({worked:.0f} s CPU) {rows / took:6.0f}/s {size / took:5.2f} MB/s,"
            f" memory {before:.0f} -> {peak_mib():.0f} MiB",
            flush=True,
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("times", nargs="?", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--big", type=int, metavar="MB")
    parser.add_argument("--format", choices=BIG)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    asked = parser.parse_args()
    if not asked.big:
        return 0 if damaged(asked.times, asked.seed) else 1
    if asked.format:
        big(asked.format, asked.engine, asked.big)
        return 0
    # Each in a program of its own: the most memory one ever had is all that can be asked.
    command = [sys.executable, "-m", "tests.perf.imports", "--big", str(asked.big)]
    command += ["--engine", asked.engine, "--format"]
    return max(subprocess.run([*command, name], check=False).returncode for name in BIG)


if __name__ == "__main__":
    sys.exit(main())
