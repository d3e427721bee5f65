"""The folders of artefacts and their aliases: shipped ones to read, local ones to add to.

Model ids never change their meaning; aliases (`live`, `candidate`, `previous`, `open`) move by one
atomic rename. A local alias beats the shipped one of the same name.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from models.artefact import MANIFEST
from models.errors import ArtefactCorrupt, ArtefactMissing
from models.synced import sync_folder, write_synced

ALIASES: Final = "aliases.json"
SHIPPED: Final = Path(__file__).parent / "artefacts"


class Registry:
    """A local folder (may not exist yet) over the folder shipped with the program."""

    def __init__(self, local: Path | None, shipped: Path = SHIPPED) -> None:
        self.local = local
        self.shipped = shipped

    def aliases(self) -> dict[str, str]:
        """Every alias and the model id it names; local ones win. Raises ArtefactCorrupt."""
        return _read(self.shipped) | (_read(self.local) if self.local else {})

    def folder(self, name: str) -> Path:
        """The folder of a model id or alias. Raises ArtefactMissing, ArtefactCorrupt."""
        model_id = self.aliases().get(name, name)
        for root in (self.local, self.shipped):
            if root and "/" not in model_id and (root / model_id / MANIFEST).is_file():
                return root / model_id
        raise ArtefactMissing(f"there is no model {name}")

    def list_ids(self) -> list[str]:
        """Every model id, in order."""
        roots = [root for root in (self.shipped, self.local) if root and root.is_dir()]
        return sorted({p.parent.name for root in roots for p in root.glob(f"[!.]*/{MANIFEST}")})

    def pinned(self) -> frozenset[str]:
        """Digests of the manifests that this program was shipped with."""
        return frozenset(_PINNED)

    def stamp(self) -> tuple[tuple[int, int, int], ...]:
        """Something that changes whenever an alias may have moved: two stat() calls."""
        roots = [root for root in (self.local, self.shipped) if root]
        return tuple(_stamp(root / ALIASES) for root in roots)

    def set_aliases(self, changes: Mapping[str, str | None]) -> None:
        """Move local aliases, all at once and for good; None takes one away.

        Raises ArtefactMissing when one would name no model.
        """
        if self.local is None:
            raise ArtefactMissing("there is no local folder to keep aliases in")
        for model_id in changes.values():
            if model_id is not None:
                self.folder(model_id)
        moved = _read(self.local)
        for name, model_id in changes.items():
            if model_id is None:
                moved.pop(name, None)
            else:
                moved[name] = model_id
        self.local.mkdir(parents=True, exist_ok=True)
        new = self.local / f".{ALIASES}-{secrets.token_hex(4)}"
        write_synced(new, (json.dumps(moved, indent=1, sort_keys=True) + "\n").encode())
        new.replace(self.local / ALIASES)
        sync_folder(self.local)


def _read(root: Path) -> dict[str, str]:
    try:
        table = json.loads((root / ALIASES).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ArtefactCorrupt(f"{ALIASES} cannot be read ({type(error).__name__})") from None
    if not isinstance(table, dict):
        raise ArtefactCorrupt(f"{ALIASES} is not a table")
    return {str(name): str(model_id) for name, model_id in table.items()}


def _stamp(place: Path) -> tuple[int, int, int]:
    try:
        found = place.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_mtime_ns, found.st_size, found.st_ino)


def _pins() -> list[str]:
    """The digests in `pins.json`, a file of the program like any of its modules."""
    try:
        return [str(pin) for pin in json.loads((SHIPPED / "pins.json").read_text("utf-8"))]
    except (OSError, ValueError):
        return []


_PINNED: Final = _pins()


def default_data_dir(environ: Mapping[str, str]) -> Path:
    """`var/` of the checkout we run from, else the person's own data folder.

    Not the working directory: every command must find the same keys wherever it is called.
    """
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "pyproject.toml").is_file():
        return checkout / "var"
    base = environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")  # noqa: PTH111
    return Path(base) / "chaffinch"
