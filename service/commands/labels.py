"""chaffinch export, chaffinch purge: labels out, old text forgotten."""

from __future__ import annotations

import datetime as dt
import json
from typing import TextIO

import click

from service.commands.shared import opened, progress
from service.errors import InvalidField
from service.runtime import utc_now
from service.workflows.export import export as labelled
from service.workflows.retain import retain


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
def export(since: str | None, out: TextIO) -> None:
    """Write what people decided as JSON lines, for `chaffinch-train retrain --labels`.

    One comment a line with its label, weight and source; removed and undone ones are left out.
    """
    moment = read_day(since) if since else None
    rows = 0
    with opened() as (_settings, store), progress("comments") as shown:
        task = shown.add_task("exporting", total=None)
        for row in labelled(since=moment, store=store):
            out.write(json.dumps(row, ensure_ascii=True) + "\n")
            rows += 1
            shown.update(task, completed=rows)
    click.echo(f"{rows} labelled comments", err=True)


@click.command()
@click.option("--site", "blog", default="", help="Only the website at this address.")
@click.option("--before", help="Forget all text received before this day (2026-11-24, UTC).")
@click.option("--yes", is_flag=True, help="Do not ask.")
def purge(blog: str, before: str | None, *, yes: bool) -> None:
    """Forget comment text past its keeping time; counts, verdicts and decisions stay.

    Without --before each website's own policy says how long text is kept.
    """
    moment = read_day(before) if before else None
    if moment and not yes:
        click.confirm(f"Forget all comment text received before {before}?", abort=True, err=True)
    with opened() as (_settings, store), progress("sites") as shown:
        shown.add_task("forgetting", total=None)
        forgotten = retain(blog=blog, before=moment, store=store, now=utc_now())
    for site, rows in forgotten:
        click.echo(f"{site.blog}: {rows} forgotten")
    if not forgotten:
        click.echo("Nothing was old enough.")
