"""What can go wrong on the way to a model.

TrainingError
|- CorpusMissing      a file that the run needs is not there
|- CorpusChanged      a file is not the one we know: its sha256 differs
|- NotEnoughLabels    too few of one label to fit or to measure
`- GateFailed         a candidate may not become live; `.reasons` says why
"""

from __future__ import annotations


class TrainingError(Exception):
    """Catch this at the command line: its text is one sentence."""


class CorpusMissing(TrainingError):
    """Catch to tell where corpora come from."""


class CorpusChanged(TrainingError):
    """Catch to fetch the corpus again."""


class NotEnoughLabels(TrainingError):
    """Catch to wait for more decisions."""


class GateFailed(TrainingError):
    """Catch to list the reasons; the live model stays."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("the candidate may not become live: " + "; ".join(reasons))
        self.reasons = reasons
