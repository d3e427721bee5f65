"""chaffinch: the operator's command. Parses, calls a workflow, prints; decides nothing."""

from __future__ import annotations

import click

from service.commands.doctor import doctor
from service.commands.events import events, webhook
from service.commands.history import import_
from service.commands.keeping import backup, copy, restore
from service.commands.labels import export, purge
from service.commands.people import moderator
from service.commands.privacy import privacy
from service.commands.score import score
from service.commands.serving import db, serve
from service.commands.shared import Sentences
from service.commands.sites import key, site


@click.group(cls=Sentences, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="chaffinch", prog_name="chaffinch")
def main() -> None:
    """Chaffinch: comment spam moderation on your own machine, on Akismet's own wire.

    \b
    A new deployment, step by step:
      chaffinch db upgrade
      chaffinch site add https://blog.example.org/
      chaffinch moderator add ana --role owner
      chaffinch serve

    Settings are CHAFFINCH_* variables or a file named by CHAFFINCH_CONFIG; `chaffinch doctor`
    shows them all.
    """  # noqa: D301 - \b is click's mark for a block it must not wrap


for command in (
    serve,
    db,
    site,
    key,
    moderator,
    score,
    import_,
    export,
    purge,
    events,
    webhook,
    backup,
    restore,
    privacy,
    doctor,
):
    main.add_command(command)
db.add_command(copy)
