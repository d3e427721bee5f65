"""People: who may make whom what, where, and how they get in."""

import dataclasses
import datetime as dt

import pytest

from service.domain.moderator import Role, may_change, may_give, scope, sees
from service.errors import BadCredentials, Conflict, DuplicateModerator, NotFound, NotPermitted
from service.workflows.administer import add_moderator, add_site
from service.workflows.manage_people import (
    INVITED_FOR,
    PersonForm,
    accept_invitation,
    add_person,
    change_person,
    get_person,
    invite,
    list_people,
    set_person_open,
)
from service.workflows.read_log import LogAsk, read_log
from service.workflows.sign_in import sign_in
from tests.builders import BLOG, NOON, PASSWORD
from tests.conftest import SECRET

MODERATOR = PersonForm(role=Role.MODERATOR)


def person(store, name, role):
    return add_moderator(name, role=role, password=PASSWORD, store=store, now=NOON)[0]


@pytest.fixture
def owner(each_store):
    return person(each_store, "olga", Role.OWNER)


@pytest.fixture
def site(each_store):
    return add_site(BLOG, store=each_store, secret=SECRET, now=NOON).site


def test_somebody_new_sets_a_password_by_a_link_that_opens_once(each_store, owner):
    ben, token = add_person(owner, "Ben", MODERATOR, store=each_store, now=NOON)
    accept_invitation(token, PASSWORD, store=each_store, now=NOON)
    assert sign_in("ben", PASSWORD, store=each_store, now=NOON)[0].name == ben.name
    with pytest.raises(NotFound):
        accept_invitation(token, "another long password", store=each_store, now=NOON)


def test_a_link_ends_by_itself_and_a_newer_one_ends_it(each_store, owner):
    ben, token = add_person(owner, "ben", MODERATOR, store=each_store, now=NOON)
    with pytest.raises(NotFound):
        accept_invitation(token, PASSWORD, store=each_store, now=NOON + INVITED_FOR)
    invite(owner, ben.moderator_id, store=each_store, now=NOON)
    with pytest.raises(NotFound):
        accept_invitation(token, PASSWORD, store=each_store, now=NOON)


def test_a_closed_door_stays_closed_to_links_and_passwords(each_store, owner):
    ben, token = add_person(owner, "ben", MODERATOR, store=each_store, now=NOON)
    accept_invitation(token, PASSWORD, store=each_store, now=NOON)
    _, later = invite(owner, ben.moderator_id, store=each_store, now=NOON)
    set_person_open(owner, ben.moderator_id, is_open=False, store=each_store, now=NOON)
    with pytest.raises(NotFound):
        accept_invitation(later, PASSWORD, store=each_store, now=NOON)
    with pytest.raises(BadCredentials):
        sign_in("ben", PASSWORD, store=each_store, now=NOON)
    set_person_open(owner, ben.moderator_id, is_open=True, store=each_store, now=NOON)
    assert sign_in("ben", PASSWORD, store=each_store, now=NOON)[1]


def test_a_name_is_given_once(each_store, owner):
    with pytest.raises(DuplicateModerator):
        add_person(owner, "OLGA", MODERATOR, store=each_store, now=NOON)


def test_somebody_must_stay_owner_of_everything(each_store, owner, site):
    own = frozenset({site.site_id})
    for form in (MODERATOR, PersonForm(role=Role.OWNER, site_ids=own)):
        with pytest.raises(Conflict):
            change_person(owner, owner.moderator_id, form, store=each_store, now=NOON)
    with pytest.raises(Conflict):
        set_person_open(owner, owner.moderator_id, is_open=False, store=each_store, now=NOON)
    assert get_person(owner, owner.moderator_id, store=each_store)[0].moderator == owner


def test_nobody_gives_more_than_they_have(each_store, owner):
    mia = person(each_store, "mia", Role.MAINTAINER)
    for role in (Role.MAINTAINER, Role.OWNER):
        with pytest.raises(NotPermitted):
            add_person(mia, "x-name", PersonForm(role=role), store=each_store, now=NOON)
    with pytest.raises(NotPermitted):
        invite(mia, owner.moderator_id, store=each_store, now=NOON)
    assert add_person(mia, "sam", PersonForm(role=Role.SENIOR), store=each_store, now=NOON)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MODERATOR, Role.SENIOR])
def test_people_are_a_maintainers(each_store, owner, role):
    low = person(each_store, "low", role)
    with pytest.raises(NotPermitted):
        list_people(low, store=each_store)
    with pytest.raises(NotPermitted):
        add_person(low, "new", PersonForm(role=Role.VIEWER), store=each_store, now=NOON)


def test_a_networks_children_come_with_it(each_store, owner):
    with each_store.begin() as unit:
        net = unit.sites.add(blog="http://net.example/", name="net", is_network=True, now=NOON)
        child = unit.sites.add(blog="http://a.example/", name="a", parent_id=net.site_id, now=NOON)
        other = unit.sites.add(blog="http://b.example/", name="b", now=NOON)
        unit.commit()
    form = PersonForm(role=Role.MODERATOR, site_ids=frozenset({net.site_id}))
    ben, _ = add_person(owner, "ben", form, store=each_store, now=NOON)
    seen = get_person(owner, ben.moderator_id, store=each_store)[0]
    assert seen.given == {net.site_id}
    assert scope(seen.moderator) == (net.site_id, child.site_id)
    assert not sees(seen.moderator, other.site_id)
    with pytest.raises(NotFound):
        scope(seen.moderator, other.site_id)


def test_who_has_one_site_reaches_nobody_of_another(owner):
    here, there = frozenset({1}), frozenset({2})
    mia = dataclasses.replace(owner, role=Role.MAINTAINER, site_ids=here)
    ben = dataclasses.replace(owner, role=Role.MODERATOR)
    assert [may_change(mia, dataclasses.replace(ben, site_ids=s)) for s in (here, there, None)] == [
        True,
        False,
        False,
    ]
    assert not may_give(mia, Role.VIEWER, None)


def test_every_change_is_in_the_log_with_from_and_to(each_store, owner, site):
    ben, _ = add_person(owner, "ben", MODERATOR, store=each_store, now=NOON)
    later = NOON + dt.timedelta(minutes=1)
    form = PersonForm(role=Role.SENIOR, site_ids=frozenset({site.site_id}))
    change_person(owner, ben.moderator_id, form, store=each_store, now=later)
    line = read_log(owner, LogAsk(), store=each_store).lines[0]
    assert (line.made_at, line.actor, line.what, line.subject) == (
        later,
        "olga",
        "person-change",
        "ben",
    )
    assert line.detail == {"role": "moderator → senior", "sites": f"all → {site.site_id}"}
