"""Webhooks by whoever may: another secret, paused without a loss, only on one's own Sites."""

from __future__ import annotations

import random

import pytest

from service.domain.change import What
from service.domain.decision import Act
from service.domain.event import EventState
from service.domain.moderator import Role
from service.errors import InvalidField, NotFound, NotPermitted
from service.outgoing import Reply
from service.storage.changes import ChangeAsk
from service.workflows.administer import add_moderator, add_site
from service.workflows.decide import decide
from service.workflows.deliver_events import deliver_events
from service.workflows.manage_webhooks import (
    add_webhook_of,
    pause_webhook,
    remove_webhook_of,
    resume_webhook,
    rotate_secret,
)
from service.workflows.undo import undo
from tests.builders import NOON, PASSWORD
from tests.conftest import SECRET

HOOK = "https://hooks.example.org/secret-path"
ALLOWED = frozenset({"hooks.example.org"})


class Taking:
    """A receiver that takes everything and remembers how it was signed."""

    def __init__(self):
        self.signatures, self.bodies = [], []

    def post(self, _url, body, headers):
        self.signatures.append(headers["webhook-signature"].split())
        self.bodies.append(body)
        return Reply(200, "")


@pytest.fixture
def olga(each_store):
    return add_moderator("olga", role=Role.OWNER, password=PASSWORD, store=each_store, now=NOON)[0]


@pytest.fixture
def add(each_store, olga):
    def add(url=HOOK, *, by=olga, site_id=None, hosts=ALLOWED):
        return add_webhook_of(
            by,
            url,
            site_id=site_id,
            private_hosts=hosts,
            store=each_store,
            secret=SECRET,
            now=NOON,
        )

    return add


def deliver(store, sender):
    while deliver_events(
        store=store, sender=sender, secret=SECRET, now=NOON, chance=random.Random(1)
    ).sent:
        pass


def states(store):
    with store.read() as unit:
        return [one.state for one in unit.events.page()]


def test_what_is_decided_during_a_pause_is_told_in_order_when_it_ends(each_store, olga, add, come):
    made, sender = add().webhook, Taking()
    (guid,) = come("maybe")
    pause_webhook(olga, made.webhook_id, store=each_store, now=NOON)
    decide(olga, guid, Act.SPAM, seen_version=0, store=each_store, now=NOON)
    undo(olga, store=each_store, now=NOON)
    for _ in range(3):
        deliver(each_store, sender)
    assert sender.bodies == []
    assert states(each_store) == [EventState.DEAD, EventState.DEAD]
    assert resume_webhook(olga, made.webhook_id, store=each_store, now=NOON) == 2
    deliver(each_store, sender)
    assert [b"decided" in one for one in sender.bodies] == [True, False]
    assert states(each_store) == [EventState.SENT, EventState.SENT]
    assert resume_webhook(olga, made.webhook_id, store=each_store, now=NOON) == 0


def test_ending_a_pause_sends_nothing_that_was_given_up_for_another_reason(
    each_store, olga, add, come
):
    gone, kept = add().webhook, add().webhook
    (guid,) = come("maybe")
    decide(olga, guid, Act.SPAM, seen_version=0, store=each_store, now=NOON)
    remove_webhook_of(olga, gone.webhook_id, store=each_store, now=NOON)
    pause_webhook(olga, kept.webhook_id, store=each_store, now=NOON)
    deliver(each_store, Taking())
    assert states(each_store) == [EventState.DEAD, EventState.DEAD]
    assert resume_webhook(olga, kept.webhook_id, store=each_store, now=NOON) == 1


def test_after_a_rotation_both_secrets_sign(each_store, olga, add, come):
    made, sender = add(), Taking()
    again = rotate_secret(olga, made.webhook.webhook_id, store=each_store, secret=SECRET, now=NOON)
    (guid,) = come("maybe")
    decide(olga, guid, Act.SPAM, seen_version=0, store=each_store, now=NOON)
    deliver(each_store, sender)
    assert again.text != made.text
    assert [len(one) for one in sender.signatures] == [2]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://localhost:8080/x", "http://10.1.2.3/", "http://[::1]/"]
)
def test_an_address_inside_is_refused_in_a_sentence_unless_the_operator_allows_it(add, url):
    with pytest.raises(InvalidField, match="is inside a private network"):
        add(url)
    host = url.partition("//")[2].rpartition("/")[0] if "[" not in url else "::1"
    allowed = frozenset({url.split("/")[2].partition(":")[0], host, "::1"})
    assert add(url, hosts=allowed).webhook.url == url


@pytest.mark.parametrize("url", ["", "hooks", "ftp://a.example/", "http://u:p@a.example/"])
def test_what_is_no_address_is_refused(add, url):
    with pytest.raises(InvalidField, match="An address looks like"):
        add(url)


def test_a_maintainer_of_one_site_keeps_its_webhooks_alone(each_store, olga, add, blog):
    other = add_site("https://other.example/", store=each_store, secret=SECRET, now=NOON).site
    mia, _ = add_moderator(
        "mia", role=Role.MAINTAINER, password=PASSWORD, store=each_store, now=NOON
    )
    with each_store.begin() as unit:
        unit.moderators.set_sites(mia.moderator_id, frozenset({blog.site_id}))
        unit.commit()
        mia = unit.moderators.get("mia")
    own = add(by=mia, site_id=blog.site_id).webhook
    pause_webhook(mia, own.webhook_id, store=each_store, now=NOON)
    with pytest.raises(NotPermitted):
        add(by=mia)
    with pytest.raises(NotFound):
        add(by=mia, site_id=other.site_id)
    for one in (add(site_id=other.site_id), add()):
        with pytest.raises(NotFound):
            pause_webhook(mia, one.webhook.webhook_id, store=each_store, now=NOON)


def test_every_change_stands_in_the_log_without_the_path(each_store, olga, add):
    made = add().webhook
    rotate_secret(olga, made.webhook_id, store=each_store, secret=SECRET, now=NOON)
    for _ in range(2):
        pause_webhook(olga, made.webhook_id, store=each_store, now=NOON)
    for _ in range(2):
        resume_webhook(olga, made.webhook_id, store=each_store, now=NOON)
    remove_webhook_of(olga, made.webhook_id, store=each_store, now=NOON)
    with each_store.read() as unit:
        lines = [one for one in unit.changes.page(ChangeAsk()) if "hooks" in one.subject]
    assert [one.what for one in reversed(lines)] == [
        What.WEBHOOK_ADD,
        What.WEBHOOK_ROTATE,
        What.WEBHOOK_PAUSE,
        What.WEBHOOK_RESUME,
        What.WEBHOOK_REMOVE,
    ]
    assert {one.subject for one in lines} == {"hooks.example.org"}
