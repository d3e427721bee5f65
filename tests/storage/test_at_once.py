"""What two callers find missing at the same moment is made once, on each engine."""

import datetime as dt
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.domain.decision import Act
from service.domain.moderator import Role
from service.errors import DuplicateSite
from service.storage.sites import Sites
from service.storage.store import Store
from service.storage.submissions import Submissions
from service.storage.unit import Unit
from service.workflows.administer import add_moderator, add_site
from service.workflows.report_mistake import report_mistake
from tests.builders import BLOG, NOON, make_arrival
from tests.conftest import SECRET


def slowly(monkeypatch, kind, name):
    """Let *name* take its time after it has looked, so that two look before either writes."""
    asked = getattr(kind, name)

    def patient(self, *args, **options):
        found = asked(self, *args, **options)
        time.sleep(0.4)
        return found

    monkeypatch.setattr(kind, name, patient)


def twice(act):
    """What two threads that begin together get, refusals included."""
    start = threading.Barrier(2)

    def one(_):
        start.wait()
        try:
            return act()
        except DuplicateSite as error:
            return error

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, range(2)))


def make_site(store):
    return add_site(BLOG, store=store, secret=SECRET, now=NOON)


def report(store, site):
    return report_mistake(make_arrival("never seen"), Act.SPAM, site, store=store, now=NOON)


def test_a_site_added_twice_at_once_is_there_once(each_store, monkeypatch):
    slowly(monkeypatch, Sites, "find_by_blog")
    found = twice(lambda: make_site(each_store))
    assert sum(isinstance(one, DuplicateSite) for one in found) == 1
    with each_store.read() as unit:
        assert len(unit.sites.list_all()) == 1


def test_a_report_sent_twice_at_once_makes_one_comment(each_store, monkeypatch):
    site = make_site(each_store).site
    slowly(monkeypatch, Submissions, "find_same")
    first, second = twice(lambda: report(each_store, site))
    assert first.guid == second.guid


def test_without_the_lock_postgresql_makes_two(postgres_url, monkeypatch):
    store = Store.open(postgres_url)
    try:
        site = make_site(store).site
        slowly(monkeypatch, Submissions, "find_same")
        monkeypatch.setattr(Unit, "alone", lambda _self, _what: None)
        first, second = twice(lambda: report(store, site))
        assert first.guid != second.guid
    finally:
        store.close()


@pytest.mark.parametrize("hours", [0, 24 * 60])
def test_ended_sessions_are_forgotten(each_store, hours):
    person, _ = add_moderator("ana", role=Role.OWNER, store=each_store, now=NOON)
    with each_store.begin() as unit:
        unit.moderators.add_session("a" * 64, person.moderator_id, NOON)
        later = NOON + dt.timedelta(hours=hours)
        gone = unit.moderators.purge_ended_sessions(
            made_before=later - dt.timedelta(hours=720), seen_before=later - dt.timedelta(hours=12)
        )
        unit.commit()
    assert gone == (1 if hours else 0)
