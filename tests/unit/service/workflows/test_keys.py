"""Sites and Keys from the pages, and the log that tells of them."""

import dataclasses
import datetime as dt

import pytest
import sqlalchemy as sa

from service.domain.decision import Act
from service.domain.moderator import Role
from service.domain.submission import new_guid
from service.errors import Conflict, DuplicateSite, NotFound, NotPermitted, UnknownKey
from service.storage.desk_tables import change
from service.workflows.administer import add_moderator, add_site
from service.workflows.check_comment import check_comment
from service.workflows.decide import decide
from service.workflows.find_caller import find_caller
from service.workflows.manage_keys import (
    add_site_with_key,
    issue_another_key,
    list_sites_and_keys,
    revoke_one_key,
    rotate_key,
)
from service.workflows.read_log import LogAsk, export_log, read_log
from service.workflows.suspend_key import suspend_key
from tests.builders import BLOG, KEY, NOON, PASSWORD, make_arrival
from tests.conftest import SECRET
from tests.fakes import StubScorer

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def mia(each_store):
    made, _ = add_moderator(
        "mia", role=Role.MAINTAINER, password=PASSWORD, store=each_store, now=NOON
    )
    return made


def works(store, text, now=NOON):
    try:
        find_caller(text, store=store, secret=SECRET, now=now)
    except UnknownKey:
        return False
    return True


def test_rotating_lets_both_keys_work_until_the_old_one_ends(each_store, mia):
    first = add_site_with_key(mia, BLOG, store=each_store, secret=SECRET, now=NOON)
    second = rotate_key(
        mia, first.key.key_id, overlap_h=24, store=each_store, secret=SECRET, now=NOON
    )
    assert second.old_until == NOON + 24 * HOUR
    assert works(each_store, first.text, NOON + 23 * HOUR)
    assert not works(each_store, first.text, NOON + 24 * HOUR)
    assert works(each_store, second.text, NOON + 24 * HOUR)


def test_a_key_that_ends_is_not_rotated_again_but_can_end_at_once(each_store, mia):
    first = add_site_with_key(mia, BLOG, store=each_store, secret=SECRET, now=NOON)
    key_id = first.key.key_id
    rotate_key(mia, key_id, overlap_h=24, store=each_store, secret=SECRET, now=NOON)
    with pytest.raises(Conflict):
        rotate_key(mia, key_id, overlap_h=720, store=each_store, secret=SECRET, now=NOON)
    revoke_one_key(mia, key_id, store=each_store, now=NOON)
    assert not works(each_store, first.text)


def test_a_key_is_somebodys_once(each_store, mia):
    site = add_site(BLOG, key=KEY, store=each_store, secret=SECRET, now=NOON).site
    with pytest.raises(DuplicateSite):
        issue_another_key(
            mia, site.site_id, name="b", text=KEY, store=each_store, secret=SECRET, now=NOON
        )


def test_who_works_on_one_site_sees_no_other_key(each_store, mia):
    here = add_site(BLOG, store=each_store, secret=SECRET, now=NOON)
    there = add_site("https://other.example/", store=each_store, secret=SECRET, now=NOON)
    mine = dataclasses.replace(mia, site_ids=frozenset({here.site.site_id}))
    listed = list_sites_and_keys(mine, store=each_store)
    assert [site for site, _ in listed] == [here.site]
    with pytest.raises(NotFound):
        revoke_one_key(mine, there.key.key_id, store=each_store, now=NOON)
    with pytest.raises(NotFound):
        rotate_key(mine, there.key.key_id, overlap_h=0, store=each_store, secret=SECRET, now=NOON)
    with pytest.raises(NotPermitted):
        add_site_with_key(mine, "https://new.example/", store=each_store, secret=SECRET, now=NOON)
    assert works(each_store, there.text)


def test_keys_are_a_maintainers(each_store, mia):
    low = dataclasses.replace(mia, role=Role.SENIOR)
    with pytest.raises(NotPermitted):
        list_sites_and_keys(low, store=each_store)


def test_the_log_never_holds_a_key(each_store, mia):
    made = add_site_with_key(mia, BLOG, store=each_store, secret=SECRET, now=NOON)
    lines = read_log(mia, LogAsk(), store=each_store).lines
    assert {line.what for line in lines} >= {"site-add", "key-issue", "person-add"}
    assert made.text not in repr(lines)


def test_decisions_and_changes_stand_in_one_log_and_none_is_lost(each_store, mia):
    site = add_site(BLOG, store=each_store, secret=SECRET, now=NOON).site
    for number in range(60):
        now = NOON + number * HOUR
        one = check_comment(
            make_arrival(f"maybe {number}"),
            site,
            store=each_store,
            scorer=StubScorer(),
            now=now,
            guid=new_guid(),
        )
        decide(mia, one.guid, Act.SPAM, seen_version=0, store=each_store, now=now)
        if number % 2:
            name = f"key {number}"
            issue_another_key(
                mia, site.site_id, name=name, store=each_store, secret=SECRET, now=now
            )
    ask, seen = LogAsk(), []
    while True:
        page = read_log(mia, ask, store=each_store)
        seen += page.lines
        if page.before is None:
            break
        ask = LogAsk(before=page.before)
    assert len(seen) == len({(s.change_id, s.decision_id) for s in seen}) == 92
    assert [s.made_at for s in seen] == sorted((s.made_at for s in seen), reverse=True)
    exported = list(export_log(mia, LogAsk(), store=each_store, now=NOON + 99 * HOUR))
    assert exported[1:] == seen
    assert exported[0].what == "log-export"


def test_the_log_can_be_asked(each_store, mia):
    add_site_with_key(mia, BLOG, store=each_store, secret=SECRET, now=NOON)
    add_moderator("ben", role=Role.VIEWER, password=PASSWORD, store=each_store, now=NOON + HOUR)
    for ask, expected in (
        (LogAsk(kind="site-add"), {"site-add"}),
        (LogAsk(kind="decisions"), set()),
        (LogAsk(moderator_id=mia.moderator_id), {"site-add", "key-issue"}),
        (LogAsk(since=NOON + HOUR), {"person-add"}),
        (LogAsk(subject="EXAMPLE.org"), {"site-add", "key-issue"}),
        (LogAsk(subject="%"), set()),
    ):
        lines = read_log(mia, ask, store=each_store).lines
        assert {line.what for line in lines} == expected


def test_the_log_of_another_site_is_not_seen(each_store, mia):
    here = add_site(BLOG, store=each_store, secret=SECRET, now=NOON).site
    there = add_site_with_key(
        mia, "https://other.example/", store=each_store, secret=SECRET, now=NOON
    ).site
    mine = dataclasses.replace(mia, site_ids=frozenset({here.site_id}))
    lines = read_log(mine, LogAsk(), store=each_store).lines
    assert there.site_id not in {line.site_id for line in lines}


@pytest.mark.parametrize("statement", [change.delete(), change.update().values(actor="nobody")])
def test_the_database_refuses_to_alter_the_log(each_store, mia, statement):
    with pytest.raises(sa.exc.DatabaseError, match="never changed"), each_store.engine.begin() as c:
        c.execute(statement)
    assert read_log(mia, LogAsk(), store=each_store).lines


def test_a_suspended_key_is_refused_until_it_works_again(each_store, mia):
    made = add_site_with_key(mia, BLOG, store=each_store, secret=SECRET, now=NOON)
    own = {"by": mia, "store": each_store, "now": NOON}
    assert works(each_store, made.text)
    for _ in range(2):
        key = suspend_key(made.key.key_id, is_suspended=True, **own)
        assert (key.suspended_at, works(each_store, made.text)) == (NOON, False)
    for _ in range(2):
        assert suspend_key(made.key.key_id, is_suspended=False, **own).suspended_at is None
    assert works(each_store, made.text)
    told = [one.what for one in read_log(mia, LogAsk(), store=each_store).lines]
    assert (told.count("key-suspend"), told.count("key-resume")) == (1, 1)


def test_a_suspended_key_can_be_revoked_and_then_nothing_brings_it_back(each_store, mia):
    made = add_site_with_key(mia, BLOG, store=each_store, secret=SECRET, now=NOON)
    own = {"by": mia, "store": each_store, "now": NOON}
    suspend_key(made.key.key_id, is_suspended=True, **own)
    revoke_one_key(mia, made.key.key_id, store=each_store, now=NOON)
    with pytest.raises(Conflict):
        suspend_key(made.key.key_id, is_suspended=False, **own)
    assert not works(each_store, made.text)


def test_who_may_not_edit_keys_suspends_none(each_store, mia):
    made = add_site_with_key(mia, BLOG, store=each_store, secret=SECRET, now=NOON)
    ben, _ = add_moderator(
        "ben", role=Role.MODERATOR, password=PASSWORD, store=each_store, now=NOON
    )
    with pytest.raises(NotPermitted):
        suspend_key(made.key.key_id, is_suspended=True, by=ben, store=each_store, now=NOON)
    assert works(each_store, made.text)
