"""What every command needs: settings, a Store that is closed again, errors in one sentence."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from models.errors import ModelError
from service.errors import ServiceError, SettingsError
from service.settings import Settings
from service.storage.restoring import RestoreMark
from service.storage.store import Store
from service.workflows.make_ready import require_migrated

# 1: refused or failed; 2 is click's own for a command line it can't read.
FAILED = 1
# Of a key, a webhook, an event: what a column of ours can hold.
NUMBER = click.IntRange(1, 2**63 - 1)


class Sentences(click.Group):
    """A group whose commands end in one sentence on stderr and an exit code, never a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; our refusals become a sentence."""
        try:
            return super().invoke(ctx)
        except (ServiceError, SettingsError, ModelError) as error:
            detail = getattr(error, "detail", "")
            click.echo(f"chaffinch: {error}{f' ({detail})' if detail else ''}", err=True)
            ctx.exit(FAILED)


@contextlib.contextmanager
def opened(
    *, is_migrated: bool = True, is_restored: bool = True
) -> Iterator[tuple[Settings, Store]]:
    """Settings and an open Store, closed again when the command ends.

    *is_migrated* False: for commands that make or update the tables themselves; *is_restored*
    False: for the one that brings a backup back. Raises NotReady.
    """
    settings = Settings.load()
    if is_restored:
        RestoreMark(settings.data_dir).require_none()
    store = Store.open(settings.database_url, pool_size=2)
    try:
        if is_migrated:
            require_migrated(store)
        yield settings, store
    finally:
        store.close()


def progress(unit: str) -> Progress:
    """A progress display on stderr that vanishes when done; silent where nobody looks."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
