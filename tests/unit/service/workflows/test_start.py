"""Before the first comment: who is told what, and when it is over."""

import dataclasses
import datetime as dt

import pytest

from service.domain.moderator import Role
from service.workflows.administer import add_moderator, add_site
from service.workflows.find_caller import find_caller
from service.workflows.import_history import How, import_history
from service.workflows.look_at_start import Start, look_at_start
from service.workflows.suspend_key import suspend_key
from tests.builders import BLOG, KEY, NOON, PASSWORD

SECRET = "x" * 64
HISTORY = '[{"comment_ID": "7", "comment_content": "Buy now", "comment_approved": "spam"}]'


@pytest.fixture
def key(each_store):
    return add_site(BLOG, key=KEY, store=each_store, secret=SECRET, now=NOON).key


def person(store, role, name="olga"):
    return add_moderator(name, role=role, password=PASSWORD, store=store, now=NOON)[0]


def start(store, who, now=NOON):
    return look_at_start(who, store=store, now=now)


def test_the_keys_that_work_are_named_and_none_was_asked_with(each_store, key):
    found = start(each_store, person(each_store, Role.OWNER))
    assert [one.key_id for _, one in found.keys] == [key.key_id]
    assert (found.has_site, found.asked_at, found.imported) == (True, None, 0)


def test_the_first_request_is_seen_although_it_brought_no_comment(each_store, key):
    later = NOON + dt.timedelta(minutes=3)
    find_caller(KEY, BLOG, store=each_store, secret=SECRET, now=later)
    assert start(each_store, person(each_store, Role.MAINTAINER), later).asked_at == later


def test_it_is_over_with_the_first_comment(each_store, come, people):
    assert start(each_store, people[0]) is not None
    come("Thank you, this passes.")
    assert start(each_store, people[0]) is None


def test_another_sites_comment_does_not_begin_ones_own(each_store, come):
    olga = person(each_store, Role.OWNER)
    other = add_site("https://o.example/", store=each_store, secret=SECRET, now=NOON).site
    come("maybe")
    mine = dataclasses.replace(olga, site_ids=frozenset({other.site_id}))
    assert [site.site_id for site, _ in start(each_store, mine).keys] == [other.site_id]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MODERATOR, Role.SENIOR])
def test_who_may_see_no_keys_is_told_none_of_it(each_store, key, role):
    assert start(each_store, person(each_store, role)) == Start()


def test_a_suspended_key_is_no_way_in(each_store, key):
    olga = person(each_store, Role.OWNER)
    suspend_key(key.key_id, is_suspended=True, by=olga, store=each_store, now=NOON)
    found = start(each_store, olga)
    assert (found.keys, found.has_site) == ((), True)


def test_history_brought_in_is_counted_and_is_no_first_comment(each_store, key, tmp_path):
    file = tmp_path / "spam.json"
    file.write_text(HISTORY)
    import_history(
        file,
        "wp-comments",
        BLOG,
        How(),
        moved=lambda _done: None,
        data_dir=tmp_path,
        store=each_store,
        secret=SECRET,
        now=NOON,
    )
    assert start(each_store, person(each_store, Role.OWNER)).imported == 1
