"""What strace saw a program do to its files, in order, and what a power cut would leave of it.

No library of our own stands in for SQLite: the deployed one is watched. A write is durable once
its file was synced after it; of all others a cut keeps some, loses some and tears some.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.nightly.appender import LEDGER
from tests.nightly.board import ROOT, Missing

CALLS = "openat,close,write,pwrite64,ftruncate,fdatasync,fsync,unlink"
_LINE = re.compile(r"^(\d+) +(\w+)\((.*)\) += (-?\d+)")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_UNFINISHED = re.compile(r"^(\d+) +(.*) <unfinished \.\.\.>$")
_RESUMED = re.compile(r"^(\d+) +<\.\.\. \w+ resumed>(.*)$")


class Step(NamedTuple):
    """What was done to the file *name*: "write", "cut" to a length, "sync", "gone"; or "told"."""

    what: str
    name: str
    at: int = 0
    content: bytes = b""


def strace(folder: Path, command: list[str], *more: str) -> Path:
    """Run *command* to its end under strace; the trace. Raises Missing."""
    if not shutil.which("strace"):
        raise Missing("strace")
    trace = folder / "trace.txt"
    watched = ["strace", "-f", "-xx", "-s", "1000000", "-e", f"trace={CALLS}", "-o", str(trace)]
    subprocess.run([*watched, *more, *command], cwd=ROOT, check=False, capture_output=True)
    return trace


def append(folder: Path, count: int, synchronous: str, *more: str) -> Path:
    """The trace of `appender.py`."""
    command = [sys.executable, "-m", "tests.nightly.appender", str(folder), str(count), synchronous]
    return strace(folder, command, *more)


def _whole(trace: Path):
    """Lines with those that another thread cut in two put together, where they ended."""
    begun: dict[str, str] = {}
    with trace.open(encoding="ascii", errors="replace") as lines:
        for line in map(str.rstrip, lines):
            if found := _UNFINISHED.match(line):
                begun[found[1]] = found[2]
            elif found := _RESUMED.match(line):
                yield f"{found[1]} {begun.pop(found[1], '')}{found[2]}"
            else:
                yield line


def _bytes(text: str) -> bytes:
    found = _STRING.search(text)
    return bytes.fromhex(found[1].replace("\\x", "")) if found else b""


def steps(trace: Path) -> list[Step]:
    """What was done to the database's files and told in the ledger, in order."""
    files: dict[int, str] = {}
    found = []
    for line in _whole(trace):
        match = _LINE.match(line)
        if not match:
            continue
        call, arguments, result = match[2], match[3], int(match[4])
        if call == "openat" and result >= 0:
            files[result] = _bytes(arguments).decode("utf-8", "replace").rpartition("/")[2]
            continue
        if call == "unlink":
            gone = _bytes(arguments).decode("utf-8", "replace").rpartition("/")[2]
            found.append(Step("gone", gone))
            continue
        number = arguments.partition(",")[0]
        name = files.get(int(number), "") if number.isdigit() else ""
        if call == "close" and number.isdigit():
            files.pop(int(number), None)
        elif name == LEDGER and call == "write":
            found.append(Step("told", name, content=_bytes(arguments)))
        elif name.startswith("chaffinch.sqlite3") and not name.endswith("-shm") and result >= 0:
            found += _of_database(call, name, arguments)
    return found


def _of_database(call: str, name: str, arguments: str) -> list[Step]:
    last = arguments.rpartition(",")[2].strip()
    if call == "pwrite64":
        return [Step("write", name, int(last), _bytes(arguments))]
    if call == "ftruncate":
        return [Step("cut", name, int(last))]
    return [Step("sync", name)] if call in {"fdatasync", "fsync"} else []


def _apply(image: bytearray, step: Step) -> None:
    if step.what == "cut":
        del image[step.at :]
        return
    image.extend(bytes(max(0, step.at - len(image))))
    image[step.at : step.at + len(step.content)] = step.content


class Disk:
    """Files as the disk has them for sure, and what was written to each since its last sync."""

    def __init__(self) -> None:
        self.durable: dict[str, bytearray] = {}
        self.pending: dict[str, list[Step]] = {}
        self.told: list[str] = []

    def do(self, step: Step) -> None:
        """One step further."""
        if step.what == "told":
            self.told += step.content.decode().splitlines()
        elif step.what == "gone":
            self.durable.pop(step.name, None)
            self.pending.pop(step.name, None)
        elif step.what == "sync":
            image = self.durable.setdefault(step.name, bytearray())
            for one in self.pending.pop(step.name, []):
                _apply(image, one)
        else:
            self.durable.setdefault(step.name, bytearray())
            self.pending.setdefault(step.name, []).append(step)

    def cut(self, folder: Path, draw: random.Random) -> None:
        """Write into *folder* what a power cut leaves now: half of it lost, a tenth torn."""
        for name, image in self.durable.items():
            left = bytearray(image)
            for step in self.pending.get(name, []):
                chance = draw.random()
                if chance < 0.1 and step.content:
                    torn = step.content[: draw.randrange(len(step.content))]
                    _apply(left, step._replace(content=torn))
                elif chance >= 0.6:
                    _apply(left, step)
            (folder / name).write_bytes(left)
