"""What goes wrong around a new deployment: each check names the cause and what mends it."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import redis

from service.domain.chore import EVERY, is_overdue
from service.errors import NotReady
from service.mailer import Mailer
from service.runtime import utc_now
from service.settings import Settings, named_files
from service.storage.gauges import Gauges
from service.storage.store import Store
from service.storage.surroundings import find_journal, find_newest_at, find_own_time

# A second factor's code is good for half a minute before and after.
_APART: Final = dt.timedelta(seconds=30)
_AHEAD: Final = dt.timedelta(minutes=5)
_LEAST_FREE: Final = 1 << 30
_REDIS_WAITS_S: Final = 3.0
# SQLite's shared memory and locks do not work across machines.
_NETWORKED: Final = frozenset(
    ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "fuse.glusterfs", "ceph", "afs")
)
_MOUNTS: Final = Path("/proc/self/mounts")
_FOR_OTHERS: Final = 0o077
_SECRETS: Final = ("secret.key", "model.key", "callers.sealed", "erasures.jsonl")


def clock(_settings: Settings, store: Store) -> str:
    """Whether this machine's clock can be right."""
    now = utc_now()
    theirs, newest = find_own_time(store.engine), find_newest_at(store.engine)
    if theirs is not None and abs(theirs - now) > _APART:
        raise NotReady(
            f"this machine and the database are {abs(theirs - now).total_seconds():.0f} s apart: "
            "let both set their clocks (timedatectl set-ntp true)"
        )
    if newest is not None and newest - now > _AHEAD:
        raise NotReady(
            f"the newest comment came at {newest:%Y-%m-%d %H:%M}, in the future: set this "
            "machine's clock (timedatectl set-ntp true)"
        )
    return f"{now:%Y-%m-%d %H:%M} UTC, later than all that is stored"


def disk(settings: Settings, _store: Store) -> str:
    """Whether there is room for comments and the spool, and the data folder can be written to."""
    folder = settings.data_dir
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise NotReady(
            f"{folder} cannot be written to ({error.strerror}): give it to the account that serves "
            "(chown -R), or make room"
        ) from None
    free = shutil.disk_usage(folder).free
    if free < _LEAST_FREE:
        raise NotReady(
            f"{free >> 20} MiB are free where {folder} lies, less than {_LEAST_FREE >> 20}: make "
            "room, or let sites keep text for less long (chaffinch site policy URL --kept-days)"
        )
    return f"{free >> 30} GiB free, can be written to"


def file_system(settings: Settings, store: Store) -> str:
    """Whether SQLite's file lies where its locks hold."""
    if not settings.is_embedded:
        return "PostgreSQL looks after its own files"
    kind = kind_of(settings.data_dir, _MOUNTS)
    if kind in _NETWORKED:
        raise NotReady(
            f"{settings.data_dir} lies on {kind}, where SQLite's locks do not hold: move it to a "
            "disk of this machine, or use PostgreSQL (chaffinch db copy --to)"
        )
    journal = find_journal(store.engine)
    if journal != "wal":
        raise NotReady(
            f"SQLite's journal is {journal} here, not wal: move the data folder to a disk of this "
            "machine that knows shared memory"
        )
    return f"write-ahead log on {kind or 'a disk'}"


def kind_of(place: Path, mounts: Path) -> str:
    """The kind of file system that *place* lies on, as *mounts* tells; "" when it does not."""
    whole = place.absolute()
    over = [(mount, kind) for mount, kind in _mounted(mounts) if whole.is_relative_to(mount)]
    # The last of the longest: what was mounted over another hides it.
    return max(enumerate(over), key=lambda one: (len(one[1][0]), one[0]))[1][1] if over else ""


def _mounted(mounts: Path) -> list[list[str]]:
    """Where something is mounted and of what kind, as *mounts* tells; [] when it does not."""
    try:
        lines = mounts.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
    return [line.split(" ")[1:3] for line in lines if line.count(" ") > 1]


def secrets(settings: Settings, _store: Store) -> str:
    """Whether files that hold secrets are for their owner only.

    One that is mounted by itself comes from outside of a container: who may read it there, its
    mode does not say, and `chmod 600` would take it away from an account of another number.
    """
    kept = [settings.data_dir / name for name in _SECRETS]
    mounts = {mount for mount, _ in _mounted(_MOUNTS)}
    seen = [place for place in (*kept, *named_files()) if place.exists()]
    seen = [place for place in seen if str(place.absolute()) not in mounts]
    opened = [place for place in seen if place.stat().st_mode & _FOR_OTHERS]
    if opened:
        names = " ".join(map(str, opened))
        raise NotReady(f"other accounts of this machine may read {names}: chmod 600 {names}")
    files = "1 file" if len(seen) == 1 else f"{len(seen)} files, each"
    return f"{files} for its owner only"


def counts(settings: Settings, _store: Store) -> str:
    """Whether Redis answers, if limits are counted there."""
    if not settings.redis_url:
        return "each process counts limits by itself"
    waits = {"socket_timeout": _REDIS_WAITS_S, "socket_connect_timeout": _REDIS_WAITS_S}
    client = redis.Redis.from_url(settings.redis_url, **waits)
    try:
        client.ping()
    except redis.RedisError as error:
        raise NotReady(
            f"Redis does not answer ({type(error).__name__}), and each process counts limits by "
            "itself: start it, or correct CHAFFINCH_REDIS_URL"
        ) from None
    finally:
        client.close()
    return "Redis answers"


def mail(settings: Settings, _store: Store) -> str:
    """Whether the mail server lets us in, if there is one."""
    if not settings.smtp_host:
        return "none is sent (CHAFFINCH_SMTP_HOST is empty)"
    Mailer(settings).require_open()
    return f"{settings.smtp_host} lets us in"


def events(_settings: Settings, store: Store) -> str:
    """Whether blogs and webhooks could be told what they were to be told."""
    found: Gauges = store.gauges()
    if found.events_dead:
        raise NotReady(
            f"{found.events_dead} events were given up: `chaffinch events list --state dead` says "
            "why; for an address in your own network set CHAFFINCH_EVENT_HOSTS; then "
            "`chaffinch events resend --all`"
        )
    return f"{found.events} wait to be sent, none was given up"


def chores(_settings: Settings, store: Store) -> str:
    """Whether servers still do what is to be done by the clock, such as forgetting texts."""
    now, done = utc_now(), store.gauges().chores
    # What no server has begun yet, as after an upgrade, the first one will.
    late = [one for one in EVERY if one in done and is_overdue(one, done[one], now)]
    if late:
        told = (f"{one} ({done[one]:%Y-%m-%d %H:%M})" for one in late)
        raise NotReady(
            f"{' and '.join(told)} was not done for several of its periods: see that a server "
            "runs (chaffinch serve); its log says why a chore waits"
        )
    return "done by the clock" if done else "none is due before a server runs"


def proxy(settings: Settings, _store: Store) -> str:
    """Whether what is said about proxies fits together."""
    if settings.public_url.startswith("https://"):
        if not settings.trusted_proxies:
            raise NotReady(
                "people come by https, so a proxy stands in front, but none is trusted: everybody "
                "counts as one address; set CHAFFINCH_TRUSTED_PROXIES=1"
            )
        if not settings.cookie_secure:
            raise NotReady(
                "people come by https, but sessions may go over plain http: set "
                "CHAFFINCH_COOKIE_SECURE=true"
            )
    return f"{settings.trusted_proxies} trusted"


# Each is asked with the settings and an open store.
CHECKS: Final[tuple[tuple[str, Callable[[Settings, Store], str]], ...]] = (
    ("clock", clock),
    ("disk", disk),
    ("file system", file_system),
    ("secrets", secrets),
    ("limits", counts),
    ("mail", mail),
    ("events", events),
    ("chores", chores),
    ("proxies", proxy),
)
