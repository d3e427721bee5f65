"""chaffinch-train: the maintainer's command. Parses, calls, prints; decides nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import sys
from pathlib import Path

import click
import numpy as np
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from models.artefact import make_signing_key
from models.errors import ModelError
from models.loader import load
from models.manifest import read_manifest
from training.cli_fetch import fetch
from training.cli_inputs import (
    corpora_folder,
    data_dir,
    local_registry,
    publish,
    read_examples,
    read_inputs,
    signing_key_here,
)
from training.cli_measure import Asked, measure_protocols, peers_command
from training.cli_search import search
from training.cli_sites import sites
from training.compare import compare as compare_models
from training.errors import TrainingError
from training.evaluate import by_slice
from training.gates import judge
from training.printed import print_comparison, print_table
from training.promote import promote as promote_model
from training.promote import rollback as roll_back
from training.promote import trial
from training.recipe import Recipe
from training.retrain import retrain as retrain_model
from training.retrain import save
from training.ship import ship as ship_model
from training.workers import Workers, workers_options

FAILED = 1


class _Sentences(click.Group):
    """A group whose commands end in one sentence on stderr and an exit code."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; what we refuse becomes a sentence."""
        try:
            return super().invoke(ctx)
        except (TrainingError, ModelError) as error:
            click.echo(f"chaffinch-train: {error}", err=True)
            ctx.exit(FAILED)


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
    registry, key = local_registry(), make_signing_key(data_dir() / "model.key")
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as shown:
        task = shown.add_task("reading", total=None)
        with workers.at_work():
            inputs = read_inputs(folder, label_file, grades, jobs=workers.jobs, most=most)
            manifest, raw = retrain_model(
                dataclasses.replace(inputs, folder=disk or data_dir()),
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
        measured = read_examples(folder, label_file, grades).examples
        asked = Asked(which=which, jobs=jobs, folder=corpora_folder(folder), place=place)
        measure_protocols(measured, asked)
        return
    classifier = load(local_registry(), name, signing_key=signing_key_here())
    inputs = read_examples(folder, label_file, grades)
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
    registry, key = local_registry(), signing_key_here()
    inputs = read_examples(folder, label_file, "AB")
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
    inputs = read_examples(folder, label_file, "AB")
    tried = trial(local_registry(), inputs.examples, signing_key=signing_key_here(), name=name)
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
    inputs = read_examples(folder, label_file, "AB")
    model_id, _ = promote_model(
        local_registry(),
        inputs.examples,
        signing_key=signing_key_here(),
        name=name,
        publish=publish,
    )
    click.echo(f"{model_id} is live")


@main.command()
def rollback() -> None:
    """Make the previous model live again."""
    model_id = roll_back(local_registry(), signing_key=signing_key_here(), publish=publish)
    click.echo(f"{model_id} is live again")


@main.command("list")
def list_() -> None:
    """List the models and what aliases name them."""
    registry = local_registry()
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
    click.echo(f"shipped {ship_model(local_registry(), name, alias)} as {alias}")


main.add_command(fetch)
main.add_command(peers_command)
main.add_command(search)
main.add_command(sites)
