"""Sent to a colleague: a claim for somebody else, with a word; it ends as claims do."""

import dataclasses
import datetime as dt

import pytest

from service.domain.claim import DELIBERATE
from service.domain.decision import Act
from service.domain.moderator import Role
from service.domain.submission import new_guid
from service.domain.view import View
from service.errors import Conflict, InvalidField, NotFound, NotPermitted
from service.workflows.administer import add_moderator, deactivate_moderator
from service.workflows.claim_item import claim_item
from service.workflows.decide import decide
from service.workflows.look_at import look_at
from service.workflows.review import review
from service.workflows.send_item import send_item
from service.workflows.skip import skip
from tests.builders import NOON, PASSWORD

SENT = View(is_sent=True)


@pytest.fixture
def cleo(each_store):
    role = Role.MODERATOR
    return add_moderator("cleo", role=role, password=PASSWORD, store=each_store, now=NOON)[0]


def send(store, who, guid, to, note="", now=NOON):
    return send_item(who, guid, to.moderator_id, note=note, store=store, now=now)


def claim(store, who, guid, *, wants=True):
    return claim_item(who, guid, wants=wants, is_deliberate=True, store=store, now=NOON)


def sent_to(store, who, now=NOON):
    """How many the person's queue says were sent there, and which the list of them shows."""
    found = review(who, SENT, store=store, now=now)
    return found.sent, [one.guid for one in found.items]


def held(store, guid, who, now=NOON):
    return look_at(who, guid, store=store, now=now).claim


def test_the_colleague_finds_it_with_who_sent_it_and_why(each_store, come, people):
    guid, _ = come("maybe 1", "maybe 2")
    ana, ben = people
    send(each_store, ana, guid, ben, " is that Portuguese? ")
    assert sent_to(each_store, ben) == (1, [guid])
    assert sent_to(each_store, ana) == (0, [])
    found = held(each_store, guid, ana)
    assert (found.moderator, found.sent_by, found.note) == ("ben", "ana", "is that Portuguese?")
    (told,) = look_at(ana, guid, store=each_store, now=NOON).handovers
    assert (told.sender, told.receiver, told.note) == ("ana", "ben", "is that Portuguese?")


def test_it_is_over_after_four_hours_and_stays_in_the_history(each_store, come, people):
    (guid,) = come("maybe")
    send(each_store, *people[:1], guid, people[1])
    just = NOON + DELIBERATE - dt.timedelta(seconds=1)
    assert sent_to(each_store, people[1], just) == (1, [guid])
    assert sent_to(each_store, people[1], NOON + DELIBERATE) == (0, [])
    assert len(look_at(people[0], guid, store=each_store, now=NOON + DELIBERATE).handovers) == 1


def test_opening_it_keeps_it_sent_and_letting_go_ends_it(each_store, come, people):
    (guid,) = come("maybe")
    ana, ben = people
    send(each_store, ana, guid, ben)
    look_at(ben, guid, claims=True, store=each_store, now=NOON)
    claim_item(ben, guid, wants=True, is_deliberate=False, store=each_store, now=NOON)
    assert held(each_store, guid, ben).sent_by == "ana"
    claim(each_store, ben, guid, wants=False)
    assert sent_to(each_store, ben) == (0, [])


def test_whoever_decides_it_ends_it(each_store, come, people):
    (guid,) = come("maybe")
    send(each_store, people[0], guid, people[1])
    decide(people[0], guid, Act.SPAM, seen_version=0, store=each_store, now=NOON)
    assert sent_to(each_store, people[1]) == (0, [])


def test_what_the_colleague_had_skipped_comes_back(each_store, come, people):
    (guid,) = come("maybe")
    skip(people[1], guid, store=each_store)
    send(each_store, people[0], guid, people[1])
    found = review(people[1], View(), store=each_store, now=NOON)
    assert [one.guid for one in found.items] == [guid]


def test_it_can_be_sent_on_and_taken_back_by_who_sent_it(each_store, come, people, cleo):
    (guid,) = come("maybe")
    ana, ben = people
    send(each_store, ana, guid, ben)
    send(each_store, ben, guid, cleo)
    assert held(each_store, guid, ana).moderator == "cleo"
    with pytest.raises(Conflict, match="cleo has claimed this"):
        send(each_store, ana, guid, ben)
    claim(each_store, ben, guid)
    assert held(each_store, guid, ana).moderator == "ben"
    assert held(each_store, guid, ana).sent_by == ""


def test_it_takes_nothing_from_who_claimed_it_and_a_soft_claim_gives_way(
    each_store, come, people, cleo
):
    claimed, opened = come("maybe 1", "maybe 2")
    claim(each_store, cleo, claimed)
    look_at(cleo, opened, claims=True, store=each_store, now=NOON)
    with pytest.raises(Conflict, match="cleo has claimed this"):
        send(each_store, people[0], claimed, people[1])
    assert send(each_store, people[0], opened, people[1]).moderator == "ben"


def test_only_who_could_decide_it_can_be_sent_it(each_store, come, people, cleo):
    (guid,) = come("maybe")
    add_moderator("vera", role=Role.VIEWER, password=PASSWORD, store=each_store, now=NOON)
    deactivate_moderator("cleo", store=each_store, now=NOON)
    colleagues = look_at(people[0], guid, store=each_store, now=NOON).colleagues
    assert [one.name for one in colleagues] == ["ben"]
    with each_store.read() as unit:
        vera = unit.moderators.get("vera")
    for nobody in (vera, cleo, people[0], dataclasses.replace(cleo, moderator_id=999)):
        with pytest.raises(InvalidField):
            send(each_store, people[0], guid, nobody)
    with pytest.raises(InvalidField):
        send_item(people[0], guid, None, store=each_store, now=NOON)


def test_only_what_waits_is_sent_by_who_decides_there(each_store, come, people):
    (guid,) = come("maybe")
    viewer = dataclasses.replace(people[0], role=Role.VIEWER)
    with pytest.raises(NotPermitted):
        send(each_store, viewer, guid, people[1])
    elsewhere = dataclasses.replace(people[0], site_ids=frozenset())
    for who, what in ((elsewhere, guid), (people[0], new_guid())):
        with pytest.raises(NotFound):
            send(each_store, who, what, people[1])
    decide(people[0], guid, Act.SPAM, seen_version=0, store=each_store, now=NOON)
    with pytest.raises(Conflict, match="does not wait"):
        send(each_store, people[0], guid, people[1])
