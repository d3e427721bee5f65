"""Work that no request waits for, in a thread of each serving process.

APScheduler keeps the time: in one process, kept since 2009, no broker and no service of its own.
What is to be done stands in the database (the outbox), where claims keep several processes from
doing it twice; so the scheduler needs no memory, and a process that dies loses nothing. Huey and
Celery would keep a second queue beside the outbox, which could disagree with it.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import Final

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from service.errors import ServiceError
from service.outgoing import Outgoing, read_hosts
from service.runtime import Runtime
from service.workflows.deliver_events import deliver_events
from service.workflows.manage_events import forget_events

_log = logging.getLogger(__name__)
# A decision reaches its blog about as fast as a person looks there.
_DELIVER_EVERY_S: Final = 2
_JITTER_S: Final = 1
_FORGET_EVERY_H: Final = 24


def start_background(runtime: Runtime) -> BackgroundScheduler:
    """Start what runs by itself in this process; `shutdown()` ends it."""
    # One executor each, so that a receiver that is slow keeps nothing else waiting.
    scheduler = BackgroundScheduler(
        timezone=dt.UTC,
        executors={"events": ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        daemon=True,
    )
    # A late or skipped round is no news: the next one does its work.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    sender = Outgoing(read_hosts(runtime.settings.event_hosts))
    scheduler.add_job(
        lambda: _deliver(runtime, sender),
        "interval",
        seconds=_DELIVER_EVERY_S,
        jitter=_JITTER_S,
        executor="events",
        id="deliver events",
    )
    scheduler.add_job(
        lambda: _forget(runtime),
        "interval",
        hours=_FORGET_EVERY_H,
        jitter=3600,
        executor="events",
        id="forget events",
    )
    scheduler.start()
    return scheduler


def _deliver(runtime: Runtime, sender: Outgoing) -> None:
    """Send until nothing is due. A failure is logged and tried again in the next round."""
    try:
        while True:
            done = deliver_events(
                store=runtime.store, sender=sender, secret=runtime.secret, now=runtime.clock()
            )
            if done.failed:
                _log.warning("events not delivered yet", extra={"events": done.failed})
            if not done.sent:
                return
    except ServiceError as error:
        _log.warning("events wait: %s", error.code)


def _forget(runtime: Runtime) -> None:
    try:
        forget_events(store=runtime.store, now=runtime.clock())
    except ServiceError as error:
        _log.warning("old events stay: %s", error.code)
