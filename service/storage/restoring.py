"""A mark beside the database for as long as a backup is being brought back.

A restore has several steps, and a power cut may come between any two: rows without their models, or
with people whom this deployment was asked to forget. Nobody serves that; the same command goes on.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any, Final

from models.synced import replace_synced
from service.errors import Conflict, NotReady

_NAME: Final = "restore.mark"


class RestoreMark:
    """The mark in *data_dir*: which file is being restored, and whether its rows are in."""

    def __init__(self, data_dir: Path) -> None:
        self._place = data_dir / _NAME

    def begin(self, file: str, sha256: str) -> None:
        """Say that *file* is being restored; on disk when this returns. Again is harmless.

        Raises Conflict when the restore of another file was cut off.
        """
        kept = self._read()
        if kept and kept.get("sha256") != sha256:
            raise Conflict(
                f"The restore of {kept.get('file')} was cut off: go on with that file, or empty "
                f"the database and remove {self._place}."
            )
        if not kept:
            self._write({"file": file, "sha256": sha256, "has_rows": False})

    @property
    def is_there(self) -> bool:
        """Whether a restore was begun and not ended."""
        return self._place.exists()

    @property
    def has_rows(self) -> bool:
        """Whether the rows are in, each equal by hash."""
        return bool(self._read().get("has_rows"))

    def note_rows(self) -> None:
        """The rows are in; on disk when this returns."""
        self._write(self._read() | {"has_rows": True})

    def end(self) -> None:
        """All of it is back."""
        self._place.unlink(missing_ok=True)

    def require_none(self) -> None:
        """Raise NotReady while a restore waits to be finished."""
        if self.is_there:
            name = self._read().get("file", "the backup")
            raise NotReady(
                f"A restore of {name} was cut off half-way: run `chaffinch restore {name}` again, "
                "it goes on where it was."
            )

    def _read(self) -> dict[str, Any]:
        with contextlib.suppress(FileNotFoundError, ValueError):
            return dict(json.loads(self._place.read_bytes()))
        return {}

    def _write(self, told: dict[str, Any]) -> None:
        self._place.parent.mkdir(parents=True, exist_ok=True)
        replace_synced(self._place, json.dumps(told).encode())
