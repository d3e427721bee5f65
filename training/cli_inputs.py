"""What the maintainer's commands read: where this deployment's models, corpora and labels are."""

from __future__ import annotations

import collections
import os
from pathlib import Path
from typing import Final

import click

from models.artefact import find_signing_key
from models.classifier import Classifier
from models.loader import load
from models.registry import Registry, default_data_dir
from models.shared import SharedModels
from training import corpora, labels
from training.errors import CorpusMissing
from training.example import Example
from training.retrain import Inputs, sha256_of
from training.stream import has_more_lines, stream
from training.trust import Known, trusted

# Known comments that a site's reports are tried on: 3 ms each.
_TRIED_ON: Final = 1000


def data_dir() -> Path:
    """Where models, their key and pieces lie: CHAFFINCH_DATA_DIR."""
    named = os.environ.get("CHAFFINCH_DATA_DIR")
    return Path(named).expanduser() if named else default_data_dir(os.environ)


def local_registry() -> Registry:
    """The models of this deployment."""
    named = os.environ.get("CHAFFINCH_MODELS_DIR")
    return Registry(Path(named).expanduser() if named else data_dir() / "models")


def signing_key_here() -> bytes | None:
    """The key they are signed with, if there is one."""
    return find_signing_key(data_dir() / "model.key")


def publish(folder: Path) -> None:
    """Let all servers have the model in *folder*, where CHAFFINCH_MODELS_URL names their place."""
    url = os.environ.get("CHAFFINCH_MODELS_URL")
    if url:
        SharedModels(url).publish(folder)


def corpora_folder(named: Path | None) -> Path | None:
    """The folder of corpora that was *named*, else CHAFFINCH_CORPORA's, or None."""
    known = os.environ.get("CHAFFINCH_CORPORA")
    return named or (Path(known) if known else None)


def read_examples(folder: Path | None, label_file: Path | None, grades: str) -> Inputs:
    """Corpora and labels, all in memory. Raises CorpusMissing, TrainingError."""
    folder = corpora_folder(folder)
    examples: list[Example] = []
    sources: dict[str, str] = {}
    if folder:
        examples += corpora.load(folder, grades=grades)
        sources |= corpora.hashes(grades, folder)
    if label_file:
        examples += _teaching(label_file, examples)
        sources["decisions"] = sha256_of(label_file)
    if not examples:
        raise CorpusMissing("name a folder of corpora (--corpora) or a file of labels (--labels)")
    return Inputs(examples=examples, sources=sources, grades=grades)


def _known(examples: list[Example], live: Classifier) -> Known | None:
    step = max(1, len(examples) // _TRIED_ON)
    return Known.of(examples[::step], live.score) if examples else None


def _teaching(label_file: Path, known: list[Example]) -> list[Example]:
    """The labels that may teach: reports are tried on the live model and on *known* comments."""
    live = load(local_registry(), signing_key=signing_key_here())
    kept, held = trusted(labels.read_sites(label_file), live.score, _known(known, live))
    _say_held(held)
    return kept


def _say_held(held: list[labels.Held]) -> None:
    for reason, count in sorted(collections.Counter(one.reason for one in held).items()):
        click.echo(f"{count} reports held back: {reason}", err=True)


def read_inputs(
    folder: Path | None, label_file: Path | None, grades: str, *, jobs: int, most: int
) -> Inputs:
    """All in memory, or of more than *most* labels only what is short. As `read_examples`."""
    if label_file is None or not has_more_lines(label_file, most):
        return read_examples(folder, label_file, grades)
    folder = corpora_folder(folder)
    whole = corpora.load(folder, grades=grades) if folder else []
    live = load(local_registry(), signing_key=signing_key_here())
    found, held = stream(label_file, live.score, whole, _known(whole, live), jobs=jobs)
    _say_held(held)
    sources = corpora.hashes(grades, folder) if folder else {}
    return Inputs(
        examples=found.bare,
        sources=sources | {"decisions": sha256_of(label_file)},
        grades=grades,
        stream=found,
    )
