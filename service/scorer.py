"""Holds the live model, swaps it when the alias moves, and says why when there is none.

ModelError becomes ScorerUnavailable here and nowhere else.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from models.classifier import Classifier
from models.comment import Comment, Score
from models.errors import ModelError
from models.loader import load
from models.registry import Registry
from models.verdict import Cutoffs, Verdict, verdict
from service.domain.site import Site
from service.domain.submission import Arrival, Scoring
from service.errors import ScorerUnavailable

_log = logging.getLogger(__name__)
# How soon a promoted model answers; looking costs two stat() calls.
POLL_S: Final = 1.0
# After a fault the alias may stand still while somebody restores a file: look again by itself.
RETRY_S: Final = 30.0


class Answers(Protocol):
    """What scores one Comment: the shared model, alone or with a Site's layer on top."""

    @property
    def model_id(self) -> str:
        """The id of the shared model."""
        ...

    @property
    def cutoffs(self) -> Cutoffs:
        """Where its Verdicts change."""
        ...

    def score(self, comment: Comment) -> Score:
        """The Score of *comment* (heavy CPU)."""
        ...


class Scores(Protocol):
    """What a workflow needs of a scorer; the tests' fakes have it too."""

    def live(self) -> Answers:
        """The shared model that answers now. Raises ScorerUnavailable."""
        ...

    def for_site(self, site_id: int, own: Cutoffs | None = None) -> Answers:
        """The same with what this Site decided on top, by its *own* cutoffs if it has chosen any.

        Free. Raises ScorerUnavailable.
        """
        ...


class Scorer:
    """The live model of a Registry. Reading it is free; loading happens beside it."""

    def __init__(
        self,
        registry: Registry,
        *,
        find_key: Callable[[], bytes | None] = lambda: None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._registry = registry
        # Asked anew each time: the first model trained here makes the key it is signed with.
        self._find_key = find_key
        self._ticks = ticks
        self._tried_at = 0.0
        self._live: Classifier | None = None
        self._stamp: object = None
        self._fault = "no model has been loaded yet"
        self._turn = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def fault(self) -> str:
        """Why the newest model could not be loaded, or "" when it answers."""
        return self._fault

    def live(self) -> Classifier:
        """The model that answers now. Raises ScorerUnavailable."""
        live = self._live
        if live is None:
            raise ScorerUnavailable(detail=self._fault)
        return live

    def refresh(self) -> bool:
        """Load the live model if the alias moved since; the old one answers until the new one can.

        Answers whether it changed. Never raises: a bad model leaves the old one in place, and is
        tried again now and then.
        """
        with self._turn:
            stamp = self._registry.stamp()
            is_due = bool(self._fault) and self._ticks() - self._tried_at >= RETRY_S
            if stamp == self._stamp and not is_due:
                return False
            self._stamp, self._tried_at = stamp, self._ticks()
            try:
                loaded = load(self._registry, "live", signing_key=self._find_key())
            except ModelError as error:
                if self._fault != str(error):
                    _log.error("model not loaded: %s", error)
                self._fault = str(error)
                return False
            except Exception as error:  # noqa: BLE001 - see the comment
                # A damaged file can fail in ways no class names; the old model must stay.
                self._fault = f"the live model cannot be read ({type(error).__name__})"
                _log.exception("model not loaded")
                return False
            has_changed = self._live is None or self._live.model_id != loaded.model_id
            self._live, self._fault = loaded, ""
            return has_changed

    def watch(self) -> None:
        """Refresh every second in a thread of its own until `close()`."""

        def run() -> None:
            while not self._stop.wait(POLL_S):
                if self.refresh():
                    _log.info("model %s answers now", self.live().model_id)

        self._thread = threading.Thread(target=run, name="scorer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the watching thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(POLL_S * 2)


def ask_model(arrival: Arrival, site: Site, scorer: Scores) -> Scoring:
    """What the model says of *arrival* by this Site's cutoffs (heavy CPU, about a millisecond).

    Never raises: without a model, or with one that fails on this comment, the Verdict is UNSURE
    and *fault* says why.
    """
    started = time.perf_counter()
    try:
        classifier = scorer.for_site(site.site_id, site.policy.cutoffs)
    except ScorerUnavailable as error:
        fault = error.detail or str(error)
        return Scoring(verdict=Verdict.UNSURE, fault=fault, took_ms=since(started))
    try:
        score = classifier.score(arrival.comment)
    except Exception as error:  # noqa: BLE001 - our bug must not cost anybody the comment
        _log.exception("model %s failed on a comment", classifier.model_id)
        fault = f"model {classifier.model_id} failed ({type(error).__name__})"
        return Scoring(verdict=Verdict.UNSURE, fault=fault, took_ms=since(started))
    cutoffs = site.policy.cutoffs or classifier.cutoffs
    said = verdict(score, cutoffs)
    if arrival.is_precheck and said is Verdict.UNSURE:
        # Only announced so far, without its text: what is unclear is asked again in full.
        said = Verdict.HAM
    return Scoring(
        verdict=said,
        cutoffs=cutoffs,
        score=score.value,
        evidence=score.evidence,
        abstains=score.abstains,
        model_id=score.model_id,
        took_ms=since(started),
    )


def since(started: float) -> float:
    """The milliseconds since *started*, a reading of `time.perf_counter`."""
    return round((time.perf_counter() - started) * 1000, 3)
