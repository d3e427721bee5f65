"""chaffinch privacy: what is known of one person, and forgetting them."""

from __future__ import annotations

import dataclasses
import json

import click

from service.commands.shared import Sentences, opened
from service.errors import NotReady
from service.runtime import remembered_of, utc_now
from service.settings import Settings
from service.storage.spool import Spool, spool_of
from service.storage.store import Store
from service.workflows import forget_person as workflow
from service.workflows.list_models import list_models


@click.group(cls=Sentences)
def privacy() -> None:
    """Show or forget what is kept of one person."""


def _drain(settings: Settings, store: Store) -> None:
    """Nothing of anybody may wait outside of the database. Raises NotReady."""
    store.spool = Spool(spool_of(settings.data_dir))
    store.drain()
    if store.spool.waiting_bytes:
        raise NotReady(
            "A running server still holds comments that the database did not take: try again in a "
            "few seconds."
        )


@privacy.command("export")
@click.option("--email", required=True, help="The address the person commented with.")
def export_person(email: str) -> None:
    """Print everything kept of the person, one JSON object for each comment."""
    with opened() as (settings, store):
        _drain(settings, store)
        for row in workflow.show_person(email, store=store):
            click.echo(json.dumps(row, ensure_ascii=False))


@privacy.command()
@click.option("--email", required=True, help="The address the person commented with.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(email: str, *, yes: bool) -> None:
    """Forget the person for good and print a certificate of counts.

    Comments, search words, notes, lists, the log, brought-in history and sent mail lose what was
    theirs; verdicts and decisions stay as counts. Running servers forget within seconds what a
    site learned of them. "retrain" names the models made here: train again, and what they may
    have learned of this person is gone, too.
    """
    if not yes:
        click.confirm("Forget this person for good?", abort=True, err=True)
    with opened() as (settings, store):
        _drain(settings, store)
        done = workflow.forget_person(
            email,
            data_dir=settings.data_dir,
            store=store,
            secret=settings.secret_key.reveal(),
            now=utc_now(),
        )
    remembered_of(settings).forget()
    click.echo(done.write(retrain=_made_here(settings)))


def _made_here(settings: Settings) -> list[str]:
    every = (known.manifest.model_id for known in list_models(settings.models_dir))
    return [model_id for model_id in every if (settings.models_dir / model_id).is_dir()]


@privacy.command()
def replay() -> None:
    """Forget again whom this deployment was asked to forget, after an old backup came back."""
    with opened() as (settings, store):
        counts = workflow.replay(
            data_dir=settings.data_dir,
            store=store,
            secret=settings.secret_key.reveal(),
            now=utc_now(),
        )
    remembered_of(settings).forget()
    click.echo(json.dumps(dataclasses.asdict(counts)))
