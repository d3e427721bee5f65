"""What the maintainer's commands print: tables, one row a line, tab-separated."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import click

from training.aims import said
from training.compare import Comparison
from training.evaluate import Numbers
from training.protocols import Line


def print_comparison(found: Comparison) -> None:
    """Won, tied and lost by slice, and twenty comments that changed sides."""
    for name, part in {"all": found.whole, **found.slices}.items():
        click.echo(
            f"{name}: won {part.won}, tied {part.tied}, lost {part.lost} (p = {part.p:.3g}); "
            f"good hidden {part.hidden_before} -> {part.hidden_after} of {part.ham}; "
            f"spam caught {part.caught_before} -> {part.caught_after} of {part.spam}"
        )
    for one in found.changed[:20]:
        text = " ".join(one.text.split())[:80]
        click.echo(f"  {one.before.value} -> {one.after.value} ({one.label}): {text!r}")


def print_table(found: dict[str, dict[str, object]]) -> None:
    """The Numbers of each slice."""
    names = [field.name for field in dataclasses.fields(Numbers)]
    click.echo("\t".join(["slice", *names]))
    for name, numbers in found.items():
        click.echo("\t".join([name, *(_cell(numbers[column]) for column in names)]))


def print_lines(lines: Sequence[Line]) -> None:
    """The table, one measure a line, tab-separated, each with its aim."""
    click.echo("protocol\tpart\tmeasure\tvalue\t95 % from\tto\tspam\tham\tgroups\taim\tmet")
    for x in lines:
        aim, met = said(x, lines)
        click.echo(
            f"{x.protocol}\t{x.name}\t{x.measure}\t{x.value:.4f}\t{x.low:.4f}\t{x.high:.4f}\t"
            f"{x.spam}\t{x.ham}\t{x.groups}\t{aim}\t{met}"
        )


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.4f}" if isinstance(value, float) else str(value)
