"""python -m tests.nightly.fuzzer TARGET FOLDER SECONDS SEED [--naive]: one target, by coverage.

Needs atheris. What it finds stands in FOLDER: `crash-N` with `crash-N.txt`, one for each place,
and `slow-N`, which may be the instruments' own slowness. With --naive it ends at the first find.

python -m tests.nightly.fuzzer TARGET FILE...: without atheris; prints the seconds of CPU of each.
"""

from __future__ import annotations

import os
import random
import sys
import time
import traceback
from pathlib import Path

MOST_S = 0.1
# As much of a text as is ever looked at.
LONGEST = 32_768
_MOST_SLOW = 20
# A seed as short as that is a piece to be repeated, too.
_SHORT = 32
# Names whose code tells the fuzzer where it is.
_WATCHED = ("models", "service.akismet", "service.domain", "urllib.parse", "json", "html")


class Finds:
    """Keeps the first input of each kind."""

    def __init__(self, folder: Path, *, is_first_enough: bool) -> None:
        self._folder = folder
        self._is_first_enough = is_first_enough
        self._seen: set[str] = set()
        self._slow = 0

    def crash(self, data: bytes, error: BaseException) -> None:
        """*error* was raised by *data*."""
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{type(error).__name__} {last.filename}:{last.lineno}"
        if place not in self._seen:
            self._seen.add(place)
            self._keep(f"crash-{len(self._seen)}", data, "".join(traceback.format_exception(error)))

    def slow(self, data: bytes, seconds: float) -> None:
        """*data* took that long, with instruments."""
        if self._slow < _MOST_SLOW:
            self._slow += 1
            self._keep(f"slow-{self._slow}", data, f"{seconds:.3f} s with instruments\n")

    def _keep(self, name: str, data: bytes, told: str) -> None:
        (self._folder / name).write_bytes(data)
        (self._folder / f"{name}.txt").write_text(told, encoding="utf-8", errors="replace")
        if self._is_first_enough:
            os._exit(0)


def _fuzz(name: str, folder: Path, seconds: int, seed: int, *, is_naive: bool) -> None:
    import atheris  # noqa: PLC0415 - only the night installs it

    with atheris.instrument_imports(include=list(_WATCHED), enable_loader_override=False):
        from tests.nightly.targets import TARGETS  # noqa: PLC0415 - instrumented as it is read
    target = TARGETS[name]
    if is_naive:
        target.naive()
    finds = Finds(folder, is_first_enough=is_naive)

    def once(data: bytes) -> None:
        begun = time.process_time()
        try:
            target.run(data)
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            finds.crash(data, error)
        took = time.process_time() - begun
        if took > MOST_S:
            finds.slow(data, took)

    pieces = [one for one in target.seeds if 0 < len(one) <= _SHORT] or [b"a"]

    def mutate(data: bytes, most: int, number: int) -> bytes:
        draw = random.Random(number)
        # What is slow is mostly a piece again and again, which bytes changed one by one never make.
        if data and draw.random() < 0.1:
            begin = draw.randrange(len(data))
            own = data[begin : begin + draw.randint(1, 12)]
            piece = draw.choice((own, draw.choice(pieces)))
            long = piece * (draw.choice((most, draw.randint(1, most))) // len(piece))
            return (data[:begin] + long + data[begin + len(own) :])[:most]
        return atheris.Mutate(data, most)

    corpus = folder / "corpus"
    corpus.mkdir(exist_ok=True)
    for number, one in enumerate(target.seeds):
        (corpus / f"{number}").write_bytes(one)
    options = (f"-max_total_time={seconds}", f"-seed={seed}", f"-max_len={LONGEST}", "-timeout=20")
    atheris.Setup(
        [sys.argv[0], *options, f"-artifact_prefix={folder}/", "-rss_limit_mb=4096", str(corpus)],
        once,
        custom_mutator=mutate,
    )
    atheris.Fuzz()


def _look_again(name: str, places: list[str]) -> None:
    from tests.nightly.targets import TARGETS  # noqa: PLC0415 - the other way needs instruments

    if "--naive" in places:
        TARGETS[name].naive()
    for place in places:
        if place == "--naive":
            continue
        data, begun = Path(place).read_bytes(), time.process_time()
        try:
            TARGETS[name].run(data)
        except Exception as error:  # noqa: BLE001 - told already as a crash
            print(type(error).__name__, file=sys.stderr)
        print(f"{time.process_time() - begun:.4f}")


def main() -> None:
    name, first, *more = sys.argv[1:]
    if Path(first).is_dir():
        _fuzz(name, Path(first), int(more[0]), int(more[1]), is_naive="--naive" in more)
    else:
        _look_again(name, [first, *more])


if __name__ == "__main__":
    main()
