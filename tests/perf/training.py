"""How much memory, time and CPU training on many comments takes.

    CHAFFINCH_CORPORA=folder python -m tests.perf.training 1000000 [--seed 1] [--keep DIR]
    ... python -m tests.perf.training 200000 -- --backend dask --scheduler tcp://127.0.0.1:8786

Makes that many labels of a thousand sites out of the corpora, words and names exchanged by a seed,
and runs `chaffinch-train retrain --labels` on them, with all that stands after `--`. Prints the
most memory of all its processes together (what they share counted once), time, and CPU as shares of
one core. *--keep* leaves labels and model in DIR, and takes the labels that are there already.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from models.comment import Comment, write_comment
from tests.builders import NOON
from tests.perf._goals import held
from training import corpora
from training.example import Example

_GOAL_MIB = 2048
_SITES = 1000
_EXCHANGED = 0.2
# One site in so many reports as well, every fifth of its comments; the others' moderators decide.
_REPORTING = 10


def varied(example: Example, other: Example, draw: random.Random) -> Comment:
    """*example* with a fifth of its words, and perhaps its name, from another of its label."""
    theirs = other.comment.text.split() or ["thanks"]
    words = [
        draw.choice(theirs) if draw.random() < _EXCHANGED else word
        for word in example.comment.text.split(" ")
    ]
    row = write_comment(example.comment) | {"text": " ".join(words)}
    if draw.random() < _EXCHANGED:
        row |= {"author": other.comment.author, "author_url": other.comment.author_url}
    return Comment(**{k: v for k, v in row.items() if isinstance(v, str) and not k.endswith("_at")})


def rows(count: int, seed: int) -> Iterator[dict[str, object]]:
    """So many labels as `chaffinch export` writes them."""
    draw = random.Random(seed)
    known = corpora.load(Path(os.environ["CHAFFINCH_CORPORA"]))
    alike = {label: [e for e in known if e.is_spam == label] for label in (True, False)}
    units = {unit: draw.randrange(_SITES) for unit in sorted({e.unit for e in known})}
    for number in range(count):
        example = draw.choice(known)
        site = (units[example.unit] + draw.randrange(20) * 50) % _SITES
        is_report = site % _REPORTING == 0 and draw.random() < 0.2
        yield {
            "guid": f"{number:032x}",
            "site": f"https://blog{site}.example/",
            "comment": write_comment(varied(example, draw.choice(alike[example.is_spam]), draw)),
            "label": "spam" if example.is_spam else "ham",
            "source": "SITE" if is_report else "MODERATOR",
            "decided_at": (NOON + dt.timedelta(minutes=number)).isoformat(),
        }


def _family(pid: int) -> list[int]:
    """*pid* and all that came from it."""
    found = [pid]
    for one in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def _memory_kb(pid: int) -> int:
    """The memory of a process; of what it shares with others, its part."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


class Watch(threading.Thread):
    """Looks twice a second at how much memory *pid* and its children have."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.most_mib, self.most_processes = pid, 0.0, 0
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.5):
            family = _family(self.pid)
            self.most_mib = max(self.most_mib, sum(map(_memory_kb, family)) / 1024)
            self.most_processes = max(self.most_processes, len(family))


def measure(place: Path, count: int, words: list[str]) -> bool:
    """Run the command on the *count* labels in *place*; whether its memory stayed in bounds."""
    environ = os.environ | {"CHAFFINCH_DATA_DIR": str(place.parent / "var")}
    del environ["CHAFFINCH_CORPORA"]
    command = [sys.executable, "-m", "training", "retrain", "--labels", str(place), *words]
    begun, before = time.monotonic(), os.times()
    with subprocess.Popen(command, env=environ) as done:
        watch = Watch(done.pid)
        watch.start()
    watch.over.set()
    took, after = time.monotonic() - begun, os.times()
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    is_met = watch.most_mib < _GOAL_MIB and not done.returncode
    text = f"{watch.most_mib:,.0f} MiB in {watch.most_processes} processes; {took:,.0f} s,"
    text += f" {cpu:,.0f} s of CPU = {cpu / took:.2f} cores"
    return held(f"most memory, {count:,} labels", text, f"< {_GOAL_MIB:,} MiB", is_met=is_met)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.perf.training", description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    own = sys.argv[1:]
    at = own.index("--") if "--" in own else len(own)
    asked = parser.parse_args(own[:at])
    with tempfile.TemporaryDirectory(prefix="training-") as name:
        folder = asked.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        place = folder / f"labels-{asked.count}-{asked.seed}.jsonl"
        if not place.exists():
            with place.open("w", encoding="utf-8") as file:
                file.writelines(json.dumps(row) + "\n" for row in rows(asked.count, asked.seed))
        size = place.stat().st_size / 2**20
        print(f"{asked.count:,} labels, seed {asked.seed}, {size:,.0f} MiB", flush=True)
        return 0 if measure(place, asked.count, own[at + 1 :]) else 1


if __name__ == "__main__":
    sys.exit(main())
