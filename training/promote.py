"""Candidate -> gates -> live, or back. The only caller of Registry.set_aliases for `live`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from models.artefact import MANIFEST, WEIGHTS
from models.loader import load
from models.manifest import read_manifest
from models.registry import Registry
from training.compare import Comparison, compare
from training.errors import GateFailed, TrainingError
from training.example import Example
from training.gates import Trial, refusals


def nowhere(_folder: Path) -> object:
    """Publish to nobody: this machine's own services look into its own folder."""
    return None


def trial(
    registry: Registry,
    examples: Sequence[Example],
    *,
    signing_key: bytes | None,
    name: str = "candidate",
) -> Trial:
    """The candidate *name* beside the live model on *examples* (heavy CPU). Raises ModelError."""
    candidate = load(registry, name, signing_key=signing_key)
    live = load(registry, "live", signing_key=signing_key)
    if candidate.model_id == live.model_id:
        raise TrainingError(f"model {live.model_id} is live already")
    folder = registry.folder(name)
    return Trial(
        candidate=candidate,
        manifest=read_manifest((folder / MANIFEST).read_bytes()),
        size=(folder / WEIGHTS).stat().st_size,
        found=compare(candidate, live, examples),
    )


def promote(
    registry: Registry,
    examples: Sequence[Example],
    *,
    signing_key: bytes | None,
    name: str = "candidate",
    publish: Callable[[Path], object] = nowhere,
) -> tuple[str, Comparison]:
    """Make a candidate live if every gate lets it through; the old one becomes `previous`.

    *examples* is what both are compared on. *publish* is given its folder before anything moves
    here: when other servers cannot have it, it is not live. Raises GateFailed with the reasons,
    ModelError.
    """
    before = registry.aliases()["live"]
    tried = trial(registry, examples, signing_key=signing_key, name=name)
    reasons = refusals(tried)
    if reasons:
        raise GateFailed(reasons)
    model_id = tried.candidate.model_id
    if registry.aliases()["live"] != before:
        raise TrainingError("another model became live meanwhile: compare again")
    publish(registry.folder(model_id))
    registry.set_aliases({"live": model_id, "previous": before})
    return model_id, tried.found


def rollback(
    registry: Registry,
    *,
    signing_key: bytes | None,
    publish: Callable[[Path], object] = nowhere,
) -> str:
    """Make the previous model live again; what was live becomes `previous`. Raises ModelError."""
    aliases = registry.aliases()
    if "previous" not in aliases:
        raise TrainingError("there is no previous model to go back to")
    back = load(registry, "previous", signing_key=signing_key).model_id
    publish(registry.folder(back))
    registry.set_aliases({"live": back, "previous": aliases["live"]})
    return back
