"""What each measure of the protocols should reach, and whether it did."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

from training.protocols import Line


@dataclasses.dataclass(frozen=True, slots=True)
class Aim:
    """A bound for a measure: *at_least* it, or at most."""

    bound: float
    at_least: bool = True

    def is_met(self, value: float) -> bool:
        """Whether *value* keeps the bound."""
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.bound:.4g}"


# By protocol and measure, of Chaffinch itself (no peer, no baseline).
_AIMS: Final = {
    ("A", "AUC"): Aim(0.98),
    ("A", "recall at 1 % FPR"): Aim(0.88),
    ("B", "AUC"): Aim(0.993),
    ("B", "recall at 1 % FPR"): Aim(0.88),
    ("D", "good comments hidden"): Aim(0.002, at_least=False),
    ("D", "held as unsure"): Aim(0.03, at_least=False),
    ("E", "AUC after 10 decisions"): Aim(0.95),
    ("E", "AUC after 50 decisions"): Aim(0.98),
    ("E", "AUC after 200 decisions"): Aim(0.995),
    ("E", "worst change of a site"): Aim(0.0),
    ("F", "rest of the campaign caught"): Aim(0.95),
    ("F", "short good comments merged"): Aim(0.0, at_least=False),
    ("G", "recall, 40 good words"): Aim(0.85),
    ("H", "ECE in-domain"): Aim(0.02, at_least=False),
    ("H", "ECE on unseen blogs"): Aim(0.05, at_least=False),
}
BASELINE: Final = "which fields are known"
_POINTS: Final = 0.03


def aim_of(line: Line, lines: Sequence[Line]) -> Aim | None:
    """The aim of *line* among *lines*, or None where there is none.

    A disguise may cost three points of what is found undisguised (G).
    """
    is_whole = not line.name or line.protocol not in "ABDH"
    if not is_whole or line.name.endswith(BASELINE):
        return None
    found = _AIMS.get((line.protocol, line.measure))
    if found or line.protocol != "G" or line.measure == "recall, clean":
        return found
    clean = next(
        (x for x in lines if (x.protocol, x.name, x.measure) == ("G", line.name, "recall, clean")),
        None,
    )
    return Aim(clean.value - _POINTS) if clean else None


def said(line: Line, lines: Sequence[Line]) -> tuple[str, str]:
    """The aim of *line* in words and "met" or "missed"; two empty words without an aim."""
    aim = aim_of(line, lines)
    if aim is None:
        return "", ""
    return str(aim), "met" if aim.is_met(line.value) else "missed"
