"""chaffinch import …: history of other programs in, as labels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from service.commands.shared import NUMBER, opened, progress
from service.history.formats import FORMATS
from service.runtime import utc_now
from service.workflows.import_history import (
    Brought,
    How,
    import_history,
    list_imports,
    revert_import,
)


@click.group("import")
def import_() -> None:
    """Bring in what another program knows: its comments and who called them spam.

    The whole file is read before anything is written; a second run of the same file changes
    nothing. What came in teaches (see `chaffinch export`) and never appears in the queue.
    """


def _command(name: str) -> Callable[..., None]:
    def run(file: Path, site: str, *, dry_run: bool, no_pii: bool, any_site: bool = False) -> None:
        with opened() as (settings, store), progress("bytes") as shown:
            task = shown.add_task("reading", total=file.stat().st_size)
            brought = import_history(
                file,
                name,
                site,
                How(is_dry=dry_run, any_site=any_site, has_people=not no_pii),
                moved=lambda done: shown.update(task, completed=done),
                data_dir=settings.data_dir,
                store=store,
                secret=settings.secret_key.reveal(),
                now=utc_now(),
            )
        _tell(brought, is_dry=dry_run)

    run.__doc__ = f"{FORMATS[name]}\n\nFILE is read as it is; nothing in it is ever fetched."
    return run


def _tell(brought: Brought, *, is_dry: bool) -> None:
    """What the file held, what came of it, and what it could not hold."""
    labels = {"ham": 0, "spam": 0, "": 0}
    teaching = 0
    for (label, _source, exclude), rows in brought.tally.items():
        labels[label] += rows
        teaching += rows if label and not exclude else 0
    click.echo(f"ham={labels['ham']}, spam={labels['spam']}, unlabelled={labels['']}")
    for (label, source, exclude), rows in sorted(brought.tally.items()):
        why = f", does not teach: {exclude}" if exclude else ""
        click.echo(f"  {rows}\t{label or 'no label'} ({source}){why}")
    for reason, rows in sorted(brought.skipped.items()):
        click.echo(f"  {rows}\t{reason}")
    for sentence in brought.said:
        click.echo(f"note: {sentence}")
    if is_dry:
        click.echo(f"nothing was written; {teaching} comments would teach")
    elif brought.import_id is not None:
        done = brought.written
        click.echo(
            f"import {brought.import_id}: {done.get('new', 0)} new, {done.get('better', 0)} better "
            f"known, {done.get('same', 0)} there already; {teaching} teach"
        )


for _name in FORMATS:
    _made = click.command(_name)(_command(_name))
    _made.params = [
        click.Argument(["file"], type=click.Path(exists=True, dir_okay=False, path_type=Path)),
        click.Option(["--site"], required=True, help="Address of the website it is about."),
        click.Option(["--dry-run"], is_flag=True, help="Read and count; write nothing."),
        click.Option(["--no-pii"], is_flag=True, help="Drop names, addresses and e-mails."),
    ]
    if _name == "jsonl":
        _made.params.append(
            click.Option(["--any-site"], is_flag=True, help="Take rows of every site in the file.")
        )
    import_.add_command(_made)


@import_.command("list")
def list_() -> None:
    """List what was brought in."""
    with opened() as (_settings, store):
        for site, one in list_imports(store=store):
            state = "" if one.finished_at else "\tcut short: run it again"
            click.echo(
                f"{one.import_id}\t{one.started_at:%Y-%m-%d %H:%M}\t{one.source}\t{site.blog}\t"
                f"{one.rows} comments\t{one.file_name}{state}"
            )


@import_.command("revert")
@click.argument("number", type=NUMBER)
def revert(number: int) -> None:
    """Take the import of this NUMBER back: its comments and labels, nothing else."""
    with opened() as (_settings, store):
        rows = revert_import(number, store=store)
    click.echo(f"import {number} is taken back: {rows} comments")
