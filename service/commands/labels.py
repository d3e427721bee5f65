"""chaffinch export, chaffinch purge: labels out, old text forgotten."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import json
from collections.abc import Callable
from typing import Any, Final, TextIO

import click

from models.comment import Comment
from service.commands.shared import opened, progress
from service.errors import InvalidField
from service.history.cells import write_cell
from service.runtime import utc_now
from service.workflows.export import export as labelled
from service.workflows.prune import prune
from service.workflows.retain import retain

_COLUMNS: Final = (
    "guid",
    "site",
    "label",
    "weight",
    "source",
    "decided_at",
    "received_at",
    "label_source",
    "label_note",
)


def read_day(text: str) -> dt.datetime:
    """Midnight UTC of a day written 2026-11-24. Raises InvalidField."""
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=dt.UTC)
    except ValueError:
        raise InvalidField("day", "A day is written 2026-11-24.") from None


@click.command()
@click.option("--since", help="Only what was decided since this day (2026-11-24, UTC).")
@click.option(
    "--out",
    type=click.File("w", encoding="utf-8", lazy=False),
    default="-",
    help="Write here instead of standard output.",
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["jsonl", "csv"]),
    default="jsonl",
    show_default=True,
    help="csv is safe to open in a spreadsheet.",
)
def export(since: str | None, out: TextIO, kind: str) -> None:
    """Write what people decided, for `chaffinch-train retrain --labels` (JSON lines) or to read.

    One comment a line with its label, weight and source; removed and undone ones are left out.
    `chaffinch import jsonl` reads both back, here or in another deployment.
    """
    moment = read_day(since) if since else None
    rows = 0
    with opened() as (_settings, store), progress("comments") as shown:
        task = shown.add_task("exporting", total=None)
        write = _csv_writer(out) if kind == "csv" else _jsonl_writer(out)
        for row in labelled(since=moment, store=store):
            write(row)
            rows += 1
            shown.update(task, completed=rows)
    click.echo(f"{rows} labelled comments", err=True)


def _jsonl_writer(out: TextIO) -> Callable[[dict[str, Any]], None]:
    def write(row: dict[str, Any]) -> None:
        out.write(json.dumps(row, ensure_ascii=True) + "\n")

    return write


def _csv_writer(out: TextIO) -> Callable[[dict[str, Any]], None]:
    """Every cell quoted and none a formula; the fields of a Comment stand under `comment.`."""
    fields = [field.name for field in dataclasses.fields(Comment)]
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([*_COLUMNS, *(f"comment.{name}" for name in fields)])

    def write(row: dict[str, Any]) -> None:
        values = [row.get(name) for name in _COLUMNS]
        values += [row["comment"].get(name) for name in fields]
        writer.writerow([write_cell(_cell(value)) for value in values])

    return write


def _cell(value: object) -> str:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=True)
    return "" if value is None else str(value)


@click.command()
@click.option("--site", "blog", default="", help="Only the website at this address.")
@click.option("--before", help="Forget all text received before this day (2026-11-24, UTC).")
@click.option("--yes", is_flag=True, help="Do not ask.")
def purge(blog: str, before: str | None, *, yes: bool) -> None:
    """Forget comment text past its keeping time; counts, verdicts and decisions stay.

    Without --before each website's own policy says how long text is kept; then, and without --site,
    rows go as well that CHAFFINCH_ROWS_DAYS says are old enough, and counts by day stay.
    """
    moment = read_day(before) if before else None
    if moment and not yes:
        click.confirm(f"Forget all comment text received before {before}?", abort=True, err=True)
    dropped = 0
    with opened() as (settings, store), progress("sites") as shown:
        shown.add_task("forgetting", total=None)
        forgotten = retain(blog=blog, before=moment, store=store, now=utc_now())
        if settings.rows_days and not blog and not before:
            dropped = prune(rows_days=settings.rows_days, store=store, now=utc_now())
    for site, rows in forgotten:
        click.echo(f"{site.blog}: {rows} forgotten")
    if dropped:
        click.echo(f"{dropped} rows of forgotten comments dropped; their counts stay by day")
    if not forgotten and not dropped:
        click.echo("Nothing was old enough.")
