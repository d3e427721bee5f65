"""Sending what the outbox holds: jobs for the clock of a serving process (schedule.py).

What is to be done stands in the database (the outbox), where claims keep several processes from
doing it twice; so the clock needs no memory, and a process that dies loses nothing. Huey and
Celery would keep a second queue beside the outbox, which could disagree with it.
"""

from __future__ import annotations

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


def add_delivery(scheduler: BackgroundScheduler, runtime: Runtime) -> None:
    """Have *scheduler* send events, every other second, and forget old ones, once a day."""
    # An executor of its own, so that a receiver that is slow keeps nothing else waiting.
    scheduler.add_executor(ThreadPoolExecutor(1), alias="events")
    options = {
        "executor": "events",
        "coalesce": True,
        "max_instances": 1,
        "misfire_grace_time": None,
    }
    sender = Outgoing(read_hosts(runtime.settings.event_hosts))
    scheduler.add_job(
        lambda: _deliver(runtime, sender),
        "interval",
        seconds=_DELIVER_EVERY_S,
        jitter=_JITTER_S,
        id="deliver events",
        **options,
    )
    scheduler.add_job(
        lambda: _forget(runtime),
        "interval",
        hours=_FORGET_EVERY_H,
        jitter=3600,
        id="forget events",
        **options,
    )


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
