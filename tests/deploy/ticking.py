"""The clock of one serving process, in a process of its own: what three of them do at once."""

from __future__ import annotations

import datetime as dt
import logging
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

from service.app import create_app
from service.runtime import Runtime
from service.schedule import Schedule
from service.settings import Secret, Settings
from service.storage.store import Store
from tests.builders import NOON
from tests.conftest import SECRET
from tests.fakes import FixedClock, StubScorer

ROUNDS = 3


class _Lines(logging.Handler):
    """What this process said."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


def work(url: str, folder: str, port: int, barrier: Barrier, told: Queue[list[str]]) -> None:
    """Do what is due, when the others do; put into *told* what was said about it."""
    lines = _Lines()
    logging.getLogger("service").addHandler(lines)
    logging.getLogger("service").setLevel(logging.INFO)
    settings = Settings(
        data_dir=Path(folder),
        models_dir=Path(folder),
        database_url="unused",
        secret_key=Secret(SECRET),
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_security="none",
        smtp_from="chaffinch@spam.example",
    )
    store = Store.open(url)
    clock = FixedClock(NOON - dt.timedelta(hours=1))
    runtime = Runtime(settings=settings, store=store, scorer=StubScorer(), clock=clock)
    schedule = Schedule(create_app(runtime), runtime)
    for now in (clock.now, NOON):
        clock.now = now
        barrier.wait(60)
        for _ in range(ROUNDS):
            schedule.tick()
    store.close()
    told.put(lines.said)
