"""chaffinch site …, chaffinch key …: who may ask."""

from __future__ import annotations

import click

from models.verdict import Cutoffs
from service.commands.shared import NUMBER, opened
from service.domain.decision import Outcome
from service.domain.scope import DEFAULT, read_scopes, write_scopes
from service.domain.site import Key, Policy, Undecided, UnsureMeans, read_key
from service.errors import InvalidField
from service.runtime import utc_now
from service.workflows import administer
from service.workflows.suspend_key import suspend_key


@click.group()
def site() -> None:
    """Websites that ask us: add them, list them, set what they choose."""


@site.command("add")
@click.argument("url")
@click.option("--key", help="Bring the key you have: 12 characters of 0-9 and a-f.")
@click.option("--name", default="", help="What to call it on the pages; the address by default.")
@click.option("--network", is_flag=True, help="One key for many blogs: each gets its own site.")
def add(url: str, key: str | None, name: str, *, network: bool) -> None:
    """Add the website at URL and print its key, once.

    URL is the address of the blog's front page, as the blog itself names it.
    """
    with opened() as (settings, store):
        issued = administer.add_site(
            url,
            key=_own(key),
            name=name,
            is_network=network,
            store=store,
            secret=settings.secret_key.reveal(),
            now=utc_now(),
        )
    click.echo(f"site {issued.site.site_id}: {issued.site.blog}")
    click.echo(f"key: {issued.text}  (shown once; we keep only a hash)")


def _own(key: str | None) -> str:
    """The key somebody brings, "" when none was named: an empty one was meant to be one."""
    return "" if key is None else read_key(key)


@site.command("list")
def list_() -> None:
    """List the websites, and other addresses that used their keys."""
    with opened() as (_settings, store):
        sites = administer.list_sites(store=store)
    if not sites:
        click.echo("No site yet. Add one: chaffinch site add https://blog.example.org/")
    for one, others in sites:
        kind = " · network" if one.is_network else ""
        of = f" · of network {one.parent_id}" if one.parent_id else ""
        click.echo(f"{one.site_id}\t{one.blog}{kind}{of} · unsure: {one.policy.unsure.value}")
        for address, calls, last in others:
            click.echo(f"\talso called itself {address}: {calls} times, last {last:%Y-%m-%d %H:%M}")


@site.command("policy")
@click.argument("url")
@click.option(
    "--unsure",
    type=click.Choice([choice.value for choice in UnsureMeans]),
    help="What the blog hears when the model is unsure: hold it, call it spam, call it ham.",
)
@click.option("--recheck-after", type=int, help="Seconds WordPress waits for a person, half of it.")
@click.option(
    "--undecided",
    type=click.Choice([choice.value for choice in Undecided]),
    help="What becomes of a held comment that nobody decided in twice that time.",
)
@click.option("--kept-days", type=int, help="Forget comment text after this many days; 0: never.")
@click.option(
    "--kept-spam-days", type=int, help="The same for spam; 0: as long as everything else."
)
@click.option(
    "--audit",
    "audit_share",
    type=click.FloatRange(0, 1),
    help="Share of what the machine decides alone that a person decides again, not told so.",
)
@click.option(
    "--reasons",
    type=click.Choice(["needed", "optional"]),
    help="Whether a moderator must say why something is spam or removed.",
)
@click.option(
    "--cutoffs",
    help="Three rising numbers, unsure,spam,blatant, such as 0.4,0.9,0.99; 'model' for its own.",
)
def policy(
    url: str,
    unsure: str | None,
    recheck_after: int | None,
    undecided: str | None,
    kept_days: int | None,
    kept_spam_days: int | None,
    audit_share: float | None,
    reasons: str | None,
    cutoffs: str | None,
) -> None:
    """Show or change what the website at URL has chosen.

    What a network chooses holds for every blog it has met, and for those it meets later.
    """
    changes: dict[str, object] = {}
    if unsure:
        changes["unsure"] = UnsureMeans(unsure)
    if recheck_after is not None:
        changes["recheck_after_s"] = recheck_after
    if undecided:
        changes["undecided"] = Undecided(undecided)
    if kept_days is not None:
        changes["kept_days"] = kept_days or None
    if kept_spam_days is not None:
        changes["kept_spam_days"] = kept_spam_days or None
    if audit_share is not None:
        changes["audit_share"] = audit_share
    if reasons is not None:
        changes["needs_reason"] = reasons == "needed"
    if cutoffs is not None:
        changes["cutoffs"] = None if cutoffs == "model" else _read_cutoffs(cutoffs)
    with opened() as (_settings, store):
        chosen = administer.set_policy(url, changes, store=store, now=utc_now())
    click.echo(f"{chosen.blog}\n{_written(chosen.policy)}")


def _written(policy: Policy) -> str:
    kept, spam = (
        "for good" if days is None else f"{days} days"
        for days in map(policy.days_of, (Outcome.HAM, Outcome.SPAM))
    )
    cutoffs = policy.cutoffs
    numbers = (
        f"unsure from {cutoffs.unsure_from:g}, spam from {cutoffs.spam_from:g}, "
        f"blatant from {cutoffs.blatant_from:g}"
        if cutoffs
        else "the model's own"
    )
    return (
        f"unsure: {policy.unsure.value}\nrecheck after: {policy.recheck_after_s} s\n"
        f"undecided: {policy.undecided.value}\n"
        f"text is kept: {kept}, of spam: {spam}\n"
        f"blind sample: {policy.audit_share:.1%}\n"
        f"reasons: {'needed' if policy.needs_reason else 'optional'}\ncutoffs: {numbers}"
    )


def _read_cutoffs(text: str) -> Cutoffs:
    try:
        unsure, spam, blatant = (float(part) for part in text.split(","))
        return Cutoffs(unsure_from=unsure, spam_from=spam, blatant_from=blatant)
    except ValueError:
        sentence = "Cutoffs are three rising numbers from 0 to 1, such as 0.4,0.9,0.99."
        raise InvalidField("cutoffs", sentence) from None


@click.group()
def key() -> None:
    """Keys with which websites ask: issue, list, suspend, revoke."""


@key.command("issue")
@click.argument("url")
@click.option("--name", required=True, help="Where this key will be used, such as 'staging'.")
@click.option("--key", "text", help="Bring the key you have.")
@click.option(
    "--scopes",
    default=write_scopes(DEFAULT),
    show_default=True,
    help="What it may do, of: check feedback read decide admin.",
)
@click.option("--as", "acts_for", default="", help="Moderator it acts for, to decide or admin.")
def issue(url: str, name: str, text: str | None, scopes: str, acts_for: str) -> None:
    """Issue one more key for the website at URL and print it, once."""
    with opened() as (settings, store):
        issued = administer.issue_key(
            url,
            name=name,
            key=_own(text),
            scopes=read_scopes(scopes),
            acts_for=acts_for,
            store=store,
            secret=settings.secret_key.reveal(),
            now=utc_now(),
        )
    click.echo(f"key {issued.key.key_id}: {issued.text}  (shown once; we keep only a hash)")


@key.command("list")
def list_keys() -> None:
    """List the keys by their first four characters, with when they were last used."""
    with opened() as (_settings, store):
        for one, keys in administer.list_keys(store=store):
            for kept in keys:
                click.echo(f"{kept.key_id}\t{kept.hint}…\t{one.blog}\t{kept.name}\t{_state(kept)}")


def _state(kept: Key) -> str:
    if kept.revoked_at:
        word = "revoked" if kept.revoked_at <= utc_now() else "ends"
        return f"{word} {kept.revoked_at:%Y-%m-%d %H:%M}"
    if kept.suspended_at:
        return f"suspended {kept.suspended_at:%Y-%m-%d %H:%M}"
    used = kept.last_used_at
    return f"last used {used:%Y-%m-%d %H:%M}" if used else "never used"


@key.command("suspend")
@click.argument("number", type=NUMBER)
def suspend(number: int) -> None:
    """Refuse the key with this NUMBER until `chaffinch key resume`; its blog holds its comments."""
    _set_suspended(number, "is suspended", is_suspended=True)


@key.command("resume")
@click.argument("number", type=NUMBER)
def resume(number: int) -> None:
    """Let the suspended key with this NUMBER work again."""
    _set_suspended(number, "works again", is_suspended=False)


def _set_suspended(number: int, told: str, *, is_suspended: bool) -> None:
    with opened() as (_settings, store):
        kept = suspend_key(number, is_suspended=is_suspended, store=store, now=utc_now())
    click.echo(f"key {kept.key_id} ({kept.hint}…) {told}")


@key.command("revoke")
@click.argument("number", type=NUMBER)
def revoke(number: int) -> None:
    """Revoke the key with this NUMBER (see `chaffinch key list`), from now on."""
    with opened() as (_settings, store):
        kept = administer.revoke_key(number, store=store, now=utc_now())
    click.echo(f"key {kept.key_id} ({kept.hint}…) is revoked")
