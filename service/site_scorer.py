"""One layer for each Site on top of the live model, rebuilt in the background as people decide.

A check never waits: it takes the layer that is there, and a Site met for the first time is
answered by the shared model until its own is built. Every process looks for itself at the newest
Decisions, so several keep up with each other through the database alone.
"""

from __future__ import annotations

import collections
import dataclasses
import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from models.classifier import Classifier
from models.site_labels import SiteLabel, admitted
from models.site_layer import Prepared, SiteClassifier, SiteLayer, build, prepare
from models.verdict import Cutoffs
from service.errors import ServiceError
from service.scorer import Scorer

_log = logging.getLogger(__name__)
# A Decision counts at the next look; looking costs one query.
POLL_S: Final = 1.0
# The layers kept; of a Site not asked about for longest the layer is dropped and built again.
_MOST_SITES: Final = 256
# What a process holds at most: labels in layers (1 KB each), and labels prepared for the next
# build (5 KB each; without them it takes longer, not more).
_MOST_LABELS_KEPT: Final = 100_000
_MOST_PREPARED: Final = 20_000
# A layer of 2 000 labels takes seconds: it may take a tenth of one processor, no more.
_REST: Final = 10.0
# PostgreSQL's ids commit out of order: this many are looked at again.
_OVERLAP: Final = 200
# Yields the processor between two labels: a check comes first.
_BREATH_S: Final = 0.001


@dataclasses.dataclass(slots=True)
class _Entry:
    """A Site's layer, what its labels cost to prepare, and when it may be built again."""

    layer: SiteLayer
    prepared: dict[str, Prepared]
    model_id: str
    rested_at: float = 0.0


class SiteScorer:
    """Scores for each Site: the Scorer's live model with the Site's layer on top.

    *labels* gives a Site's standing labels, oldest first; *decisions* what was decided after an
    id, as (decision id, Site id); *erasures* something that changes whenever a person is forgotten.
    """

    def __init__(
        self,
        scorer: Scorer,
        *,
        labels: Callable[[int], Sequence[SiteLabel]],
        decisions: Callable[[int], Sequence[tuple[int, int]]],
        erasures: Callable[[], str] = lambda: "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._scorer = scorer
        self._labels = labels
        self._decisions = decisions
        self._erasures = erasures
        self._erased = ""
        self._clock = clock
        self._entries: collections.OrderedDict[int, _Entry] = collections.OrderedDict()
        self._guard = threading.Lock()
        self._stale: set[int] = set()
        self._low: int | None = None
        self._seen: set[int] = set()
        self._turn = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def fault(self) -> str:
        """Why the newest model could not be loaded, or "" when it answers."""
        return self._scorer.fault

    def live(self) -> Classifier:
        """The shared model that answers now. Raises ScorerUnavailable."""
        return self._scorer.live()

    def for_site(self, site_id: int, own: Cutoffs | None = None) -> Classifier | SiteClassifier:
        """The live model with this Site's layer, if one is there (free).

        *own* are the cutoffs that the Site chose. Raises ScorerUnavailable.
        """
        live = self._scorer.live()
        with self._guard:
            entry = self._entries.get(site_id)
            if entry is None:
                self._stale.add(site_id)
                return live
            self._entries.move_to_end(site_id)
        return SiteClassifier(live, entry.layer, own) if entry.layer.labels else live

    def refresh(self) -> int:
        """Look for new Decisions and build what they changed; answers with how many layers.

        Raises ServiceError when model or store can't be reached: the layers stay as they are.
        """
        with self._turn:
            live = self._scorer.live()
            self._look()
            return sum(self._rebuild(site_id, live) for site_id in self._due(live))

    def _look(self) -> None:
        """Mark the Sites that were decided on since the last look."""
        erased = self._erasures()
        if erased != self._erased:
            # What a forgotten person's comments taught is in any of them.
            self._erased = erased
            with self._guard:
                self._stale |= set(self._entries)
                for entry in self._entries.values():
                    entry.prepared, entry.rested_at = {}, float("-inf")
        after = 0 if self._low is None else self._low - _OVERLAP
        found = [pair for pair in self._decisions(after) if pair[0] not in self._seen]
        is_first = self._low is None
        newest = max([self._low or 0, *(decision_id for decision_id, _ in found)])
        self._seen.update(decision_id for decision_id, _ in found)
        self._seen = {one for one in self._seen if one > newest - _OVERLAP}
        self._low = newest
        with self._guard:
            # The first look warms the Sites people care about; later ones renew what is kept.
            self._stale |= {site_id for _, site_id in found if is_first or site_id in self._entries}

    def _due(self, live: Classifier) -> list[int]:
        now = self._clock()
        with self._guard:
            older = {s for s, e in self._entries.items() if e.model_id != live.model_id}
            waiting = sorted(self._stale | older)
            return [
                site_id
                for site_id in waiting[:_MOST_SITES]
                if site_id not in self._entries or self._entries[site_id].rested_at <= now
            ]

    def _rebuild(self, site_id: int, live: Classifier) -> bool:
        started = self._clock()
        with self._guard:
            self._stale.discard(site_id)
            old = self._entries.get(site_id)
        try:
            labels = self._labels(site_id)
        except ServiceError:
            with self._guard:
                self._stale.add(site_id)
            raise
        known = old.prepared if old and old.model_id == live.model_id else {}
        prepared = {label.key: self._prepare(label, known, live) for label in labels}
        kept, held = admitted(labels, lambda label: prepared[label.key].traits)
        layer = build([prepared[one.key] for one in kept], live.model_id, held=len(held))
        took = self._clock() - started
        with self._guard:
            self._entries[site_id] = _Entry(
                layer, prepared, live.model_id, self._clock() + _REST * took
            )
            self._entries.move_to_end(site_id)
            self._trim()
        return True

    def _trim(self) -> None:
        """Let go of what was not asked about for longest."""
        labels = prepared = 0
        for count, (site_id, entry) in enumerate(reversed(list(self._entries.items()))):
            labels += entry.layer.labels
            prepared += len(entry.prepared)
            if prepared > _MOST_PREPARED:
                entry.prepared = {}
            if count and (count >= _MOST_SITES or labels > _MOST_LABELS_KEPT):
                del self._entries[site_id]

    def _prepare(self, label: SiteLabel, known: dict[str, Prepared], live: Classifier) -> Prepared:
        found = known.get(label.key)
        if found is not None:
            return dataclasses.replace(found, label=label)
        if not self._stop.is_set():
            time.sleep(_BREATH_S)
        return prepare(label, live.score)

    def watch(self) -> None:
        """Refresh every second in a thread of its own until `close()`."""

        def run() -> None:
            took = 0.0
            # Half of the time at most, however many Sites there are.
            while not self._stop.wait(max(POLL_S, took)):
                started = self._clock()
                try:
                    self.refresh()
                except ServiceError as error:
                    _log.warning("site layers wait: %s", error)
                except Exception:  # noqa: BLE001 - a dead thread would stop learning without a word
                    _log.exception("site layers could not be built")
                took = self._clock() - started

        self._thread = threading.Thread(target=run, name="site layers", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the watching thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(POLL_S * 2)
        self._scorer.close()
