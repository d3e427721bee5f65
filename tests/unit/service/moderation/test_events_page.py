"""Events on a page: what was given up is seen there, and sent again by who may."""

import pytest
import sqlalchemy as sa

from service.domain.decision import Act
from service.domain.event import EventKind, EventState
from service.domain.moderator import Role
from service.domain.submission import new_guid
from service.storage.tables import event
from service.workflows.administer import add_moderator, add_site
from service.workflows.check_comment import check_comment
from service.workflows.decide import decide
from service.workflows.manage_events import add_webhook
from tests.builders import BLOG, KEY, NOON, PASSWORD, make_arrival
from tests.conftest import SECRET, csrf_token
from tests.fakes import StubScorer
from tests.unit.service.moderation.test_roles import sign_in

HOOK = "https://hooks.example.org/secret-path"


@pytest.fixture
def world(app, store):
    """Three decisions told to a webhook, two of them given up; the owner is signed in."""
    site = add_site(BLOG, key=KEY, store=store, secret=SECRET, now=NOON).site
    olga, _ = add_moderator("olga", role=Role.OWNER, password=PASSWORD, store=store, now=NOON)
    add_webhook(HOOK, store=store, secret=SECRET, now=NOON)
    for number in range(3):
        done = check_comment(
            make_arrival(f"maybe {number}"),
            site,
            store=store,
            scorer=StubScorer(),
            now=NOON,
            guid=new_guid(),
        )
        decide(olga, done.guid, Act.SPAM, seen_version=0, store=store, now=NOON)
    with store.begin() as unit:
        some = sa.select(event.c.id).order_by(event.c.id).limit(2)
        unit._connection.execute(
            event.update()
            .where(event.c.id.in_(some))
            .values(state=EventState.DEAD, attempts=7, trouble="answered <b>500</b>")
        )
        unit.commit()
    return sign_in(app, "olga")


def states(store):
    with store.engine.connect() as connection:
        found = connection.execute(sa.select(event.c.state).order_by(event.c.id)).scalars()
        return [one.value for one in found]


def test_what_was_given_up_says_why_and_nothing_of_it_runs(world):
    page = world.get("/moderation/events?state=dead").text
    assert page.count("given up · 7 tries") == 2
    assert "answered &lt;b&gt;500" in page
    assert "hooks.example.org" in page
    assert "secret-path" not in page


def test_one_is_sent_again_then_all(world, store):
    page = world.get("/moderation/events?state=dead").text
    token, number = csrf_token(page), page.partition('name="number" value="')[2].partition('"')[0]
    answer = world.post("/moderation/events/again", data={"csrf_token": token, "number": number})
    assert answer.location == "/moderation/events?again=1"
    assert "1 event will be sent again." in world.get(answer.location).text
    assert sorted(states(store)) == ["dead", "waiting", "waiting"]
    world.post("/moderation/events/again", data={"csrf_token": token})
    assert states(store) == ["waiting"] * 3
    # What waits is not there to be sent again.
    answer = world.post("/moderation/events/again", data={"csrf_token": token, "number": number})
    assert answer.status_code == 404


def test_pages_go_on_where_the_last_one_ended(world, monkeypatch):
    monkeypatch.setattr("service.workflows.look_at_events.PAGE", 2)
    first = world.get("/moderation/events").text
    assert first.count('class="when"') == 2
    place = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    last = world.get(place).text
    assert last.count('class="when"') == 1
    assert 'rel="next"' not in last


def test_who_works_on_another_site_sees_none_of_it_and_sends_none_again(app, store, world):
    other = add_site("https://other.example/", store=store, secret=SECRET, now=NOON).site
    mia, _ = add_moderator("mia", role=Role.MAINTAINER, password=PASSWORD, store=store, now=NOON)
    with store.begin() as unit:
        unit.moderators.set_sites(mia.moderator_id, frozenset({other.site_id}))
        unit.commit()
    client = sign_in(app, "mia")
    page = client.get("/moderation/events").text
    assert "No event." in page
    assert "hooks.example.org" not in page
    answer = client.post("/moderation/events/again", data={"csrf_token": csrf_token(page)})
    assert answer.location == "/moderation/events?again=0"
    assert sorted(states(store)) == ["dead", "dead", "waiting"]


def test_the_page_of_a_comment_says_who_heard_of_it_and_who_could_not(world, store):
    with store.engine.begin() as connection:
        rows = connection.execute(sa.select(event.c.guid).order_by(event.c.id)).scalars().all()
        own = event.update().where(event.c.guid == rows[2])
        connection.execute(own.values(state=EventState.SENT, attempts=2, sent_at=NOON))
    dead = world.get(f"/moderation/item/{rows[0]}").text
    assert "A webhook: decided · given up · 7 tries" in dead
    assert "answered &lt;b&gt;500" in dead
    sent = world.get(f"/moderation/item/{rows[2]}").text
    assert "A webhook: decided · sent · 2 tries" in sent
    assert "given up" not in sent


def test_a_clock_that_still_runs_was_told_to_nobody(world, store):
    with store.engine.begin() as connection:
        connection.execute(event.update().values(kind=EventKind.HOLD, state=EventState.WAITING))
        guid = connection.execute(sa.select(event.c.guid)).scalars().first()
    assert "nobody decided in time" not in world.get(f"/moderation/item/{guid}").text
    with store.engine.begin() as connection:
        connection.execute(event.update().values(state=EventState.SENT, sent_at=NOON))
    assert "A webhook: nobody decided in time" in world.get(f"/moderation/item/{guid}").text


HUGE = "1" * 40


@pytest.mark.parametrize("number", [HUGE, "abc", "-1", ""])
def test_a_number_that_none_has_sends_none_again(world, store, number):
    token = csrf_token(world.get("/moderation/events").text)
    answer = world.post("/moderation/events/again", data={"csrf_token": token, "number": number})
    assert answer.status_code < 500
    assert states(store).count("dead") == 2


@pytest.mark.parametrize(
    "place",
    ["events?before={}", "events?again={}", "model?drawn={}", "log?before={}", "?newest={}"],
)
def test_a_number_larger_than_any_is_no_fault_of_ours(world, place):
    assert world.get(f"/moderation/{place.format(HUGE)}").status_code == 200


def test_who_says_to_have_read_more_than_there_is_still_sees_the_queue(world):
    token = csrf_token(world.get("/moderation/events").text)
    world.post("/moderation/told", data={"csrf_token": token, "read": HUGE})
    assert world.get("/moderation/").status_code == 200
