"""The commands that measure a way of training: protocols and peers. They parse, call and print."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from training import corpora, cutoffs, peers, protocols, report
from training.evaluate import sigmoid
from training.evasion import evasion
from training.example import Example
from training.fit import calibrate, labelled, tabulate, unseen_logits
from training.recipe import Recipe


def measure_protocols(
    examples: Sequence[Example], which: str, *, jobs: int, place: Path | None
) -> None:
    """Print the measures of the protocols in *which*; write the report to *place* if given."""
    recipe = Recipe()
    table = tabulate(examples, recipe, jobs=jobs)
    parts = protocols.run(
        table, recipe, which, jobs=jobs, seen=lambda step: click.echo(step, err=True)
    )
    lines = protocols.table_of(table, parts)
    if "G" in which:
        lines += evasion(table, parts, jobs=jobs)
    known = protocols.presence_only(table)
    lines += protocols.table_of(
        known, protocols.run(known, recipe, "AB", jobs=jobs), name="which fields are known"
    )
    print_lines(lines)
    if place:
        raw = unseen_logits(table, recipe, jobs=jobs)
        slope, shift = calibrate(raw, table.is_spam, table.weights / table.weights.sum())
        scores = sigmoid(raw * slope + shift)
        measured = report.Measured(
            title="Chaffinch on blogs it has not seen",
            examples=examples,
            scores=scores,
            cutoffs=cutoffs.choose(examples, scores),
            lines=lines,
        )
        report.write(measured, place)
        click.echo(f"written to {place} and {place.with_suffix('.json')}")


def print_lines(lines: Sequence[protocols.Line]) -> None:
    """The table, one measure a line, tab-separated."""
    click.echo("protocol\tpart\tmeasure\tvalue\t95 % from\tto\tspam\tham\tgroups")
    for x in lines:
        click.echo(
            f"{x.protocol}\t{x.name}\t{x.measure}\t{x.value:.4f}\t{x.low:.4f}\t{x.high:.4f}\t"
            f"{x.spam}\t{x.ham}\t{x.groups}"
        )


@click.command("peers")
@click.option(
    "--corpora",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder of corpora.",
)
@click.option("--protocols", "which", default="ABC", show_default=True)
def peers_command(folder: Path, which: str) -> None:
    """Measure the filters people use today on the splits this one is measured on."""
    table = labelled(corpora.load(folder))
    print_lines(peers.run(table, which, seen=lambda step: click.echo(step, err=True)))
