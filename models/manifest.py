"""Manifest: what a model is and where it comes from, as JSON beside its weights."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from models.errors import ArtefactCorrupt
from models.features import FEATURES_VERSION


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a model is. *sha256* is that of its weights file; *signature* covers all the rest.

    *golden* holds Comments in our JSON spelling with the scores the model gave when it was made.
    *numbers* are the figures of its evaluation, *corpora* the sha256 of what it was fitted on.
    """

    model_id: str
    made_at: str
    parent: str
    recipe: dict[str, Any]
    corpora: dict[str, str]
    labels: int
    versions: dict[str, str]
    cutoffs: dict[str, float]
    scripts: dict[str, int]
    numbers: dict[str, Any]
    golden: list[dict[str, Any]]
    sha256: str
    features_version: int = FEATURES_VERSION
    signature: str = ""


def write_manifest(manifest: Manifest) -> bytes:
    """The bytes of manifest.json: sorted, so the same model gives the same bytes."""
    return (json.dumps(dataclasses.asdict(manifest), indent=1, sort_keys=True) + "\n").encode()


def read_manifest(raw: bytes) -> Manifest:
    """The Manifest that `write_manifest` wrote. Raises ArtefactCorrupt for anything else."""
    try:
        row = json.loads(raw)
        names = {field.name for field in dataclasses.fields(Manifest)}
        return Manifest(**{name: value for name, value in row.items() if name in names})
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ArtefactCorrupt(f"manifest.json cannot be read ({type(error).__name__})") from None


def unsigned(manifest: Manifest) -> bytes:
    """The bytes a signature covers: everything but the signature itself."""
    return write_manifest(dataclasses.replace(manifest, signature=""))
