"""python -m tests [fast]: the gate, in order, stops at the first red; CI runs the same.

python -m tests perf [--only queue]: what is fast enough, and how that changes with size: a table.
python -m tests nightly [--scale 0.01] [--only R]: faults, floods and fuzz in large numbers.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
SMALL = "R-02,R-03,F-04,M-08,Q-01"
FAST = "not postgres and not browser and not e2e and not node and not slow"


def steps(mode: str) -> list[tuple[str, list[str]]]:
    """The gate's steps as (name, command), cheapest first."""
    python = sys.executable
    # Three were hardly quicker on two cores (823 s, 854 with two), and a browser waited longer.
    pytest = [python, "-m", "pytest", "-q", "-n", "2", "--dist", "worksteal"]
    if mode == "fast":
        pytest += ["-m", FAST]
    # What no test of pytest's shows, in small; the seed of every gate is the same.
    night = [python, "-m", "tests.nightly", "--seed", "1", "--scale", "0.06", "--only", SMALL]
    return [
        ("ruff check", [python, "-m", "ruff", "check", "."]),
        ("ruff format", [python, "-m", "ruff", "format", "--check", "--quiet", "."]),
        ("mypy strict", [python, "-m", "mypy", "--num-workers", "2"]),
        # Its cache gave stale answers after files were restored.
        ("import contracts", [str(Path(python).parent / "lint-imports"), "--no-cache"]),
        ("tests", pytest),
        *([] if mode == "fast" else [("a small night", night)]),
    ]


def once_more(name: str, environ: dict[str, str]) -> int:
    """Run what failed again, by itself and one after another; it must pass now.

    Browsers and servers share two cores with every other test here: a page that was not drawn in
    30 s says more about the machine than about the page. What fails for a reason fails again.
    """
    if name != "tests":
        return 1
    print("Some failed beside all others, as named above. Again, alone:", flush=True)
    alone = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--last-failed",
        "--last-failed-no-failures=none",
    ]
    return subprocess.run(alone, cwd=ROOT, env=environ, check=False).returncode


def main() -> int:
    """Run every step; 0 when all are green, else the red one's code."""
    mode = sys.argv[1] if len(sys.argv) > 1 else "full"
    # Empty is off: each program that a test starts would compile all of ours again.
    environ = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}
    if mode in {"nightly", "perf"}:
        command = [sys.executable, "-m", f"tests.{mode}", *sys.argv[2:]]
        return subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode
    if mode not in {"full", "fast"}:
        print("usage: python -m tests [fast|perf|nightly]", file=sys.stderr)
        return 2
    for name, command in steps(mode):
        print(f"── {name} ".ljust(shutil.get_terminal_size().columns, "─"), flush=True)
        started = time.monotonic()
        code = subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode
        if code == 1:  # pytest's own number for "some failed"; anything else is no test's fault
            code = once_more(name, environ)
        print(f"{name}: {'ok' if code == 0 else 'RED'} in {time.monotonic() - started:.0f} s")
        if code:
            return code
    print("all good")
    return 0


if __name__ == "__main__":
    sys.exit(main())
