"""load(registry, "live") -> Classifier: find, verify, check the environment, prove by golden."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from models.artefact import open_verified
from models.classifier import Classifier
from models.comment import read_comment
from models.errors import ArtefactCorrupt, ModelUnfit, WrongEnvironment
from models.features import FEATURES_VERSION, WIDTH
from models.manifest import Manifest
from models.registry import Registry
from models.verdict import Cutoffs

# Float32 weights on another processor may differ in the last digits, never in the sixth.
_GOLDEN_TOLERANCE: Final = 1e-6


def load(registry: Registry, name: str = "live", *, signing_key: bytes | None = None) -> Classifier:
    """The model that an alias or id names, proven to answer as when it was made (slow I/O).

    Raises ArtefactMissing, ArtefactCorrupt, ArtefactUntrusted, WrongEnvironment, ModelUnfit.
    """
    manifest, content = open_verified(
        registry.folder(name), pinned=registry.pinned(), signing_key=signing_key
    )
    if manifest.features_version != FEATURES_VERSION:
        raise WrongEnvironment(
            f"model {manifest.model_id} was fitted on features of version "
            f"{manifest.features_version}, this program has {FEATURES_VERSION}: "
            "run `chaffinch-train retrain`, then `chaffinch-train promote`"
        )
    classifier = _classifier(manifest, content)
    _prove(classifier, manifest)
    return classifier


def _classifier(manifest: Manifest, content: dict[str, Any]) -> Classifier:
    try:
        weights = np.zeros(WIDTH, dtype=np.float32)
        weights[np.asarray(content["columns"], dtype=np.int64)] = content["values"]
        return Classifier(
            model_id=manifest.model_id,
            weights=weights,
            bias=float(content["bias"]),
            cutoffs=Cutoffs(**manifest.cutoffs),
            scripts={str(name): int(n) for name, n in manifest.scripts.items()},
            doubt=float(content["doubt"]),
        )
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise ArtefactCorrupt(
            f"model {manifest.model_id} lacks a part ({type(error).__name__})"
        ) from None


def _prove(classifier: Classifier, manifest: Manifest) -> None:
    numbers = (classifier.bias, classifier.doubt)
    if not np.isfinite(classifier.weights).all() or not all(map(math.isfinite, numbers)):
        raise ModelUnfit(f"model {manifest.model_id} holds numbers that are none")
    for row in manifest.golden:
        value = classifier.score(read_comment(row["comment"])).value
        if abs(value - float(row["score"])) > _GOLDEN_TOLERANCE:
            raise ModelUnfit(
                f"model {manifest.model_id} scores a golden comment {value:.6f}, "
                f"not {row['score']:.6f}"
            )
