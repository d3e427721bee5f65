"""chaffinch-train search: which recipe finds most on blogs and videos it has not seen."""

from __future__ import annotations

import itertools
from pathlib import Path

import click

from training import corpora
from training.recipe import Recipe
from training.search import search as search_recipes
from training.workers import Workers, corpora_option, workers_options


def _numbers(_: click.Context, __: click.Parameter, value: str) -> list[float]:
    try:
        return [float(one) for one in value.split(",")]
    except ValueError:
        raise click.BadParameter("numbers with commas between, like 0.3,1,3") from None


@click.command()
@corpora_option
@click.option("--strengths", default="0.3,1,3", show_default=True, callback=_numbers)
@click.option("--mask-rates", default="0.5", show_default=True, callback=_numbers)
@workers_options
def search(folder: Path, strengths: list[float], mask_rates: list[float], workers: Workers) -> None:
    """Fit every pair of the named strengths and mask rates in five folds, the best last."""
    recipes = [
        Recipe(strength=strength, mask_rate=rate)
        for strength, rate in itertools.product(strengths, mask_rates)
    ]
    click.echo("strength\tmask rate\tAUC\trecall at 1 % FPR")
    with workers.at_work():
        tried = list(
            search_recipes(
                corpora.load(folder),
                recipes,
                jobs=workers.jobs,
                seen=lambda step: click.echo(step, err=True),
            )
        )
    for one in sorted(tried, key=lambda one: one.auc):
        click.echo(
            f"{one.recipe.strength:g}\t{one.recipe.mask_rate:g}\t{one.auc:.4f}\t{one.recall:.4f}"
        )
