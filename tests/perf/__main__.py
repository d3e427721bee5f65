"""python -m tests.perf [--only checks,queue]: every measurement, then a table of figure and goal.

One after another, each to its end whatever the one before found. Ends with 1 when a goal was missed
or a part could not run. Nothing is drawn by chance but where a line names its seed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.perf._goals import GATHERED

_HERE = Path(__file__).parent
_PARTS = sorted(place.stem for place in _HERE.glob("[a-z]*.py"))


def table(found: list[tuple[str, list[str]]]) -> str:
    """*found*, part by part, as Markdown."""
    rows = [f"| {part} | {' | '.join(cells)} |" for part, cells in found]
    return "\n".join(["| Part | Figure | Measured | Goal | |", "|---|---|---|---|---|", *rows])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", type=lambda text: text.split(","), default=_PARTS)
    asked = parser.parse_args()
    if unknown := set(asked.only) - set(_PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(_PARTS)}")
    found: list[tuple[str, list[str]]] = []
    broken = []
    with tempfile.TemporaryDirectory() as name:
        for part in asked.only:
            place = Path(name) / part
            print(f"── {part} ".ljust(80, "─"), flush=True)
            environ = os.environ | {GATHERED: str(place)}
            began = time.monotonic()
            code = subprocess.run(
                [sys.executable, "-m", f"tests.perf.{part}"], env=environ, check=False
            ).returncode
            print(f"{part}: {time.monotonic() - began:.0f} s", flush=True)
            if place.exists():
                lines = place.read_text("utf-8").splitlines()
                found += [(part, json.loads(line)) for line in lines]
            elif code:
                broken.append(part)
    print(f"\n{platform.machine()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}\n")
    print(table(found))
    for part in broken:
        print(f"{part}: could not run, see above")
    return 1 if broken or any(cells[-1] == "MISSED" for _, cells in found) else 0


if __name__ == "__main__":
    sys.exit(main())
