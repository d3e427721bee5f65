"""chaffinch-train fetch: bring the corpora. Parses, calls, prints; decides nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from training.corpora import CORPORA, Corpus
from training.download import Watch
from training.errors import CorpusMissing, TrainingError
from training.fetch import fetch_mirror, fetch_original, fetch_table
from training.originals import ORIGINALS, UNREACHABLE


@click.command()
@click.argument("names", nargs=-1)
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("corpora"),
    show_default=True,
    help="Folder to bring them to; give it to the other commands as --corpora.",
)
@click.option("--mirror", help="Address of a folder that holds NAME.jsonl.gz for each corpus.")
@click.option("--own-table", is_flag=True, help="The mirror describes its corpora (corpora.json).")
@click.option("--grades", default="AB", show_default=True, help="Licence grades to bring.")
@click.option("--list", "only_list", is_flag=True, help="Show what can be fetched, and stop.")
def fetch(
    names: tuple[str, ...],
    folder: Path,
    mirror: str | None,
    grades: str,
    *,
    own_table: bool,
    only_list: bool,
) -> None:
    """Fetch corpora NAMES (else all), resumed where it broke off and verified by sha256.

    From a mirror come the very rows the shipped models were fitted on. Without one, the original
    files come from their public repositories and are turned into rows here: those are noted in
    corpora.json, and a model fitted on them names their sha256. Rows never go into a repository.
    """
    if only_list:
        _list()
        return
    missing: list[str] = []
    with _progress() as shown:

        def seen(url: str) -> Watch:
            task = shown.add_task(url.rpartition("/")[2], total=None)
            return lambda done, total: shown.update(task, completed=done, total=total)

        if mirror:
            known = fetch_table(mirror, folder, seen) if own_table else list(CORPORA)
            wanted = _chosen(known, names, grades)
            fetched = fetch_mirror(mirror, folder, wanted, seen)
        else:
            fetched, missing = _originals(_chosen(CORPORA, names, grades), folder, seen, names)
    for name in fetched:
        click.echo(f"{name}: there")
    for reason in missing:
        click.echo(f"not there: {reason}", err=True)


def _originals(
    wanted: list[Corpus], folder: Path, seen: Callable[[str], Watch], names: tuple[str, ...]
) -> tuple[list[str], list[str]]:
    fetched: list[str] = []
    missing: list[str] = []
    for corpus in wanted:
        try:
            fetched.append(fetch_original(corpus, folder, seen=seen).name)
        except TrainingError as error:
            if names:
                raise
            missing.append(str(error))
    return fetched, missing


def _chosen(known: Sequence[Corpus], names: tuple[str, ...], grades: str) -> list[Corpus]:
    strange = set(names) - {corpus.name for corpus in known}
    if strange:
        raise CorpusMissing(f"there is no corpus {', '.join(sorted(strange))}")
    return [c for c in known if (c.name in names if names else c.grade in grades)]


def _list() -> None:
    for corpus in CORPORA:
        original = ORIGINALS.get(corpus.name)
        where = original.urls()[0] if original else f"mirror only: {UNREACHABLE[corpus.name]}"
        click.echo(f"{corpus.name}\t{corpus.grade}\t{corpus.licence}\t{where}")


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )
