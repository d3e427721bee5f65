"""An hour of trouble at a receiver on a real socket: nothing lost, nothing out of order."""

import datetime as dt
import json
import random
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from service.domain.decision import Act
from service.domain.moderator import Role
from service.domain.submission import new_guid
from service.outgoing import Outgoing
from service.workflows import manage_events
from service.workflows.administer import add_moderator, add_site
from service.workflows.check_comment import check_comment
from service.workflows.decide import decide
from service.workflows.deliver_events import deliver_events
from service.workflows.undo import undo
from tests.builders import BLOG, KEY, NOON, PASSWORD, make_arrival
from tests.conftest import SECRET
from tests.fakes import StubScorer
from tests.program import free_port


class Answering(BaseHTTPRequestHandler):
    """Takes an event; when the answer is lost it took it all the same."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        trouble = self.server.trouble
        if trouble == "refuses":
            self.send_response(503)
            self.end_headers()
            return
        self.server.heard.append((self.headers["webhook-id"], json.loads(body)))
        if trouble == "answer lost":
            self.connection.close()
            return
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


class Receiver:
    """Somebody else's server: nobody listens there until it is *opened*."""

    def __init__(self):
        self.port, self.server = free_port(), None
        self.heard = []

    def opened(self, trouble):
        if self.server is None:
            self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Answering)
            self.server.heard = self.heard
            threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.server.trouble = trouble

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def comments(each_store, receiver):
    """Three comments that wait, on a site of which the receiver hears."""
    site = add_site(BLOG, key=KEY, store=each_store, secret=SECRET, now=NOON).site
    place = f"http://127.0.0.1:{receiver.port}"
    manage_events.add_webhook(f"{place}/hook", blog=BLOG, store=each_store, secret=SECRET, now=NOON)
    return [
        check_comment(
            make_arrival(f"maybe {number}"),
            site,
            store=each_store,
            scorer=StubScorer(),
            now=NOON,
            guid=new_guid(),
        ).guid
        for number in range(3)
    ]


def phase(minute):
    if minute < 20:
        return None
    return "refuses" if minute < 40 else "answer lost" if minute < 60 else ""


def test_an_hour_of_trouble_loses_nothing_and_turns_nothing_around(each_store, receiver, comments):
    ana, _ = add_moderator("ana", role=Role.SENIOR, password=PASSWORD, store=each_store, now=NOON)
    sender, chance = Outgoing(frozenset({"127.0.0.1"})), random.Random(3)
    for minute in range(180):
        now = NOON + dt.timedelta(minutes=minute)
        if phase(minute) is not None:
            receiver.opened(phase(minute))
        if minute < 60 and minute % 10 == 0:
            for guid in comments:
                if minute % 20:
                    undo(ana, store=each_store, now=now)
                else:
                    decide(ana, guid, Act.SPAM, seen_version=None, store=each_store, now=now)
        deliver_events(store=each_store, sender=sender, secret=SECRET, now=now, chance=chance)
    ids, versions = [], {guid: [] for guid in comments}
    for event_id, said in receiver.heard:
        if event_id not in ids:
            ids.append(event_id)
            versions[said["data"]["guid"]].append(said["data"]["version"])
    # An answer that was lost is asked for again: a receiver knows the event by its id.
    assert len(receiver.heard) > len(ids) == 18
    assert versions == {guid: [1, 2, 3, 4, 5, 6] for guid in comments}
    assert {one.state.value for one in manage_events.list_events(store=each_store)} == {"sent"}
