"""Keeps the local folder of models as the shared one says: what is promoted there is live here.

The Scorer watches the local folder and swaps. So a place that is gone, or a model there that is
damaged, signed by nobody or made for another version, leaves the old one answering.
"""

from __future__ import annotations

import hashlib
import logging
import random
import secrets
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from models.artefact import MANIFEST, WEIGHTS, save
from models.errors import ArtefactCorrupt, ArtefactMissing, ModelError
from models.loader import load
from models.registry import Registry
from models.shared import Promoted, SharedModels

_log = logging.getLogger(__name__)
# One small question for each process; a promotion is hours of work before it.
EVERY_S: Final = 10.0
_INCOMING: Final = ".incoming"


class Mirror:
    """The promoted model of *shared* in the local folder of *registry*, verified before."""

    def __init__(
        self,
        shared: SharedModels,
        registry: Registry,
        *,
        find_key: Callable[[], bytes | None] = lambda: None,
    ) -> None:
        self._shared = shared
        self._registry = registry
        self._find_key = find_key
        self._fault = ""
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def fault(self) -> str:
        """Why the promoted model could not be taken over, or "" when it was."""
        return self._fault

    def refresh(self) -> bool:
        """Take over what is promoted (slow I/O); whether that moved the local alias `live`.

        Never raises: whatever is wrong, what was live stays, and the next round tries again.
        """
        try:
            has_moved = self._follow()
        except (ModelError, OSError) as error:
            said = str(error) if isinstance(error, ModelError) else type(error).__name__
            if said != self._fault:
                _log.error("shared model not taken over: %s", said)
            self._fault = said
            return False
        self._fault = ""
        return has_moved

    def watch(self) -> None:
        """Refresh now and every ten seconds, in a thread of its own until `close()`."""

        def run() -> None:
            while not self._stop.is_set():
                self.refresh()
                # Not all servers at the same moment.
                self._stop.wait(EVERY_S * random.uniform(0.8, 1.2))  # noqa: S311 - no secret

        self._thread = threading.Thread(target=run, name="mirror", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the watching thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(EVERY_S)

    def _follow(self) -> bool:
        promoted = self._shared.promoted()
        if promoted is None:
            return False
        before = self._registry.aliases().get("live")
        if not self._has(promoted):
            self._fetch(promoted)
        elif before == promoted.model_id:
            return False
        else:
            load(self._registry, promoted.model_id, signing_key=self._find_key())
        self._registry.set_aliases({"live": promoted.model_id, "previous": before})
        _log.info("model %s is promoted for all servers", promoted.model_id)
        return True

    def _has(self, promoted: Promoted) -> bool:
        """Whether this very model is here, local or shipped. Raises ArtefactCorrupt for another."""
        try:
            written = (self._registry.folder(promoted.model_id) / MANIFEST).read_bytes()
        except (ArtefactMissing, FileNotFoundError):
            return False
        if hashlib.sha256(written).hexdigest() != promoted.sha256:
            raise ArtefactCorrupt(f"another model is called {promoted.model_id} here")
        return True

    def _fetch(self, promoted: Promoted) -> None:
        """Into a folder nobody looks at; only what loads and proves itself gets a name here."""
        local = self._registry.local
        if local is None:
            raise ArtefactMissing("there is no local folder to keep models in")
        incoming = local / f"{_INCOMING}-{secrets.token_hex(4)}"
        try:
            folder = self._shared.fetch(promoted, incoming)
            load(Registry(incoming), promoted.model_id, signing_key=self._find_key())
            _keep(folder, local / promoted.model_id)
        finally:
            shutil.rmtree(incoming, ignore_errors=True)


def _keep(folder: Path, place: Path) -> None:
    try:
        save(place, (folder / WEIGHTS).read_bytes(), (folder / MANIFEST).read_bytes())
    except FileExistsError:
        # Another process of this server was first, with the same bytes.
        _log.debug("%s is here already", place.name)
