"""Three processes wake at the same moment: each chore, each mail and each event is done once."""

import asyncio
import collections
import datetime as dt
import multiprocessing
import re

import pytest
from aiosmtpd.controller import Controller

from service.domain.moderator import Role
from service.domain.preferences import Digest, Preferences
from service.domain.submission import new_guid
from service.storage.store import Store
from service.workflows.administer import add_moderator, add_site, set_policy
from service.workflows.check_comment import check_comment
from tests.builders import BLOG, NOON, PASSWORD, make_arrival
from tests.conftest import SECRET
from tests.deploy.ticking import work
from tests.fakes import StubScorer
from tests.program import free_port

pytestmark = [pytest.mark.e2e, pytest.mark.postgres]
PROCESSES = 3
PEOPLE = 6
OLD = 5


class Inbox:
    """A mail server that takes its time, so that a second sender would be seen."""

    def __init__(self):
        self.to = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's own name
        await asyncio.sleep(0.05)
        self.to += envelope.rcpt_tos
        return "250 kept"


@pytest.fixture
def inbox():
    handler, handler.port = Inbox(), free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    yield handler
    controller.stop()


@pytest.fixture
def filled(postgres_url):
    """People who want a summary, a comment that waits, and old ones to be forgotten."""
    store = Store.open(postgres_url)
    add_site(BLOG, store=store, secret=SECRET, now=NOON)
    site = set_policy(BLOG, {"kept_days": 30}, store=store, now=NOON)
    for number in range(PEOPLE):
        made, _ = add_moderator(
            f"ana{number}", role=Role.MODERATOR, password=PASSWORD, store=store, now=NOON
        )
        with store.begin() as unit:
            unit.moderators.set_email(made.moderator_id, f"ana{number}@example.net")
            chosen = Preferences(digest=Digest.DAILY, digest_hour=NOON.hour)
            unit.moderators.set_preferences(made.moderator_id, chosen)
            unit.commit()
    old = NOON - dt.timedelta(days=31)
    for number, at in enumerate([old] * OLD + [NOON - dt.timedelta(hours=2)]):
        text = f"thanks {number}" if at is old else "maybe"
        check_comment(
            make_arrival(text), site, store=store, scorer=StubScorer(), now=at, guid=new_guid()
        )
    yield postgres_url
    store.close()


def test_three_processes_do_what_is_due_once(filled, inbox, tmp_path):
    context = multiprocessing.get_context("spawn")
    barrier, told = context.Barrier(PROCESSES), context.Queue()
    arguments = (filled, str(tmp_path), inbox.port, barrier, told)
    processes = [context.Process(target=work, args=arguments) for _ in range(PROCESSES)]
    for one in processes:
        one.start()
    said = [told.get(timeout=120) for _ in processes]
    for one in processes:
        one.join(60)
    assert [one.exitcode for one in processes] == [0] * PROCESSES
    forgot = [line for lines in said for line in lines if line.startswith("forgot")]
    assert [re.sub(r"site \d+", "site", line) for line in forgot] == [
        f"forgot the text of {OLD} comments of site"
    ]
    times = collections.Counter(inbox.to)
    assert times == {f"ana{number}@example.net": 1 for number in range(PEOPLE)}
