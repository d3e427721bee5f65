"""A figure beside its goal: printed where it is measured, and again in the table of a whole run."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

# Where `python -m tests.perf` gathers what its parts found.
GATHERED: Final = "CHAFFINCH_PERF_GATHERED"


def held(figure: str, measured: str, goal: str, *, is_met: bool) -> bool:
    """Print *figure* as it was *measured* and what became of its *goal*; answers with *is_met*."""
    word = "met" if is_met else "MISSED"
    print(f"  {figure:<34}{measured}  (goal {goal}: {word})", flush=True)
    if place := os.environ.get(GATHERED):
        with Path(place).open("a", encoding="utf-8") as file:
            file.write(json.dumps([figure, measured, goal, word]) + "\n")
    return is_met
