"""chaffinch-train sites: protocols E, F and I. Parses, calls, prints; decides nothing."""

from __future__ import annotations

import dataclasses
import random
import sys
from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from training import corpora, cutoffs, fit
from training.campaign_protocol import campaign_logits, measure_campaigns
from training.evaluate import sigmoid
from training.poisoning import Bench, measure_batches, measure_poisoning
from training.recipe import Recipe
from training.site_protocols import DRAWS, Held, decisions_rows, summary
from training.workers import corpora_option

_BENCH = 6000


@click.command()
@corpora_option
@click.option("--jobs", default=2, show_default=True, help="Processes to share the work.")
@click.option("--draws", default=DRAWS, show_default=True, help="Draws of decisions for each site.")
@click.option("--each", is_flag=True, help="A line for each site, not only the means.")
def sites(folder: Path, jobs: int, draws: int, *, each: bool) -> None:
    """Measure what a site's own decisions are worth, on blogs the model has not seen.

    E: ranking and verdicts after 10, 50 and 200 decisions. F: a campaign after one decision. I:
    what poisoned reports can do. Takes some ten minutes.
    """
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as shown:
        task = shown.add_task("reading", total=None)
        _measure(
            folder,
            jobs=jobs,
            draws=draws,
            each=each,
            seen=lambda step: shown.update(task, description=step),
        )


def _measure(
    folder: Path, *, jobs: int, draws: int, each: bool, seen: Callable[[str], None]
) -> None:
    examples = corpora.load(folder)
    recipe = Recipe()
    unseen = fit.fit(fit.tabulate(examples, recipe, jobs=jobs), recipe, seen).unseen
    chosen = cutoffs.choose(examples, sigmoid(unseen))
    rows = decisions_rows(examples, unseen, chosen, seen=seen, draws=draws)
    for one in summary(rows):
        _print(one)
    for row in rows if each else ():
        _print(dataclasses.asdict(row))
    logits = campaign_logits(
        [e.corpus for e in examples], [e.twins for e in examples], list(unseen)
    )
    for campaign in measure_campaigns(folder, logits, chosen.spam_from):
        _print({"protocol": "F campaigns"} | dataclasses.asdict(campaign))
    blogs = [e for e in examples if e.corpus.startswith(("wp_", "ham_"))]
    held = Held.of(examples, unseen, chosen)
    random.Random(0).shuffle(examples)  # noqa: S311 - a draw, not a secret
    bench = Bench(examples[:_BENCH], jobs=jobs)
    for attack in measure_poisoning(bench, seen=seen):
        _print({"protocol": "I poisoning"} | dataclasses.asdict(attack))
    for size in (20, 50):
        honest, turned = measure_batches(blogs, held.score, size=size)
        _print(
            {
                "protocol": f"I M-11 batches of {size}",
                "batches": len(honest),
                "most_harm_of_honest": max(honest),
                "least_harm_of_turned": min(turned),
            }
        )


def _print(row: dict[str, object]) -> None:
    cells = (f"{k}={v:.4f}" if isinstance(v, float) else f"{k}={v}" for k, v in row.items())
    click.echo("\t".join(cells))
