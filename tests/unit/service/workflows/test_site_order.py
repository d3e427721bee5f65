"""The queue Site by Site: grouped by name, by priority within, a page at a time by keys."""

import datetime as dt

import pytest

from service.domain.decision import Outcome
from service.domain.moderator import Role
from service.domain.query import read_query
from service.domain.submission import new_guid
from service.domain.view import Sort, View
from service.storage.lists import Cursor, ListAsk
from service.workflows.administer import add_moderator, add_site
from service.workflows.check_comment import check_comment
from service.workflows.index_new import index_new
from service.workflows.look_at import look_at
from service.workflows.manage_people import PersonForm, add_person
from service.workflows.review import review
from service.workflows.skip import skip
from tests.builders import NOON, PASSWORD, make_arrival
from tests.fakes import StubScorer
from tests.perf._filling import fill
from tests.perf.queue import is_scan

BY_SITE = View(sort=Sort.SITE)
NAMES = ("zebra", "Alder", "birch")


@pytest.fixture
def sites(each_store):
    return {
        name: add_site(
            f"https://{name}.example/", name=name, store=each_store, secret="x" * 64, now=NOON
        ).site
        for name in NAMES
    }


@pytest.fixture
def olga(each_store):
    return add_moderator("olga", role=Role.OWNER, password=PASSWORD, store=each_store, now=NOON)[0]


def come(store, site, *texts, hours=0):
    now = NOON - dt.timedelta(hours=hours)
    guids = []
    for text in texts:
        arrival, guid = make_arrival(text), new_guid()
        check_comment(arrival, site, store=store, scorer=StubScorer(), now=now, guid=guid)
        guids.append(guid)
    return guids


def guids(store, who, view=BY_SITE):
    seen, after = [], None
    while True:
        found = review(who, view, after=after, store=store, now=NOON)
        seen += [one.guid for one in found.items]
        after = found.after
        if after is None:
            return seen


def test_sites_follow_by_name_and_within_one_the_priority_counts(each_store, sites, olga):
    (last,) = come(each_store, sites["zebra"], "maybe 1", hours=90)
    (new,) = come(each_store, sites["Alder"], "maybe 2")
    (middle,) = come(each_store, sites["birch"], "maybe 3", hours=50)
    (old,) = come(each_store, sites["Alder"], "maybe 4", hours=30)
    assert guids(each_store, olga) == [old, new, middle, last]


def test_pages_go_on_over_the_end_of_a_site(each_store, sites, olga):
    made = {
        name: come(each_store, sites[name], *(f"maybe {name} {n}" for n in range(count)))
        for name, count in (("zebra", 30), ("Alder", 70), ("birch", 49))
    }
    expected = made["Alder"][::-1] + made["birch"][::-1] + made["zebra"][::-1]
    assert guids(each_store, olga) == expected


def test_neighbours_are_found_over_the_end_of_a_site(each_store, sites, olga):
    come(each_store, sites["zebra"], "maybe 1")
    come(each_store, sites["Alder"], "maybe 2", "maybe 3")
    come(each_store, sites["birch"], "maybe 4")
    order = guids(each_store, olga)
    for at, guid in enumerate(order):
        seen = look_at(olga, guid, BY_SITE, store=each_store, now=NOON)
        around = ["", *order, ""][at : at + 3]
        assert [seen.newer, guid, seen.older] == around


def test_a_filter_narrows_every_site(each_store, sites, olga):
    for name in NAMES:
        come(each_store, sites[name], f"maybe rare{name}", "maybe apples", "maybe pears")
    while index_new(store=each_store, now=NOON + dt.timedelta(seconds=10)):
        pass
    apples = guids(each_store, olga, View(sort=Sort.SITE, query="apples"))
    (rare,) = guids(each_store, olga, View(sort=Sort.SITE, query="rarebirch"))
    every = guids(each_store, olga)
    assert [one for one in every if one in apples] == apples
    assert len(apples) == 3
    assert rare in every
    assert guids(each_store, olga, View(sort=Sort.SITE, query="nowhere")) == []


def test_what_one_put_off_is_left_out(each_store, sites, olga):
    first, second = come(each_store, sites["birch"], "maybe 1", "maybe 2")
    skip(olga, second, store=each_store)
    assert guids(each_store, olga) == [first]


def test_who_works_on_two_sites_sees_those(each_store, sites, olga):
    come(each_store, sites["zebra"], "maybe 1")
    made = come(each_store, sites["Alder"], "maybe 2") + come(each_store, sites["birch"], "maybe 3")
    two = frozenset(sites[name].site_id for name in ("Alder", "birch"))
    form = PersonForm(role=Role.MODERATOR, site_ids=two, email="")
    add_person(olga, "ben", form, store=each_store, now=NOON)
    with each_store.read() as unit:
        ben = unit.moderators.get("ben")
    assert guids(each_store, ben) == made


def test_a_place_in_a_site_that_is_gone_shows_nothing(each_store, sites, olga):
    come(each_store, sites["birch"], "maybe 1")
    lost = Cursor(0.0, 1, 999)
    assert not review(olga, BY_SITE, after=lost, store=each_store, now=NOON).items


def test_no_order_reads_the_table_through(each_store, sites):
    fill(each_store, 20_000)
    order = tuple(one.site_id for one in sites.values())
    with each_store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE submission SET site_id = 1 + mod(id, 3)")
        connection.exec_driver_sql("ANALYZE")
    asks = {
        sort: ListAsk(outcome=Outcome.UNSURE, sort=sort, not_skipped_by=1, site_order=order)
        for sort in Sort
    }
    asks["words"] = ListAsk(
        outcome=Outcome.UNSURE, sort=Sort.SITE, site_order=order, terms=read_query("word7").terms
    )
    with each_store.read() as unit:
        plans = {name: unit.lists.plan(ask) for name, ask in asks.items()}
    assert not [plan for plan in plans.values() if is_scan(plan)]
    assert "ix_submission_waiting_site_id_priority_id" in plans[Sort.SITE]
