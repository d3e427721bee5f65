"""chaffinch doctor: every setting and where it came from, and whether each part works."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial

import click

from models.artefact import MANIFEST, find_signing_key
from models.errors import ModelError
from models.loader import load
from models.manifest import read_manifest
from models.registry import Registry
from service.commands.checkup import CHECKS
from service.commands.shared import FAILED
from service.errors import NotReady, ServiceError, SettingsError
from service.runtime import utc_now
from service.settings import Settings, describe
from service.storage.migrate import current, head
from service.storage.spool import REFUSED, Spool, spool_of
from service.storage.store import Store
from service.workflows.forget_person import erased_last
from service.workflows.make_ready import make_ready

# Earlier ones can corrupt a database that several processes write and checkpoint (SECURITY 31).
_SQLITE_SOUND = (3, 51, 3)


@click.command()
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Show every setting and check each part, from the database to clock, disk, mail and proxies.

    Ends with code 1 when something is wrong, with the cause and what mends it.
    """
    for name, value, origin in describe():
        click.echo(f"{name:24} {value}  [{origin}]")
    settings = Settings.load()
    checks: tuple[tuple[str, Callable[[Settings], str]], ...] = (
        ("database", _database),
        ("keys and migrations", _ready),
        ("model", _model),
        ("spool", _spool),
    )
    is_well = True
    store = Store.open(settings.database_url, pool_size=1)
    ours = [(name, partial(check, settings)) for name, check in checks]
    around = [(name, partial(check, settings, store)) for name, check in CHECKS]
    for name, look in (*ours, *around):
        try:
            found, mark = look(), "ok"
        except (ServiceError, SettingsError, ModelError) as error:
            found, mark, is_well = str(error), "FAULT", False
        click.echo(f"{name:24} {mark}: {found}")
    store.close()
    if settings.is_embedded and sqlite3.sqlite_version_info < _SQLITE_SOUND:
        click.echo(
            f"{'sqlite':24} note: {sqlite3.sqlite_version} has a known fault when several "
            "processes write at once; those of Chaffinch take turns, other programs do not: let "
            "none of them write to the file",
        )
    ctx.exit(0 if is_well else FAILED)


def _database(settings: Settings) -> str:
    store = Store.open(settings.database_url, pool_size=1)
    try:
        stands_at = current(store.engine)
    finally:
        store.close()
    return f"answers, migration {stands_at or 'none'} of {head()}"


def _ready(settings: Settings) -> str:
    store = Store.open(settings.database_url, pool_size=1)
    try:
        make_ready(
            with_first=False, store=store, secret=settings.secret_key.reveal(), now=utc_now()
        )
    finally:
        store.close()
    return "this program, this secret and this database belong together"


def _spool(settings: Settings) -> str:
    waiting = Spool(spool_of(settings.data_dir)).waiting_bytes
    refused = spool_of(settings.data_dir) / REFUSED
    if refused.exists():
        raise NotReady(
            f"{refused} holds comments that no database took: look at them, then move it"
        )
    return f"{waiting} bytes wait for the database" if waiting else "nothing waits for the database"


def _model(settings: Settings) -> str:
    key = find_signing_key(settings.data_dir / "model.key")
    registry = Registry(settings.models_dir)
    live = load(registry, "live", signing_key=key)
    found = f"{live.model_id} answers as its manifest says"
    made = read_manifest((registry.folder(live.model_id) / MANIFEST).read_bytes()).made_at
    is_ours = (settings.models_dir / live.model_id).is_dir()
    if is_ours and made <= erased_last(settings.data_dir)[:10]:
        found += "; since it was made a person was forgotten: train again"
    return found
