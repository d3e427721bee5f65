"""Who called lately, in a sealed file: what it keeps, what it refuses, what it never holds."""

import dataclasses
import datetime as dt
import json

import pytest

from service.domain.entry import Effect, Entry, EntryKind, EntryStatus
from service.domain.moderator import Role
from service.domain.site import key_hash, same_address
from service.errors import StoreUnavailable
from service.storage.known import KEPT_S
from service.storage.remembered import Called, Memory, Remembered
from service.storage.store import Store
from service.workflows.administer import add_moderator, add_site, revoke_key
from service.workflows.find_caller import find_caller
from service.workflows.remember_callers import recall_callers, remember_callers
from tests.builders import BLOG, KEY, NOON, PASSWORD, make_comment

SECRET = "0" * 64
ENTRY = Entry(
    entry_id=7,
    site_id=None,
    kind=EntryKind.PHRASE,
    pattern="cheap watches",
    effect=Effect.SPAM,
    status=EntryStatus.LIVE,
    why="nobody needs them",
    made_by=3,
    made_at=NOON,
)
GONE = "sqlite:////no/such/folder/x.sqlite3"


@pytest.fixture
def place(tmp_path):
    return tmp_path / "callers.sealed"


@pytest.fixture
def remembered(place):
    return Remembered(place, SECRET)


@pytest.fixture
def caller(each_store):
    add_site(BLOG, key=KEY, store=each_store, secret=SECRET, now=NOON)
    return find_caller(KEY, BLOG, store=each_store, secret=SECRET, now=NOON)


@pytest.fixture
def gone(tmp_path):
    """A store whose database is not there, as at a start of another process."""
    store = Store.open(GONE, spool=tmp_path / "spool")
    yield store
    store.close()


def test_a_known_key_is_known_again_at_a_start_without_a_database(
    each_store, remembered, caller, gone
):
    remember_callers(remembered, store=each_store, now=NOON)
    assert recall_callers(remembered, store=gone) == 1
    found = find_caller(KEY, BLOG, store=gone, secret=SECRET, now=NOON)
    assert (found.site, found.key.key_id) == (caller.site, caller.key.key_id)
    with pytest.raises(StoreUnavailable):
        find_caller("abcdefabcdef", BLOG, store=gone, secret=SECRET, now=NOON)


def test_the_lists_of_a_site_hold_at_a_start_without_a_database(
    each_store, remembered, caller, gone
):
    ana, _ = add_moderator("ana", role=Role.OWNER, password=PASSWORD, store=each_store, now=NOON)
    with each_store.begin() as unit:
        unit.entries.add(dataclasses.replace(ENTRY, made_by=ana.moderator_id))
        unit.commit()
    remember_callers(remembered, store=each_store, now=NOON)
    recall_callers(remembered, store=gone)
    hits = gone.lists.matcher(caller.site).hits(make_comment("Buy cheap watches"), NOON)
    assert [hit.effect for hit in hits] == [Effect.SPAM]


def test_a_revoked_key_is_not_written_down(each_store, remembered, caller):
    remember_callers(remembered, store=each_store, now=NOON)
    assert len(remembered.read().called) == 1
    revoke_key(caller.key.key_id, store=each_store, now=NOON)
    blog = same_address("https://other.example/")
    each_store.known.keep(key_hash(KEY, SECRET), blog, caller)
    remember_callers(remembered, store=each_store, now=NOON + dt.timedelta(seconds=1))
    assert remembered.read().called == ()


def test_what_another_process_wrote_stays(each_store, remembered, caller):
    remember_callers(remembered, store=each_store, now=NOON)
    (one,) = remembered.read().called
    other = dataclasses.replace(one, blog="other.example")
    remembered.update([other], lambda ordered: Memory(tuple(ordered)))
    assert {called.blog for called in remembered.read().called} == {one.blog, "other.example"}


def test_nothing_new_is_not_written_again(each_store, remembered, caller, place):
    remember_callers(remembered, store=each_store, now=NOON)
    place.unlink()
    remember_callers(remembered, store=each_store, now=NOON)
    assert not place.exists()


def test_a_database_that_goes_meanwhile_leaves_the_news_for_later(
    each_store, remembered, caller, gone
):
    gone.known.keep(key_hash(KEY, SECRET), "blog.example.org", caller)
    with pytest.raises(StoreUnavailable):
        remember_callers(remembered, store=gone, now=NOON)
    assert len(gone.known.list_news()) == 1


@pytest.mark.parametrize("spoil", ["another policy", "cut", "nothing", "another secret", "rubbish"])
def test_a_file_that_somebody_changed_is_as_good_as_none(
    each_store, remembered, caller, place, spoil
):
    remember_callers(remembered, store=each_store, now=NOON)
    content = place.read_bytes()
    assert b'"hold"' in content
    changed = {
        "another policy": content.replace(b'"hold"', b'"ham" ', 1),
        "cut": content[:-20],
        "nothing": b"",
        "another secret": content,
        "rubbish": b"\xff\n[]",
    }
    place.write_bytes(changed[spoil])
    secret = "1" * 64 if spoil == "another secret" else SECRET
    assert Remembered(place, secret).read() == Memory()
    place.write_bytes(content)
    assert len(remembered.read().called) == 1


def test_no_text_of_a_key_is_in_it_and_it_is_for_its_owner(each_store, remembered, caller, place):
    remember_callers(remembered, store=each_store, now=NOON)
    assert KEY.encode() not in place.read_bytes()
    assert place.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("later_s", "many"), [(KEPT_S - 1, 1), (KEPT_S + 1, 0), (-50.0, 1), (-3600.0, 0)]
)
def test_it_is_kept_for_twelve_hours_and_a_clock_set_back_keeps_nothing_alive(
    caller, place, later_s, many
):
    one = Called("h", "b", 1000.0, caller)
    Remembered(place, SECRET, clock=lambda: 1000.0).update([one], lambda o: Memory(tuple(o)))
    assert len(Remembered(place, SECRET, clock=lambda: 1000.0 + later_s).read().called) == many


def test_everything_of_a_caller_and_an_entry_comes_back(caller, place):
    entry = dataclasses.replace(
        ENTRY, site_id=4, expires_at=NOON + dt.timedelta(days=2), status=EntryStatus.SHADOW
    )
    used = dataclasses.replace(caller.key, last_used_at=NOON)
    one = Called("h", "b", 1000.0, dataclasses.replace(caller, key=used))
    kept = Remembered(place, SECRET, clock=lambda: 1000.0)
    kept.update([one], lambda ordered: Memory(tuple(ordered), (entry,)))
    assert kept.read() == Memory((one,), (entry,))
    assert json.loads(place.read_bytes().partition(b"\n")[2])["entries"][0]["kind"] == "phrase"
