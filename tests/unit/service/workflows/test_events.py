"""The outbox: with the decision, in order, once by id, through an hour of silence."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import random
import threading
from pathlib import Path

import flask
import pytest

from service.domain.decision import Act, Source
from service.domain.event import EventKind, EventState
from service.domain.moderator import Role
from service.domain.sealing import seal, unseal
from service.domain.site import UnsureMeans
from service.domain.submission import new_guid
from service.errors import InvalidField, NotFound
from service.outgoing import NotDelivered, Outgoing, Reply
from service.workflows import manage_events
from service.workflows.administer import add_moderator, add_site, revoke_key, set_policy
from service.workflows.check_comment import check_comment
from service.workflows.decide import decide
from service.workflows.deliver_events import deliver_events
from service.workflows.report_mistake import report_mistake
from service.workflows.suspend_key import suspend_key
from service.workflows.undo import undo
from tests.builders import BLOG, KEY, NOON, PASSWORD, make_arrival
from tests.conftest import SECRET
from tests.fakes import StubScorer
from tests.live import served

ROOT = Path(__file__).parents[4]
_spec = importlib.util.spec_from_file_location("verify", ROOT / "integrations/webhook/verify.py")
reference = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reference)
HOOK = "https://hooks.example.org/chaffinch"


class Receiver:
    """Somebody else's server: keeps what it takes, or is down."""

    def __init__(self):
        self.taken, self.tries, self.is_down, self.status = [], 0, False, 200

    def post(self, url, body, headers):
        self.tries += 1
        if self.is_down:
            raise NotDelivered("nobody there")
        if self.status == 200:
            self.taken.append((url, body, headers))
        return Reply(self.status, "")

    def said(self):
        return [json.loads(body)["data"] for _, body, _ in self.taken]


@pytest.fixture
def receiver():
    return Receiver()


@pytest.fixture
def site(each_store):
    return add_site(BLOG, key=KEY, store=each_store, secret=SECRET, now=NOON).site


@pytest.fixture
def ana(each_store):
    return add_moderator("ana", role=Role.SENIOR, password=PASSWORD, store=each_store, now=NOON)[0]


@pytest.fixture
def webhook(each_store, site):
    made, text = manage_events.add_webhook(
        HOOK, blog=BLOG, store=each_store, secret=SECRET, now=NOON
    )
    return made, text


@pytest.fixture
def arrive(each_store, site):
    def arrive(text="maybe", **changes):
        return check_comment(
            make_arrival(text, **changes),
            site,
            store=each_store,
            scorer=StubScorer(),
            now=NOON,
            guid=new_guid(),
        ).guid

    return arrive


def deliver(store, sender, now=NOON):
    return deliver_events(
        store=store, sender=sender, secret=SECRET, now=now, chance=random.Random(1)
    )


def choose(store, ana, guid, act, now=NOON):
    return decide(ana, guid, act, seen_version=None, store=store, now=now)


def after(**change):
    return NOON + dt.timedelta(**change)


def test_decision_undoing_and_report_are_told_in_order(each_store, ana, webhook, arrive, receiver):
    guid = arrive(client_ref="417")
    choose(each_store, ana, guid, Act.SPAM)
    undo(ana, store=each_store, now=NOON)
    with each_store.read() as unit:
        owner = unit.sites.find_by_blog(BLOG)
    report_mistake(make_arrival("maybe"), Act.SPAM, owner, store=each_store, now=NOON)
    for _ in range(3):
        deliver(each_store, receiver)
    assert [(one["act"], one["outcome"], one["version"]) for one in receiver.said()] == [
        ("SPAM", "SPAM", 1),
        ("UNDO", "UNSURE", 2),
        ("SPAM", "SPAM", 3),
    ]
    assert {one["comment_id"] for one in receiver.said()} == {"417"}
    assert {one["guid"] for one in receiver.said()} == {guid}


def test_no_event_without_its_decision(each_store, ana, webhook, arrive, receiver):
    guid = arrive()
    with each_store.begin() as unit:
        found = unit.submissions.get(guid)
        number = unit.decisions.append(
            found.submission_id, Act.SPAM, source=Source.MODERATOR, now=NOON
        )
        unit.outbox.add(EventKind.DECISION, found, unit.decisions.get(number))
        unit.outbox.write()
        # Leaving without commit: neither happened.
    assert deliver(each_store, receiver).sent == 0
    assert manage_events.list_events(store=each_store) == []


def test_a_receiver_down_for_an_hour_gets_everything_in_order_once(
    each_store, ana, webhook, arrive, receiver
):
    guids = [arrive(f"maybe {number}") for number in range(5)]
    receiver.is_down = True
    now = NOON
    acts = [Act.SPAM, Act.APPROVE, Act.REMOVE, Act.SPAM]
    while now < after(hours=1):
        if acts:
            act = acts.pop(0)
            for guid in guids:
                choose(each_store, ana, guid, act, now)
        deliver(each_store, receiver, now)
        now += dt.timedelta(seconds=30)
    assert receiver.taken == []
    assert receiver.tries < 120, "a dead receiver is asked rarely"
    receiver.is_down = False
    for _ in range(60):
        deliver(each_store, receiver, now)
        now += dt.timedelta(minutes=2)
    for guid in guids:
        versions = [one["version"] for one in receiver.said() if one["guid"] == guid]
        assert versions == [1, 2, 3, 4]
    ids = [headers["webhook-id"] for _, _, headers in receiver.taken]
    assert len(ids) == len(set(ids)) == 20


def test_what_is_given_up_is_listed_and_sent_again(each_store, ana, webhook, arrive, receiver):
    choose(each_store, ana, arrive(), Act.SPAM)
    receiver.status = 500
    now = NOON
    while now < after(days=4):
        deliver(each_store, receiver, now)
        now += dt.timedelta(hours=2)
    (dead,) = manage_events.list_events(state=EventState.DEAD, store=each_store)
    assert dead.trouble == "HTTP 500"
    receiver.status = 200
    assert deliver(each_store, receiver, now).sent == 0
    assert manage_events.resend_events([dead.number], store=each_store, now=now) == 1
    assert deliver(each_store, receiver, now).sent == 1
    (sent,) = receiver.taken
    assert sent[2]["webhook-id"] == dead.event_id


def test_only_what_was_given_up_can_be_sent_again(each_store, ana, webhook, arrive, receiver):
    choose(each_store, ana, arrive(), Act.SPAM)
    deliver(each_store, receiver)
    (sent,) = manage_events.list_events(store=each_store)
    with pytest.raises(NotFound):
        manage_events.resend_events([sent.number], store=each_store, now=NOON)


def test_a_webhook_that_says_gone_is_not_asked_again(each_store, ana, webhook, arrive, receiver):
    choose(each_store, ana, arrive(), Act.SPAM)
    receiver.status = 410
    deliver(each_store, receiver)
    (dead,) = manage_events.list_events(state=EventState.DEAD, store=each_store)
    assert dead.attempts == 1


def test_the_reference_verifier_takes_what_we_sign(each_store, ana, webhook, arrive, receiver):
    choose(each_store, ana, arrive(), Act.SPAM)
    deliver(each_store, receiver)
    _, body, headers = receiver.taken[0]
    event = reference.verify(body, headers, [webhook[1]], now=NOON.timestamp())
    assert event["type"] == "comment.decided"
    for changed, secret, now in (
        (body.replace(b"SPAM", b"HAM "), webhook[1], NOON),
        (body, "whsec_AAAA", NOON),
        (body, webhook[1], after(seconds=301)),
        (body, webhook[1], after(seconds=-301)),
    ):
        with pytest.raises(reference.NotGenuine):
            reference.verify(changed, headers, [secret], now=now.timestamp())


def test_a_secret_rolls_under_traffic_and_nothing_is_refused(
    each_store, ana, webhook, arrive, receiver
):
    made, old = webhook
    new = manage_events.rotate_webhook(
        made.webhook_id, store=each_store, secret=SECRET, now=after(hours=1)
    )
    for hours in range(0, 30, 3):
        choose(each_store, ana, arrive(f"maybe {hours}"), Act.SPAM, after(hours=2 + hours))
        deliver(each_store, receiver, after(hours=2 + hours))
    for _, body, headers in receiver.taken:
        sent = int(headers["webhook-timestamp"])
        reference.verify(body, headers, [new], now=sent)
        if sent < after(hours=25).timestamp():
            reference.verify(body, headers, [old], now=sent)
        else:
            with pytest.raises(reference.NotGenuine):
                reference.verify(body, headers, [old], now=sent)
    assert len(receiver.taken) == 10


def test_processes_at_once_send_nothing_twice(each_store, ana, webhook, arrive, receiver):
    for number in range(40):
        choose(each_store, ana, arrive(f"maybe {number}"), Act.SPAM)
    troubles = []

    def work():
        try:
            while deliver(each_store, receiver).sent:
                pass
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must see it
            troubles.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    assert sorted(h["webhook-id"] for _, _, h in receiver.taken) == sorted(
        {h["webhook-id"] for _, _, h in receiver.taken}
    )
    assert len(receiver.taken) == 40


def test_what_a_dead_process_had_claimed_is_anybodys_again(
    each_store, ana, webhook, arrive, receiver
):
    choose(each_store, ana, arrive(), Act.SPAM)
    with each_store.begin() as unit:
        assert len(unit.events.claim("dead", until=after(minutes=15), now=NOON, limit=9)) == 1
        unit.commit()
    assert deliver(each_store, receiver, after(minutes=14)).sent == 0
    assert deliver(each_store, receiver, after(minutes=16)).sent == 1


def test_a_silent_receiver_keeps_nobody_else_waiting(each_store, ana, site, arrive, receiver):
    for url in ("https://silent.example/", "https://quick.example/"):
        manage_events.add_webhook(url, store=each_store, secret=SECRET, now=NOON)
    for number in range(6):
        choose(each_store, ana, arrive(f"maybe {number}"), Act.SPAM)

    class OneSilent(Receiver):
        def post(self, url, body, headers):
            self.is_down = "silent" in url
            return super().post(url, body, headers)

    some = OneSilent()
    deliver(each_store, some)
    assert len(some.taken) == 6
    assert some.tries == 7, "the silent one was asked once, the rest put off untried"


def test_a_removed_webhook_hears_nothing_more(each_store, ana, webhook, arrive, receiver):
    choose(each_store, ana, arrive(), Act.SPAM)
    manage_events.remove_webhook(webhook[0].webhook_id, store=each_store, now=NOON)
    choose(each_store, ana, arrive("maybe two"), Act.SPAM)
    deliver(each_store, receiver)
    assert receiver.taken == []
    assert len(manage_events.list_events(store=each_store)) == 1


@pytest.mark.parametrize("url", ["ftp://a.example/", "https://", "https://u:p@a.example/", "a b"])
def test_an_address_that_is_none_is_refused(each_store, url):
    with pytest.raises(InvalidField):
        manage_events.add_webhook(url, store=each_store, secret=SECRET, now=NOON)


def test_a_webhook_of_one_site_hears_of_no_other(each_store, ana, webhook, receiver):
    other = add_site("https://other.example/", store=each_store, secret=SECRET, now=NOON).site
    guid = check_comment(
        make_arrival("maybe"),
        other,
        store=each_store,
        scorer=StubScorer(),
        now=NOON,
        guid=new_guid(),
    ).guid
    choose(each_store, ana, guid, Act.SPAM)
    deliver(each_store, receiver)
    assert receiver.taken == []


def test_events_travel_over_real_http_and_follow_no_redirect(
    each_store, ana, site, arrive, tmp_path
):
    app, heard = flask.Flask("receiver"), []

    @app.post("/hook")
    def hook():
        heard.append((flask.request.get_data(), dict(flask.request.headers)))
        return "", 204

    @app.post("/moved")
    def moved():
        return flask.redirect("/hook", 307)

    sender = Outgoing(frozenset({"127.0.0.1"}))
    with served(app) as place:
        _, text = manage_events.add_webhook(
            f"{place}/hook", store=each_store, secret=SECRET, now=NOON
        )
        manage_events.add_webhook(f"{place}/moved", store=each_store, secret=SECRET, now=NOON)
        choose(each_store, ana, arrive(), Act.SPAM)
        done = deliver(each_store, sender)
    assert (done.sent, done.failed) == (1, 1)
    ((body, headers),) = heard
    assert reference.verify(body, headers, [text], now=NOON.timestamp())["data"]["act"] == "SPAM"


def test_what_was_settled_long_ago_is_forgotten_unless_something_waits(
    each_store, ana, webhook, arrive, receiver
):
    done, waiting = arrive("maybe done"), arrive("maybe waiting")
    choose(each_store, ana, done, Act.SPAM)
    choose(each_store, ana, waiting, Act.SPAM)
    deliver(each_store, receiver)
    choose(each_store, ana, waiting, Act.APPROVE)
    forget = manage_events.forget_events
    assert forget(store=each_store, now=after(days=89)) == 0
    assert forget(store=each_store, now=after(days=91)) == 1
    left = manage_events.list_events(store=each_store)
    assert [one.guid for one in left] == [waiting, waiting]


CALLBACK = "https://blog.example.org/wp-json/akismet/v1/webhook"


def test_a_callback_carries_the_key_that_only_its_site_knows(client, runtime, store, site_key):
    answer = client.post(
        "/1.1/comment-check",
        data={
            "api_key": site_key,
            "blog": BLOG,
            "user_ip": "203.0.113.9",
            "comment_content": "maybe",
            "comment_type": "comment",
            "callback": CALLBACK,
        },
        headers={"User-Agent": "WordPress/6.8 | Akismet/5.5"},
    )
    assert answer.headers["X-akismet-recheck-after"] == "604800"
    person, _ = add_moderator("ana", role=Role.SENIOR, password=PASSWORD, store=store, now=NOON)
    choose(store, person, answer.headers["X-akismet-guid"], Act.SPAM)
    heard = Receiver()
    deliver(store, heard)
    ((url, body, headers),) = heard.taken
    assert url == CALLBACK
    assert headers["X-Akismet-Webhook"] == "1"
    assert json.loads(body) == {
        "key": site_key,
        "endpoint": "comment-check",
        "comments": [{"guid": answer.headers["X-akismet-guid"], "result": "true"}],
    }
    with store.read() as unit:
        rows = unit._connection.exec_driver_sql("SELECT sealed FROM sealed_key").all()
        dump = unit._connection.exec_driver_sql("SELECT body FROM event").all()
    assert unseal(rows[0].sealed, SECRET) == site_key
    assert site_key not in str(rows) + str(dump)


def test_what_was_held_before_its_key_was_suspended_still_hears_what_becomes_of_it(
    client, store, site_key
):
    ask = {
        "api_key": site_key,
        "blog": BLOG,
        "user_ip": "203.0.113.9",
        "comment_content": "maybe",
        "callback": CALLBACK,
    }
    agent = {"User-Agent": "WordPress/6.8 | Akismet/5.5"}
    answer = client.post("/1.1/comment-check", data=ask, headers=agent)
    assert answer.headers["X-akismet-recheck-after"] == "604800"
    with store.read() as unit:
        (key,) = unit.sites.list_keys(unit.sites.find_by_blog(BLOG).site_id)
    suspend_key(key.key_id, is_suspended=True, store=store, now=NOON)
    heard = Receiver()
    # Twice the time it was told to wait, the plugin's own timer would publish it.
    deliver(store, heard, after(days=13, hours=23))
    assert [json.loads(body)["comments"][0]["result"] for _, body, _ in heard.taken] == ["true"]
    person, _ = add_moderator("ana", role=Role.SENIOR, password=PASSWORD, store=store, now=NOON)
    choose(store, person, answer.headers["X-akismet-guid"], Act.APPROVE, after(days=20))
    deliver(store, heard, after(days=20))
    assert json.loads(heard.taken[-1][1])["comments"][-1]["result"] == "false"


@pytest.mark.parametrize("end", ["policy", "key"])
def test_a_sealed_key_ends_with_its_reason(store, site_key, end):
    with store.begin() as unit:
        site = unit.sites.find_by_blog(BLOG)
        (key,) = unit.sites.list_keys(site.site_id)
        unit.webhooks.set_sealed(key.key_id, seal(site_key, SECRET))
        unit.commit()
    if end == "policy":
        set_policy(BLOG, {"unsure": UnsureMeans.SPAM}, store=store, now=NOON)
    else:
        revoke_key(key.key_id, store=store, now=NOON)
    with store.read() as unit:
        assert unit.webhooks.find_sealed(key.key_id) is None


def test_a_sealed_text_opens_for_its_deployment_alone():
    assert unseal(seal("c0ffee123456", SECRET), SECRET) == "c0ffee123456"
    assert unseal(seal("c0ffee123456", SECRET), "1" * 64) is None
    assert unseal("damaged", SECRET) is None
