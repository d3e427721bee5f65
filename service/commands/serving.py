"""chaffinch serve, chaffinch db upgrade: the server and its tables."""

from __future__ import annotations

import click

from service.commands.shared import opened
from service.errors import NotReady, StoreUnavailable, Unavailable
from service.runtime import remembered_of, utc_now
from service.server import require_servable, run
from service.settings import Settings
from service.storage import migrate
from service.storage.store import Store
from service.workflows.forget_person import resume
from service.workflows.make_ready import First, make_ready


@click.group()
def db() -> None:
    """The database: bring its tables up to date."""


@db.command()
def upgrade() -> None:
    """Make or update the tables, in one transaction. Running it twice is harmless."""
    with opened(is_migrated=False) as (settings, store):
        before = migrate.current(store.engine)
        migrate.upgrade(store.engine)
        after = migrate.current(store.engine)
        make_ready(
            with_first=False,
            store=store,
            secret=settings.secret_key.reveal(),
            now=utc_now(),
        )
    click.echo(f"database at migration {after}" + ("" if before != after else " already"))


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on [8000].")
@click.option("--host", help="Address to listen on [127.0.0.1].")
@click.option(
    "--prepare",
    is_flag=True,
    help="Before serving: update the tables, and make a first site and moderator if none is there.",
)
def serve(port: int | None, host: str | None, *, prepare: bool) -> None:
    """Answer blogs and moderators until told to stop."""
    settings = Settings.load(overrides={"port": port, "host": host})
    require_servable(settings)
    try:
        first = _made_ready(settings, is_prepared=prepare)
    except StoreUnavailable as error:
        if not remembered_of(settings).read().called:
            raise
        first = None
        click.echo(
            f"The database cannot be reached ({error.detail}). Who called in the last 12 hours is "
            "answered from memory, and comments go to the spool until it is back.",
            err=True,
        )
    # Who collects JSON wants nothing else; what is shown once is shown all the same.
    if first or settings.log_format == "text":
        _greet(settings, first)
    run(settings)


def _made_ready(settings: Settings, *, is_prepared: bool) -> First | None:
    with opened(is_migrated=False) as (_settings, store):
        if is_prepared:
            migrate.upgrade(store.engine)
        first = make_ready(
            with_first=is_prepared,
            store=store,
            secret=settings.secret_key.reveal(),
            now=utc_now(),
        )
        finish_erasures(settings, store)
        return first


def finish_erasures(settings: Settings, store: Store) -> None:
    """Whom we were asked to forget when the power went; nobody's comment waits for that."""
    secret = settings.secret_key.reveal()
    try:
        done = resume(data_dir=settings.data_dir, store=store, secret=secret, now=utc_now())
    except (NotReady, Unavailable) as error:
        click.echo(f"an erasure is not finished: {error}", err=True)
    else:
        if not done.is_nothing:
            remembered_of(settings).forget()
            click.echo(f"an erasure was finished: {done.comments + done.imported} comments")


def _greet(settings: Settings, first: First | None) -> None:
    here = settings.public_url.rstrip("/") or f"http://{_shown(settings)}"
    key = first.key if first else "YOUR_KEY"
    click.echo(f"\nChaffinch answers at {here}\n")
    click.echo(f"  queue    {here}/moderation/")
    if first:
        click.echo(f"  sign in  {first.moderator.name}  {first.password}")
        click.echo(f"  key      {first.key}")
        click.echo("           (both shown once; for others: chaffinch moderator, chaffinch key)")
    click.echo("\n  See a verdict:\n")
    click.echo(
        f"  curl {here}/1.1/comment-check -d api_key={key} -d blog=https://blog.example.org/"
        " -d user_ip=203.0.113.9 -d comment_type=comment"
        " --data-urlencode 'comment_author=cheap replica watches'"
        " --data-urlencode 'comment_author_url=http://best-replica-watches.example/'"
        " --data-urlencode 'comment_content=Great post! Buy cheap replica watches and viagra"
        " online at http://best-replica-watches.example/'\n",
    )


def _shown(settings: Settings) -> str:
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - shown, not bound
    host = everywhere.get(settings.host, settings.host)
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"{host}:{settings.port}"
