"""chaffinch moderator …: who may decide."""

from __future__ import annotations

import sys

import click

from service.commands.shared import opened
from service.domain.moderator import Role, read_password
from service.errors import InvalidField
from service.runtime import utc_now
from service.workflows import administer

_from_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input."
)


def _password(*, from_stdin: bool) -> str:
    """The first line of standard input if asked for, else ""; never empty when asked for."""
    # Never an argument: those stand in process lists and shell histories.
    if not from_stdin:
        return ""
    try:
        line = sys.stdin.buffer.readline().decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidField("password", "The password on standard input is not UTF-8.") from None
    return read_password(line.rstrip("\r\n"))


@click.group()
def moderator() -> None:
    """People who sign in and decide: add, list, new password, deactivate."""


@moderator.command("add")
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.MODERATOR.value,
    show_default=True,
    help="What they are trusted with.",
)
@_from_stdin
def add(name: str, role: str, *, password_stdin: bool) -> None:
    """Add a moderator called NAME; a random password is printed, once."""
    text = _password(from_stdin=password_stdin)
    with opened() as (_settings, store):
        made, password = administer.add_moderator(
            name, role=Role(role), password=text, store=store, now=utc_now()
        )
    click.echo(f"moderator {made.name} ({made.role.value})")
    if not text:
        click.echo(f"password: {password}  (shown once; we keep only a hash)")


@moderator.command("list")
def list_() -> None:
    """List the moderators."""
    with opened() as (_settings, store):
        for one in administer.list_moderators(store=store):
            closed = one.deactivated_at
            state = f"deactivated {closed:%Y-%m-%d}" if closed else "active"
            click.echo(f"{one.name}\t{one.role.value}\t{state}")


@moderator.command("password")
@click.argument("name")
@_from_stdin
def new_password(name: str, *, password_stdin: bool) -> None:
    """Give NAME a new password, printed once; their sessions and second factor end."""
    text = _password(from_stdin=password_stdin)
    with opened() as (_settings, store):
        changed, new = administer.set_password(name, password=text, store=store, now=utc_now())
    click.echo(f"moderator {changed.name} has a new password")
    if not text:
        click.echo(f"password: {new}  (shown once; we keep only a hash)")


@moderator.command("deactivate")
@click.argument("name")
def deactivate(name: str) -> None:
    """Let NAME sign in no more; what they decided stays."""
    with opened() as (_settings, store):
        closed = administer.deactivate_moderator(name, store=store, now=utc_now())
    click.echo(f"moderator {closed.name} is deactivated")
