"""Hand-written fakes for time and for forced failure; everything else in the tests is real."""

from __future__ import annotations

import contextlib
import datetime as dt
import math
import sqlite3
from collections.abc import Iterator

from models.comment import Clue, Comment, Evidence, Score
from models.verdict import Cutoffs
from service.errors import ScorerUnavailable
from tests.builders import NOON


class FixedClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: dt.datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def tick(self, **change: float) -> None:
        self.now += dt.timedelta(**change)


class StubClassifier:
    """Scores by one word, the same every time: casino is spam, maybe unsure, blatant blatant."""

    model_id = "stub"
    cutoffs = Cutoffs(unsure_from=0.4, spam_from=0.9, blatant_from=0.99)
    _WORDS = (("blatant", 0.999), ("casino", 0.95), ("maybe", 0.6))

    def score(self, comment: Comment) -> Score:
        word, value = next(
            ((w, v) for w, v in self._WORDS if w in comment.text.lower()), ("", 0.05)
        )
        logit = math.log(value / (1 - value))
        clues = (Clue("word in the text", word, logit + 1.0, "text"),) if word else ()
        base = -1.0 if word else logit
        return Score(value, self.model_id, Evidence(clues, base=base))


class StubScorer:
    """A scorer whose model is there; `fault` can say that a newer one was not loaded."""

    def __init__(self) -> None:
        self.fault = ""

    def live(self) -> StubClassifier:
        return StubClassifier()

    def for_site(self, site_id: int, own: Cutoffs | None = None) -> StubClassifier:
        return StubClassifier()


class BrokenScorer:
    """A scorer without any model."""

    fault = "no model could be loaded"

    def live(self) -> StubClassifier:
        raise ScorerUnavailable(detail=self.fault)

    def for_site(self, site_id: int, own: Cutoffs | None = None) -> StubClassifier:
        raise ScorerUnavailable(detail=self.fault)


@contextlib.contextmanager
def locked(sqlite_url: str) -> Iterator[None]:
    """Another program writes to this database and does not end."""
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()
