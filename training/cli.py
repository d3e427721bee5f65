"""chaffinch-train: the maintainer's command. Parses, calls, prints; decides nothing."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import json
import os
import sys
from pathlib import Path

import click
import numpy as np
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from models.artefact import find_signing_key, make_signing_key
from models.classifier import Classifier
from models.errors import ModelError
from models.loader import load
from models.manifest import read_manifest
from models.registry import Registry, default_data_dir
from models.shared import SharedModels
from training import corpora, labels
from training.cli_fetch import fetch
from training.cli_measure import Asked, measure_protocols, peers_command
from training.cli_search import search
from training.cli_sites import sites
from training.compare import compare as compare_models
from training.errors import CorpusMissing, TrainingError
from training.evaluate import by_slice
from training.example import Example
from training.gates import judge
from training.printed import print_comparison, print_table
from training.promote import promote as promote_model
from training.promote import rollback as roll_back
from training.promote import trial
from training.recipe import Recipe
from training.retrain import Inputs, save, sha256_of
from training.retrain import retrain as retrain_model
from training.ship import ship as ship_model
from training.stream import has_more_lines, stream
from training.trust import Known, trusted
from training.workers import Workers, workers_options

FAILED = 1
# Known comments that a site's reports are tried on: 3 ms each.
_TRIED_ON = 1000


class _Sentences(click.Group):
    """A group whose commands end in one sentence on stderr and an exit code."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; what we refuse becomes a sentence."""
        try:
            return super().invoke(ctx)
        except (TrainingError, ModelError) as error:
            click.echo(f"chaffinch-train: {error}", err=True)
            ctx.exit(FAILED)


def _data_dir() -> Path:
    named = os.environ.get("CHAFFINCH_DATA_DIR")
    return Path(named).expanduser() if named else default_data_dir(os.environ)


def _registry() -> Registry:
    named = os.environ.get("CHAFFINCH_MODELS_DIR")
    return Registry(Path(named).expanduser() if named else _data_dir() / "models")


def _signing_key() -> bytes | None:
    return find_signing_key(_data_dir() / "model.key")


def _publish(folder: Path) -> None:
    """Let all servers have the model in *folder*, where CHAFFINCH_MODELS_URL names their place."""
    url = os.environ.get("CHAFFINCH_MODELS_URL")
    if url:
        SharedModels(url).publish(folder)


def _folder(named: Path | None) -> Path | None:
    known = os.environ.get("CHAFFINCH_CORPORA")
    return named or (Path(known) if known else None)


def _read_examples(folder: Path | None, label_file: Path | None, grades: str) -> Inputs:
    folder = _folder(folder)
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
    live = load(_registry(), signing_key=_signing_key())
    kept, held = trusted(labels.read_sites(label_file), live.score, _known(known, live))
    _say_held(held)
    return kept


def _say_held(held: list[labels.Held]) -> None:
    for reason, count in sorted(collections.Counter(one.reason for one in held).items()):
        click.echo(f"{count} reports held back: {reason}", err=True)


def _inputs(
    folder: Path | None, label_file: Path | None, grades: str, jobs: int, most: int
) -> Inputs:
    """All in memory, or of more than *most* labels only what is short."""
    if label_file is None or not has_more_lines(label_file, most):
        return _read_examples(folder, label_file, grades)
    folder = _folder(folder)
    whole = corpora.load(folder, grades=grades) if folder else []
    live = load(_registry(), signing_key=_signing_key())
    found, held = stream(label_file, live.score, whole, _known(whole, live), jobs=jobs)
    _say_held(held)
    sources = corpora.hashes(grades, folder) if folder else {}
    return Inputs(
        examples=found.bare,
        sources=sources | {"decisions": sha256_of(label_file)},
        grades=grades,
        stream=found,
    )


_corpora_option = click.option(
    "--corpora",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of corpora; else CHAFFINCH_CORPORA.",
)
_labels_option = click.option(
    "--labels",
    "label_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Labels written by `chaffinch export`.",
)


@click.group(cls=_Sentences, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="chaffinch", prog_name="chaffinch-train")
def main() -> None:
    """Make, measure and promote the models that Chaffinch answers with.

    \b
    From the moderators' decisions to a better model:
      chaffinch export > labels.jsonl
      chaffinch-train retrain --corpora DIR --labels labels.jsonl
      chaffinch-train compare candidate live --labels labels.jsonl
      chaffinch-train promote --labels labels.jsonl
    """  # noqa: D301 - \b is click's mark for a block it must not wrap


@main.command()
@_corpora_option
@_labels_option
@click.option("--grades", default="AB", show_default=True, help="Licence grades that may feed it.")
@click.option("--strength", default=1.0, show_default=True, help="C of the logistic regression.")
@click.option(
    "--seed", default=0, show_default=True, help="Same seed, corpora, versions: same bytes."
)
@click.option(
    "--most",
    default=30_000,
    show_default=True,
    help="Labels held in memory; more are put on a disk.",
)
@click.option(
    "--pieces",
    "disk",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder for those, 16 kB each; all workers must see it. Else the data folder.",
)
@workers_options
def retrain(
    folder: Path | None,
    label_file: Path | None,
    grades: str,
    *,
    strength: float,
    seed: int,
    most: int,
    disk: Path | None,
    workers: Workers,
) -> None:
    """Fit a new model on corpora and labels and keep it as `candidate`."""
    registry, key = _registry(), make_signing_key(_data_dir() / "model.key")
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as shown:
        task = shown.add_task("reading", total=None)
        with workers.at_work():
            inputs = _inputs(folder, label_file, grades, workers.jobs, most)
            manifest, raw = retrain_model(
                dataclasses.replace(inputs, folder=disk or _data_dir()),
                Recipe(strength=strength, seed=seed),
                jobs=workers.jobs,
                made_at=dt.datetime.now(dt.UTC),
                seen=lambda step: shown.update(task, description=step),
            )
    model_id = save(registry, manifest, raw, key=key, parent=registry.aliases().get("live", ""))
    click.echo(f"candidate {model_id}: {len(inputs.examples)} comments, {len(raw)} bytes")
    print_table(manifest.numbers)


@main.command()
@click.argument("name", default="live")
@_corpora_option
@_labels_option
@click.option("--grades", default="AB", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
@click.option("--protocols", "by_protocol", is_flag=True, help="Fit anew without each blog tested.")
@click.option("--only", "which", default="ABCDEFGHIT", show_default=True, help="Which.")
@click.option("--jobs", default=2, show_default=True, help="Processes to share the work.")
@click.option("--report", "place", type=click.Path(path_type=Path), help="HTML to write it to.")
def evaluate(
    name: str,
    which: str,
    folder: Path | None,
    label_file: Path | None,
    grades: str,
    place: Path | None,
    *,
    jobs: int,
    as_json: bool,
    by_protocol: bool,
) -> None:
    """Measure the model NAME on corpora and labels, through the same verdict as the service.

    A model knows what it was fitted on: --protocols measures its way of training on unseen blogs.
    """
    if by_protocol:
        measured = _read_examples(folder, label_file, grades).examples
        asked = Asked(which=which, jobs=jobs, folder=_folder(folder), place=place)
        measure_protocols(measured, asked)
        return
    classifier = load(_registry(), name, signing_key=_signing_key())
    inputs = _read_examples(folder, label_file, grades)
    scores = np.array([classifier.score(e.comment).value for e in inputs.examples])
    found = by_slice(inputs.examples, scores, classifier.cutoffs)
    if as_json:
        click.echo(json.dumps(found, indent=1))
    else:
        print_table(found)


@main.command()
@click.argument("candidate", default="candidate")
@click.argument("live", default="live")
@_corpora_option
@_labels_option
def compare(candidate: str, live: str, folder: Path | None, label_file: Path | None) -> None:
    """Compare two models on the same comments: won, tied, lost, and who changed sides."""
    registry, key = _registry(), _signing_key()
    inputs = _read_examples(folder, label_file, "AB")
    found = compare_models(
        load(registry, candidate, signing_key=key),
        load(registry, live, signing_key=key),
        inputs.examples,
    )
    print_comparison(found)


@main.command()
@click.argument("name", default="candidate")
@_corpora_option
@_labels_option
def gates(name: str, folder: Path | None, label_file: Path | None) -> None:
    """Show for each gate whether it lets NAME through, and why not. Nothing changes."""
    inputs = _read_examples(folder, label_file, "AB")
    tried = trial(_registry(), inputs.examples, signing_key=_signing_key(), name=name)
    for gate, reasons in judge(tried).items():
        click.echo(f"{'REFUSED' if reasons else 'ok':8}{gate}")
        for reason in reasons:
            click.echo(f"        - {reason}")


@main.command()
@click.argument("name", default="candidate")
@_corpora_option
@_labels_option
def promote(name: str, folder: Path | None, label_file: Path | None) -> None:
    """Make NAME live if every gate lets it through; running services notice within seconds."""
    inputs = _read_examples(folder, label_file, "AB")
    model_id, _ = promote_model(
        _registry(), inputs.examples, signing_key=_signing_key(), name=name, publish=_publish
    )
    click.echo(f"{model_id} is live")


@main.command()
def rollback() -> None:
    """Make the previous model live again."""
    model_id = roll_back(_registry(), signing_key=_signing_key(), publish=_publish)
    click.echo(f"{model_id} is live again")


@main.command("list")
def list_() -> None:
    """List the models and what aliases name them."""
    registry = _registry()
    names: dict[str, list[str]] = {}
    for alias, model_id in sorted(registry.aliases().items()):
        names.setdefault(model_id, []).append(alias)
    for model_id in registry.list_ids():
        manifest = read_manifest((registry.folder(model_id) / "manifest.json").read_bytes())
        marks = ", ".join(names.get(model_id, []))
        click.echo(f"{model_id}\t{manifest.labels} labels\t{manifest.made_at}\t{marks}")


@main.command()
@click.argument("name")
@click.option("--as", "alias", default="live", show_default=True, help="Alias it is shipped under.")
def ship(name: str, alias: str) -> None:
    """Put a local model into the program itself (for those who publish Chaffinch)."""
    click.echo(f"shipped {ship_model(_registry(), name, alias)} as {alias}")


main.add_command(fetch)
main.add_command(peers_command)
main.add_command(search)
main.add_command(sites)
