"""chaffinch events, chaffinch webhook: what is told to others, and to whom."""

from __future__ import annotations

import click

from service.commands.shared import NUMBER, opened
from service.domain.event import EventState
from service.runtime import utc_now
from service.workflows import manage_events


@click.group()
def events() -> None:
    """What blogs and webhooks are told: list it, send again what was given up."""


@events.command("list")
@click.option(
    "--state",
    type=click.Choice([state.value for state in EventState]),
    help="Only what waits, was sent, or was given up.",
)
@click.option("--before", type=int, help="Only what is older than this number.")
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=50,
    show_default=True,
    help="How many at most.",
)
def list_(state: str | None, before: int | None, limit: int) -> None:
    """List the newest events: number, state, what, about which comment, to whom, trouble."""
    chosen = EventState(state) if state else None
    with opened() as (_settings, store):
        found = manage_events.list_events(state=chosen, before=before, limit=limit, store=store)
    if not found:
        click.echo("No events.")
    for one in found:
        trouble = f"\t{one.trouble} ({one.attempts} tries)" if one.trouble else ""
        click.echo(
            f"{one.number}\t{one.state.value}\t{one.created_at:%Y-%m-%d %H:%M}\t{one.kind.value}"
            f"\t{one.guid}\t{one.receiver.value}{trouble}",
        )


@events.command("resend")
@click.argument("numbers", nargs=-1, type=NUMBER)
@click.option("--all", "is_all", is_flag=True, help="Everything that was given up.")
def resend(numbers: tuple[int, ...], *, is_all: bool) -> None:
    """Send events that were given up again: the given NUMBERS, or --all."""
    if bool(numbers) == is_all:
        raise click.UsageError("Name the numbers, or say --all.")
    with opened() as (_settings, store):
        again = manage_events.resend_events(None if is_all else numbers, store=store, now=utc_now())
    click.echo(f"{again} will be sent again")


@click.group()
def webhook() -> None:
    """Addresses that hear, signed, what becomes of comments: add, list, rotate, remove."""


@webhook.command("add")
@click.argument("url")
@click.option("--site", "blog", default="", help="Only about the website at this address.")
def add(url: str, blog: str) -> None:
    """Tell URL what becomes of comments; print the secret it is signed with, once."""
    with opened() as (settings, store):
        made, text = manage_events.add_webhook(
            url,
            blog=blog,
            store=store,
            secret=settings.secret_key.reveal(),
            now=utc_now(),
        )
    click.echo(f"webhook {made.webhook_id}: {made.url}")
    click.echo(f"secret: {text}  (shown once)")


@webhook.command("list")
def list_webhooks() -> None:
    """List who hears."""
    with opened() as (_settings, store):
        for one in manage_events.list_webhooks(store=store):
            about = f"site {one.site_id}" if one.site_id else "all sites"
            click.echo(f"{one.webhook_id}\t{one.url}\t{about}")


@webhook.command("rotate")
@click.argument("number", type=NUMBER)
def rotate(number: int) -> None:
    """Give webhook NUMBER a new secret and print it; for one day both sign."""
    with opened() as (settings, store):
        text = manage_events.rotate_webhook(
            number, store=store, secret=settings.secret_key.reveal(), now=utc_now()
        )
    click.echo(f"secret: {text}  (shown once; the old one signs for one more day)")


@webhook.command("remove")
@click.argument("number", type=NUMBER)
def remove(number: int) -> None:
    """Webhook NUMBER hears nothing more."""
    with opened() as (_settings, store):
        manage_events.remove_webhook(number, store=store, now=utc_now())
    click.echo(f"webhook {number} is removed")
