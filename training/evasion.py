"""Protocol G: how much spam of A and B is still found when disguised or padded with good words."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from training.augment import TRANSFORMS, pad
from training.fit import Floats, Table
from training.protocols import Line, Part, mean_interval
from training.recipe import matrix
from training.windows import windows_of


def evasion(table: Table, parts: Sequence[Part], *, jobs: int = 1) -> list[Line]:
    """Recall at the cut of 1 % FPR of A and B, for every way of changing a text (heavy CPU)."""
    ways: dict[str, Callable[[str], str]] = {"clean": lambda text: text, **TRANSFORMS}
    ways["40 good words"] = pad
    lines = []
    for protocol in ("A", "B"):
        mine = [part for part in parts if part.protocol == protocol]
        if not mine:
            continue
        ham = np.concatenate([part.logits[table.is_spam[part.rows] == 0] for part in mine])
        cut = float(np.sort(ham)[::-1][int(len(ham) * 0.01)])
        for way, change in ways.items():
            found = [
                _logits(table, part, change, jobs=jobs) > cut
                for part in mine
                if table.is_spam[part.rows].any()
            ]
            low, high = mean_interval([float(one.mean()) for one in found])
            caught = np.concatenate(found)
            lines.append(
                Line(
                    protocol="G",
                    name=protocol,
                    measure=f"recall, {way}",
                    value=float(caught.mean()),
                    low=low,
                    high=high,
                    spam=len(caught),
                    ham=len(ham),
                    groups=len(found),
                )
            )
    return lines


def _logits(table: Table, part: Part, change: Callable[[str], str], *, jobs: int) -> Floats:
    """What the part's own model says of its spam once *change* has been over the texts."""
    rows = [row for row in part.rows.tolist() if table.is_spam[row]]
    spam = [table.examples[row].comment for row in rows]
    changed = [dataclasses.replace(comment, text=change(comment.text)) for comment in spam]
    logits: Floats = matrix(changed, jobs=jobs) @ part.weights + part.bias
    return logits + windows_of(changed, jobs=jobs).gains(part.weights, len(changed), part.doubt)
