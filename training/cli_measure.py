"""The commands that measure a way of training: protocols and peers. They parse, call and print."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import click

from models.verdict import Cutoffs
from training import corpora, cutoffs, peers, protocols, report, site_lines
from training.aims import BASELINE
from training.evaluate import sigmoid
from training.evasion import evasion
from training.example import Example
from training.fit import Floats, Table, calibrate, labelled, tabulate, unseen_logits
from training.inside import learning_curve, top_features
from training.printed import print_lines
from training.recipe import Recipe


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What to measure: *which* protocols, by how many *jobs*; *folder* of corpora for F."""

    which: str
    jobs: int
    folder: Path | None
    place: Path | None


def measure_protocols(examples: Sequence[Example], asked: Asked) -> None:
    """Print the measures of the protocols asked for; write the report if it has a place."""
    recipe = Recipe()
    table = tabulate(examples, recipe, jobs=asked.jobs)
    lines = _refitted(table, recipe, asked)
    if asked.place or set(asked.which) & set("EFI"):
        raw = unseen_logits(table, recipe, _say, jobs=asked.jobs)
        slope, shift = calibrate(raw, table.is_spam, table.weights / table.weights.sum())
        unseen = raw * slope + shift
        chosen = cutoffs.choose(examples, sigmoid(unseen))
        lines += _of_sites(examples, unseen, chosen, asked)
    print_lines(lines)
    if asked.place:
        measured = report.Measured(
            title="Chaffinch on blogs it has not seen",
            examples=examples,
            scores=sigmoid(unseen),
            cutoffs=chosen,
            lines=lines,
            curve=learning_curve(table, recipe, _say, jobs=asked.jobs),
            features=top_features(table, recipe),
        )
        report.write(measured, asked.place)
        click.echo(f"written to {asked.place} and {asked.place.with_suffix('.json')}")


def _say(step: str) -> None:
    click.echo(step, err=True)


def _refitted(table: Table, recipe: Recipe, asked: Asked) -> list[protocols.Line]:
    """A to D, G and H, and the baseline that sees only which fields are known."""
    parts = protocols.run(table, recipe, asked.which, jobs=asked.jobs, seen=_say)
    lines = protocols.table_of(table, parts)
    if "G" in asked.which:
        lines += evasion(table, parts, jobs=asked.jobs)
    known = protocols.presence_only(table)
    blind = protocols.run(known, recipe, asked.which, jobs=asked.jobs)
    return lines + protocols.table_of(known, blind, name=BASELINE)


def _of_sites(
    examples: Sequence[Example], unseen: Floats, chosen: Cutoffs, asked: Asked
) -> list[protocols.Line]:
    """E, F and I."""
    lines: list[protocols.Line] = []
    if "E" in asked.which:
        lines += site_lines.decision_lines(examples, unseen, chosen, seen=_say)
    if "F" in asked.which and asked.folder:
        lines += site_lines.campaign_lines(asked.folder, examples, unseen, chosen)
    if "I" in asked.which:
        lines += site_lines.poisoning_lines(examples, unseen, chosen, jobs=asked.jobs, seen=_say)
    return lines


@click.command("peers")
@click.option(
    "--corpora",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder of corpora.",
)
@click.option("--protocols", "which", default="ABC", show_default=True)
@click.option("--jobs", default=2, show_default=True, help="Processes to share the work.")
def peers_command(folder: Path, which: str, jobs: int) -> None:
    """Measure the filters people use today on the splits this one is measured on."""
    table = labelled(corpora.load(folder))
    print_lines(peers.run(table, which, _say, jobs=jobs))
