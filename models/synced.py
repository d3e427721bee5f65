"""Files that are on the disk when the call returns, whole or as they were before."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_USUAL: Final = 0o666


def write_synced(place: Path, raw: bytes, *, mode: int = _USUAL) -> None:
    """Write *raw* and wait until the disk has it; a new file gets *mode*, less the umask."""
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())


def replace_synced(place: Path, raw: bytes, *, mode: int = _USUAL) -> None:
    """Let *place* hold *raw*, at once and for good: whoever reads finds the old or the new."""
    new = place.with_suffix(".new")
    write_synced(new, raw, mode=mode)
    new.replace(place)
    sync_folder(place.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names in *folder*."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
