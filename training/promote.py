"""Candidate -> gates -> live, or back. The only caller of Registry.set_aliases for `live`."""

from __future__ import annotations

from collections.abc import Sequence

from models.loader import load
from models.registry import Registry
from training.compare import Comparison, compare
from training.errors import GateFailed, TrainingError
from training.example import Example
from training.gates import refusals


def promote(
    registry: Registry,
    examples: Sequence[Example],
    *,
    signing_key: bytes | None,
    name: str = "candidate",
) -> tuple[str, Comparison]:
    """Make a candidate live if every gate lets it through; the old one becomes `previous`.

    *examples* is what both are compared on. Raises GateFailed with the reasons, ModelError.
    """
    candidate = load(registry, name, signing_key=signing_key)
    live = load(registry, "live", signing_key=signing_key)
    if candidate.model_id == live.model_id:
        raise TrainingError(f"model {live.model_id} is live already")
    found = compare(candidate, live, examples)
    reasons = refusals(found)
    if reasons:
        raise GateFailed(reasons)
    registry.set_aliases({"live": candidate.model_id, "previous": live.model_id})
    return candidate.model_id, found


def rollback(registry: Registry, *, signing_key: bytes | None) -> str:
    """Make the previous model live again; what was live becomes `previous`. Raises ModelError."""
    aliases = registry.aliases()
    if "previous" not in aliases:
        raise TrainingError("there is no previous model to go back to")
    back = load(registry, "previous", signing_key=signing_key).model_id
    registry.set_aliases({"live": back, "previous": aliases["live"]})
    return back
