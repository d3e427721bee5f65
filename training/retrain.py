"""The one run: corpora and labels -> fit -> cutoffs -> evaluate -> saved as candidate."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import platform
import tempfile
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np

from models import artefact
from models.classifier import Classifier
from models.comment import write_comment
from models.features import WIDTH
from models.loader import load
from models.manifest import Manifest, write_manifest
from models.registry import Registry
from models.scripts import script_of
from models.text import fold
from training import card, cutoffs, evaluate, fit, pieces
from training.example import Example
from training.golden import GOLDEN
from training.recipe import Recipe
from training.stream import Stream

_NOTHING: Final[Callable[[str], None]] = lambda _: None  # noqa: E731 - nobody is watching


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What one run eats: Examples, the sha256 of each source by name, the corpora's grades.

    With a *stream*, the *examples* are its bare ones, and *folder* is where their numbers may lie
    (16 kB each, taken away again; workers on other machines must see the same folder).
    """

    examples: Sequence[Example]
    sources: dict[str, str]
    grades: str
    stream: Stream | None = None
    folder: Path | None = None


def retrain(
    inputs: Inputs,
    recipe: Recipe,
    *,
    jobs: int = 1,
    made_at: dt.datetime,
    seen: Callable[[str], None] = _NOTHING,
) -> tuple[Manifest, bytes]:
    """A new model: its Manifest (unsigned) and the bytes of its weights (minutes of CPU).

    The same inputs, recipe and versions give the same bytes. Raises NotEnoughLabels.
    """
    fitted, scripts = _fitted(inputs, recipe, seen, jobs)
    scores = evaluate.sigmoid(fitted.unseen)
    chosen = cutoffs.choose(inputs.examples, scores)
    raw = _weights(fitted)
    sha = hashlib.sha256(raw).hexdigest()
    classifier = Classifier(
        model_id="",
        weights=fitted.weights,
        bias=fitted.bias,
        cutoffs=chosen,
        scripts=scripts,
        doubt=fitted.doubt,
    )
    manifest = Manifest(
        model_id=f"{made_at:%Y%m%d}-{sha[:8]}",
        made_at=f"{made_at:%Y-%m-%d}",
        parent="",
        recipe=dataclasses.asdict(recipe) | {"grades": inputs.grades, "width": WIDTH},
        corpora=inputs.sources,
        labels=len(inputs.examples),
        versions=_versions(),
        cutoffs=dataclasses.asdict(chosen),
        scripts=scripts,
        numbers=evaluate.by_slice(inputs.examples, scores, chosen),
        golden=_golden(classifier),
        sha256=sha,
    )
    return manifest, raw


def _fitted(
    inputs: Inputs, recipe: Recipe, seen: Callable[[str], None], jobs: int
) -> tuple[fit.Fitted, dict[str, int]]:
    """The fit, and how many labels there were in each script."""
    fit.check_blogs(inputs.examples)
    if inputs.stream is None:
        table = fit.tabulate(inputs.examples, recipe, jobs=jobs)
        seen("features")
        return fit.fit(table, recipe, seen, jobs=jobs), count_scripts(inputs.examples)
    with tempfile.TemporaryDirectory(prefix="pieces-", dir=inputs.folder) as name:
        many = pieces.tabulate(inputs.stream, recipe, Path(name), jobs=jobs, seen=seen)
        fitted = fit.fit(many, recipe, seen, jobs=jobs)
    return fitted, _counted(zip(many.scripts, many.is_spam > 0, strict=True))


def _weights(fitted: fit.Fitted) -> bytes:
    places = np.flatnonzero(fitted.weights).astype(np.int32)
    return artefact.write_weights(
        {
            "columns": places,
            "values": fitted.weights[places],
            "bias": fitted.bias,
            "doubt": fitted.doubt,
        }
    )


def _golden(classifier: Classifier) -> list[dict[str, Any]]:
    return [
        {"comment": write_comment(comment), "score": classifier.score(comment).value}
        for comment in GOLDEN
    ]


def _versions() -> dict[str, str]:
    names = ("numpy", "scipy", "scikit-learn", "joblib")
    return {"python": platform.python_version()} | {name: version(name) for name in names}


def count_scripts(examples: Sequence[Example]) -> dict[str, int]:
    """For each script how many labels of the rarer kind there were."""
    return _counted((script_of(fold(e.comment.text[:2000])), e.is_spam) for e in examples)


def _counted(found: Iterable[tuple[str, bool]]) -> dict[str, int]:
    counts: dict[str, list[int]] = {}
    for script, is_spam in found:
        if script:
            counts.setdefault(script, [0, 0])[int(is_spam)] += 1
    return {script: min(both) for script, both in sorted(counts.items())}


def save(
    registry: Registry, manifest: Manifest, raw: bytes, *, key: bytes, parent: str = ""
) -> str:
    """Keep a new model in the local folder, signed, as `candidate`; answers with its id.

    A model that is there already (the same inputs on the same day) is only named candidate.
    """
    if registry.local is None:
        raise ValueError("a registry without a local folder takes no model")
    manifest = dataclasses.replace(manifest, parent=parent)
    manifest = dataclasses.replace(manifest, signature=artefact.sign(manifest, key))
    folder = registry.local / manifest.model_id
    if not folder.exists():
        artefact.save(folder, raw, write_manifest(manifest))
        (folder / "MODEL_CARD.md").write_text(card.render(manifest), encoding="utf-8")
    registry.set_aliases({"candidate": manifest.model_id})
    load(registry, "candidate", signing_key=key)
    return manifest.model_id


def sha256_of(place: Path) -> str:
    """The sha256 of a file, for the Manifest (slow I/O)."""
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
