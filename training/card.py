"""MODEL_CARD.md from a Manifest: what it was fitted on, what was measured, how to repeat it."""

from __future__ import annotations

from typing import Any

from models.classifier import MIN_SCRIPT
from models.manifest import Manifest
from training.corpora import CORPORA


def render(manifest: Manifest) -> str:
    """The card of a model, in Markdown."""
    known = {corpus.name: corpus for corpus in CORPORA}
    eaten = "\n".join(
        f"| {name} | {known[name].origin} | {known[name].licence} | `{sha[:12]}` |"
        if name in known
        else f"| {name} | decisions of this deployment | own | `{sha[:12]}` |"
        for name, sha in sorted(manifest.corpora.items())
    )
    rows = "\n".join(_row(name, numbers) for name, numbers in sorted(manifest.numbers.items()))
    cutoffs = manifest.cutoffs
    return f"""# Model {manifest.model_id}

Made {manifest.made_at} from {manifest.labels} labelled comments, features version
{manifest.features_version}, {", ".join(f"{k} {v}" for k, v in sorted(manifest.versions.items()))}.

Repeat it: `chaffinch-train retrain --corpora DIR --grades {manifest.recipe["grades"]}`. The weights are those of hashed features
(2^20 columns); they hold no text of any comment.

## What it answers
unsure from {cutoffs["unsure_from"]:.4f}, spam from {cutoffs["spam_from"]:.4f}, blatant from {cutoffs["blatant_from"]:.4f}.
In other scripts than these it abstains (never more than unsure): {", ".join(f"{name} ({n})" for name, n in sorted(manifest.scripts.items()) if n >= MIN_SCRIPT)}.

## What was measured
Every comment was scored by a model that had seen nothing of its blog, post or video, nor a near-duplicate
(five folds). *hidden*: good comments answered spam; *unsure*: held for a person.

| slice | spam | ham | AUC | recall at 1 % | spam caught | spam unsure | ham hidden | ham unsure |
|---|---|---|---|---|---|---|---|---|
{rows}

## What it was fitted on
| corpus | origin | licence | sha256 |
|---|---|---|---|
{eaten}

Corpora without a stated licence chose nothing but hashed weights; no comment's text is in this repository.
"""


def _row(name: str, n: dict[str, Any]) -> str:
    def share(value: float | None) -> str:
        return "–" if value is None else f"{value:.1%}"

    auc = "–" if n["auc"] is None else f"{n['auc']:.3f}"
    return (
        f"| {name} | {n['spam']} | {n['ham']} | {auc} | {share(n['recall_at_1'])} | "
        f"{share(n['spam_caught'])} | {share(n['spam_unsure'])} | {share(n['ham_hidden'])} | "
        f"{share(n['ham_unsure'])} |"
    )
