"""Put a model into the program itself: its files, its alias, and the digest that vouches for it."""

from __future__ import annotations

import dataclasses
import json
import shutil

from models.artefact import MANIFEST, WEIGHTS, digest
from models.manifest import read_manifest, write_manifest
from models.registry import ALIASES, Registry
from models.synced import write_synced
from training import card


def ship(registry: Registry, name: str, alias: str) -> str:
    """Copy the model *name* into the shipped folder under *alias*; answers with its id.

    The deployment's signature stays behind: what vouches for a shipped model is its digest in
    `pins.json`, a file of the program. Models that no alias names any more are taken out.
    """
    source = registry.folder(name)
    manifest = dataclasses.replace(
        read_manifest((source / MANIFEST).read_bytes()), signature="", parent=""
    )
    target = registry.shipped / manifest.model_id
    target.mkdir(parents=True, exist_ok=True)
    write_synced(target / WEIGHTS, (source / WEIGHTS).read_bytes())
    write_synced(target / MANIFEST, write_manifest(manifest))
    write_synced(target / "MODEL_CARD.md", card.render(manifest).encode())
    shipped = Registry(None, registry.shipped)
    aliases = shipped.aliases() | {alias: manifest.model_id}
    pins = []
    for folder in sorted(path for path in registry.shipped.iterdir() if path.is_dir()):
        if folder.name in aliases.values():
            pins.append(digest(read_manifest((folder / MANIFEST).read_bytes())))
        else:
            shutil.rmtree(folder)
    for file, table in ((ALIASES, aliases), ("pins.json", pins)):
        text = json.dumps(table, indent=1, sort_keys=True) + "\n"
        write_synced(registry.shipped / file, text.encode())
    return manifest.model_id
