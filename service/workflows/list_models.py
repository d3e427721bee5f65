"""The models of this deployment with the names they go by."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from models.artefact import MANIFEST
from models.errors import ModelError
from models.manifest import Manifest, read_manifest
from models.registry import Registry


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """A model's Manifest and the aliases that name it."""

    manifest: Manifest
    aliases: tuple[str, ...]


def list_made_here(models_dir: Path, *, until: str) -> list[str]:
    """The ids of the models that were trained here, not shipped, *until* a day (ISO 8601)."""
    every = (known.manifest for known in list_models(models_dir) if known.manifest.made_at <= until)
    return [one.model_id for one in every if (models_dir / one.model_id).is_dir()]


def list_models(models_dir: Path) -> list[Known]:
    """Every model whose manifest can be read, by id (slow I/O: one small file each)."""
    registry = Registry(models_dir)
    try:
        aliases = registry.aliases()
    except ModelError:
        aliases = {}
    found = []
    for model_id in registry.list_ids():
        try:
            manifest = read_manifest((registry.folder(model_id) / MANIFEST).read_bytes())
        except (ModelError, OSError):
            continue
        names = tuple(sorted(name for name, one in aliases.items() if one == model_id))
        found.append(Known(manifest, names))
    return found
