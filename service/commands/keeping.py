"""chaffinch backup, restore, db copy: everything in one file or another database, proven."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click

from models.artefact import find_signing_key
from models.errors import ModelError
from models.loader import load
from models.registry import Registry
from service.commands.shared import opened
from service.errors import BadFile, Conflict, NotReady, Unavailable
from service.runtime import utc_now
from service.settings import Settings
from service.storage import migrate
from service.storage.copying import Proof, copy_all, prove
from service.storage.restoring import RestoreMark
from service.storage.store import Store
from service.workflows.forget_person import replay

_ROWS: Final = "database.sqlite3"
_PROOF: Final = "proof.json"
_MODELS: Final = "models"


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Write everything but the secrets into FILE, while the server goes on.

    Comments, decisions, people, keys and settings of sites as of one moment, and the models
    trained here. Not in it: secret.key and model.key. Keep a copy of those elsewhere.
    """
    if file.exists():
        raise Conflict(f"{file.name} is there already: nothing was written over it.")
    with opened() as (settings, store), tempfile.TemporaryDirectory(dir=_beside(file)) as place:
        rows = Path(place) / _ROWS
        with _made(f"sqlite:///{rows}") as target:
            proofs = copy_all(store.engine, target.engine)
        told = {
            "migration": migrate.head(),
            "model": _model(settings),
            "tables": [dataclasses.asdict(one) for one in proofs],
        }
        packed = Path(place) / "backup.tar"
        _pack(packed, rows, settings.models_dir, json.dumps(told, indent=1).encode())
        packed.replace(file)
    click.echo(f"{_counted(proofs)} in {file.name}, each read back and equal by hash")
    click.echo("not in it: secret.key and model.key; without the same secret no key is known")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def restore(file: Path) -> None:
    """Bring FILE of `chaffinch backup` back into an empty database, on either engine.

    Cut off at any moment, it goes on when it is run again; until then nothing serves. Ends with
    code 1 when a row or the live model is not what it was.
    """
    settings = Settings.load()
    mark = RestoreMark(settings.data_dir)
    with tempfile.TemporaryDirectory() as place:
        told = _unpack(file, Path(place))
        if told.get("migration") != migrate.head():
            raise NotReady(
                f"{file.name} was made at migration {told.get('migration')}, this program stands "
                f"at {migrate.head()}: restore it with the Chaffinch that made it, then upgrade.",
            )
        models = Path(place) / _MODELS
        has_models = settings.models_dir.is_dir() and any(settings.models_dir.iterdir())
        if models.is_dir() and has_models and not mark.is_there:
            raise Conflict("There are models in the models folder: move them away first.")
        is_first = not mark.is_there
        mark.begin(file.name, _hash(file))
        proofs = _proofs(told["tables"]) or []
        if not mark.has_rows:
            _bring_rows(settings, Path(place) / _ROWS, proofs, mark, is_first=is_first)
        if models.is_dir():
            settings.models_dir.parent.mkdir(parents=True, exist_ok=True)
            _place(models, settings.models_dir)
    _forget_again(settings)
    mark.end()
    found = _model(settings)
    click.echo(f"{_counted(proofs)} restored, each equal by hash")
    if found != told["model"]:
        raise Unavailable(
            f"The rows are back, but {found or 'no model'} is live, not {told['model']}: "
            "bring model.key back, or run `chaffinch-train promote`.",
        )
    click.echo(f"model {found} is live and answers its golden comments as before")


def _bring_rows(
    settings: Settings, rows: Path, proofs: list[Proof], mark: RestoreMark, *, is_first: bool
) -> None:
    """All rows in one transaction, unless an earlier try had brought them and could not say so."""
    with _made(f"sqlite:///{rows}") as source, _made(settings.database_url) as target:
        try:
            if is_first or prove(target.engine) != proofs:
                copy_all(source.engine, target.engine, expected=proofs)
        except (Conflict, Unavailable):
            # Nothing was written: there is nothing to go on with.
            mark.end()
            raise
    mark.note_rows()


def _hash(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@click.command()
@click.option("--to", "url", required=True, help="Address of the other database, made and empty.")
def copy(url: str) -> None:
    """Copy everything into another, empty database, such as PostgreSQL; the old one stays.

    Stop the servers first: what comes in meanwhile is not copied.
    """
    with opened() as (_settings, store):
        proofs = _into(url, store, None)
    click.echo(f"{_counted(proofs)} copied, each read back and equal by hash")
    click.echo("now set CHAFFINCH_DATABASE_URL to the new address; keep the same secret")


def _forget_again(settings: Settings) -> None:
    """Whom this deployment was asked to forget since the backup was made, stays forgotten."""
    with opened(is_restored=False) as (_settings, store):
        counts = replay(
            data_dir=settings.data_dir,
            store=store,
            secret=settings.secret_key.reveal(),
            now=utc_now(),
        )
    if counts.comments or counts.imported:
        click.echo(f"{counts.comments + counts.imported} comments forgotten again")


@contextlib.contextmanager
def _made(url: str) -> Iterator[Store]:
    """A Store at *url* with the tables of this program, closed again."""
    store = Store.open(url, pool_size=2)
    try:
        migrate.upgrade(store.engine)
        yield store
    finally:
        store.close()


def _into(url: str, source: Store, expected: list[dict[str, object]] | None) -> list[Proof]:
    with _made(url) as target:
        return copy_all(source.engine, target.engine, expected=_proofs(expected))


def _proofs(told: list[dict[str, object]] | None) -> list[Proof] | None:
    if told is None:
        return None
    return [Proof(str(one["table"]), int(str(one["rows"])), str(one["sha256"])) for one in told]


def _model(settings: Settings) -> str:
    """The live model, once it has answered its golden comments as its manifest says; "" if none."""
    key = find_signing_key(settings.data_dir / "model.key")
    try:
        return load(Registry(settings.models_dir), "live", signing_key=key).model_id
    except ModelError:
        return ""


def _beside(file: Path) -> Path:
    return file.absolute().parent


def _counted(proofs: list[Proof]) -> str:
    filled = [one for one in proofs if one.rows]
    return f"{sum(one.rows for one in filled)} rows of {len(filled)} tables"


def _pack(packed: Path, rows: Path, models: Path, proof: bytes) -> None:
    # Keys of people and texts of comments are in it: for its owner's eyes only.
    with os.fdopen(os.open(packed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        with tarfile.open(fileobj=stream, mode="w") as tar:
            header = tarfile.TarInfo(_PROOF)
            header.size = len(proof)
            tar.addfile(header, io.BytesIO(proof))
            tar.add(rows, _ROWS)
            if models.is_dir():
                tar.add(models, _MODELS)
        stream.flush()
        os.fsync(stream.fileno())


def _unpack(file: Path, place: Path) -> dict[str, Any]:
    refused = BadFile(f"{file.name} is no whole backup of Chaffinch.")
    try:
        with tarfile.open(file) as tar:
            tar.extractall(place, filter="data")
        told = json.loads((place / _PROOF).read_bytes())
    except (tarfile.TarError, OSError, ValueError):
        raise refused from None
    if not {"tables", "model"} <= set(told) or not (place / _ROWS).is_file():
        raise refused
    return dict(told)


def _place(models: Path, to: Path) -> None:
    for one in _files(models):
        target = to / one.relative_to(models)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(one.read_bytes())


def _files(folder: Path) -> Iterator[Path]:
    return (one for one in sorted(folder.rglob("*")) if one.is_file())
