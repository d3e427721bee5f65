"""chaffinch privacy: what is known of one person, and forgetting them."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Iterator

import click

from service.commands.shared import Sentences, opened
from service.domain.erasure import Asked
from service.errors import InvalidField
from service.runtime import remembered_of, utc_now
from service.settings import Settings
from service.storage.spool import Spool, spool_of
from service.storage.store import Store
from service.workflows import forget_person as workflow
from service.workflows.list_models import list_made_here


@click.group(cls=Sentences)
def privacy() -> None:
    """Show or forget what is kept of one person."""


_email = click.option("--email", default="", help="The e-mail address they commented with.")
_address = click.option(
    "--ip",
    "address",
    default="",
    help="Or their IP address, or its pseudonym as the pages show it.",
)


def _asked(email: str, address: str) -> Asked:
    if bool(email) == bool(address):
        raise InvalidField("email", "Name the person by --email or by --ip, by one of them.")
    return Asked(email=email, address=address)


@contextlib.contextmanager
def _spooled() -> Iterator[tuple[Settings, Store]]:
    """Settings and an open Store that knows of the spool: nothing of anybody may wait there."""
    with opened() as (settings, store):
        store.spool = Spool(spool_of(settings.data_dir))
        yield settings, store


@privacy.command("export")
@_email
@_address
def export_person(email: str, address: str) -> None:
    """Print everything kept of the person, one JSON object for each comment."""
    asked = _asked(email, address)
    with _spooled() as (settings, store):
        secret = settings.secret_key.reveal()
        for row in workflow.show_person(
            asked, leaves=True, store=store, secret=secret, now=utc_now()
        ):
            click.echo(json.dumps(row, ensure_ascii=False))


@privacy.command()
@_email
@_address
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(email: str, address: str, *, yes: bool) -> None:
    """Forget the person for good and print a certificate of counts.

    Comments, search words, notes, lists, the log, brought-in history and sent mail lose what was
    theirs; verdicts and decisions stay as counts. Running servers forget within seconds what a
    site learned of them. "retrain" names the models made here: train again, and what they may
    have learned of this person is gone, too.
    """
    asked = _asked(email, address)
    if not yes:
        click.confirm("Forget this person for good?", abort=True, err=True)
    with _spooled() as (settings, store):
        done = workflow.forget_person(
            asked,
            data_dir=settings.data_dir,
            store=store,
            secret=settings.secret_key.reveal(),
            now=utc_now(),
        )
    remembered_of(settings).forget()
    click.echo(done.write(retrain=list_made_here(settings.models_dir, until=done.erased_at[:10])))


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
