"""The spool: on disk before it is acknowledged, drained in order, once, whoever died when."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.verdict import Verdict
from service.domain.address import kept
from service.domain.decision import Act, Source
from service.domain.hold import Hold
from service.domain.submission import Kind, Scoring
from service.errors import StoreUnavailable
from service.storage import spool as spool_module
from service.storage.spool import REFUSED, Spool
from service.storage.store import Store
from service.storage.tables import event, submission
from tests.builders import BLOG, NOON, make_arrival, make_submission

WHOLE, WHOLE_6 = "203.0.113.77", "2001:db8:1:2::9"
CUT = "203.0.113.0~0123456789"
AWKWARD = "Grüße\0 \ud800 \u202e <b>x</b>\nsecond line"


@pytest.fixture
def spooling(each_url, tmp_path):
    """A Store with a spool on each engine, its Site, and a switch for the database."""
    store = Store.open(each_url, spool=tmp_path / "spool")
    with store.begin() as unit:
        site = unit.sites.add(blog=BLOG, name="x", now=NOON)
        unit.commit()
    yield store, site.site_id, Switch(store)
    store.close()


class Switch:
    """Lets every transaction fail, as a database that is gone does."""

    def __init__(self, store):
        self.store = store

    def _fail(self, _connection):
        raise sa.exc.OperationalError("BEGIN", None, OSError("gone"))

    def __enter__(self):
        sa.event.listen(self.store.engine, "begin", self._fail)

    def __exit__(self, *_):
        sa.event.remove(self.store.engine, "begin", self._fail)


def guids(store):
    with store.engine.connect() as connection:
        return list(
            connection.execute(sa.select(submission.c.guid).order_by(submission.c.id)).scalars()
        )


def waiting(store):
    return sorted(store.spool.folder.glob("*.spool"))


def test_what_the_database_does_not_take_is_stored_when_it_is_back(spooling):
    store, site_id, gone = spooling
    new = [make_submission(site_id) for _ in range(5)]
    with gone:
        for one in new:
            store.append(one)
        with pytest.raises(StoreUnavailable):
            store.drain(NOON)
    assert store.drain(NOON) == 5
    assert guids(store) == [one.guid for one in new]
    assert (waiting(store), store.drain(NOON)) == ([], 0)


def test_everything_about_it_comes_through(spooling):
    store, site_id, gone = spooling
    scoring = Scoring(verdict=Verdict.UNSURE, score=0.7, model_id="m", took_ms=1.5)
    arrival = make_arrival(AWKWARD, user_ip=CUT)
    new = make_submission(site_id, arrival=arrival, scoring=scoring, priority=0.5)
    with gone:
        store.append(new, Hold(held_at=NOON, recheck_after_s=3600))
    store.drain(NOON)
    with store.read() as unit:
        found = unit.submissions.get(new.guid)
    assert (found.arrival, found.scoring) == (new.arrival, new.scoring)
    assert (found.received_at, found.outcome, found.priority) == (new.received_at, new.outcome, 0.5)
    with store.engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(event)).scalar_one() == 1


def reported(site_id, guid="", text="Thanks."):
    arrival = make_arrival(text, guid=guid, reporter="ana")
    return make_submission(site_id, arrival=arrival, scoring=None, kind=Kind.REPORT)


def decisions(store, guid):
    with store.read() as unit:
        found = unit.submissions.get(guid)
        every = unit.decisions.list_of(found.submission_id)
    return [(one.act, one.source, one.reporter) for one in every]


def test_reports_are_heard_after_the_comments_they_speak_of_and_once(spooling):
    store, site_id, gone = spooling
    before, after = make_submission(site_id), make_submission(site_id)
    store.append(before)
    with gone:
        store.append(after)
        store.keep_report(reported(site_id, after.guid), Act.APPROVE)
        store.keep_report(reported(site_id, before.guid), Act.SPAM)
        store.keep_report(reported(site_id, before.guid), Act.SPAM)
        store.keep_report(reported(site_id, text="Never seen before"), Act.SPAM)
    whole = waiting(store)[0].read_bytes()
    assert store.drain(NOON) == 5
    for _ in range(2):
        assert decisions(store, before.guid) == [(Act.SPAM, Source.SITE, "ana")]
        assert decisions(store, after.guid) == [(Act.APPROVE, Source.SITE, "ana")]
        # The comment that only its blog knows is there, too.
        assert len(guids(store)) == 3
        # As if the process had died after the commit and before the file was gone.
        (store.spool.folder / "0-1-1.spool").write_bytes(whole)
        store.drain(NOON)


def test_without_a_spool_a_report_is_refused(each_url, spooling):
    _, site_id, _ = spooling
    bare = Store.open(each_url)
    with pytest.raises(StoreUnavailable):
        bare.keep_report(reported(site_id), Act.SPAM)
    bare.close()


def test_a_drain_cut_off_in_the_middle_stores_nothing_twice(spooling):
    store, site_id, gone = spooling
    new = [make_submission(site_id) for _ in range(4)]
    with gone:
        for one in new:
            store.append(one)
    whole = [place.read_bytes() for place in waiting(store)]
    store.drain(NOON)
    # As if the process had died after the commit and before the file was gone.
    (store.spool.folder / "0-1-1.spool").write_bytes(b"".join(whole))
    store.drain(NOON)
    assert guids(store) == [one.guid for one in new]


def test_without_the_look_for_doubles_it_would_not_end(spooling):
    """The twin: a drain that stores what is there already is refused by the database."""
    store, site_id, gone = spooling
    with gone:
        store.append(make_submission(site_id))
    whole = waiting(store)[0].read_bytes()
    store.drain(NOON)
    (store.spool.folder / "0-1-1.spool").write_bytes(whole)
    store.spool.drain(store._append_group)
    assert (store.spool.folder / REFUSED).read_bytes() == whole


def test_whole_addresses_of_an_earlier_version_are_cut_when_they_are_stored(spooling):
    store, site_id, gone = spooling
    key = store.address_key(NOON)
    given = (WHOLE, f" {WHOLE} ", WHOLE_6, CUT, "203.0.113.0", "", f"{WHOLE}~0123456789")
    new = [make_submission(site_id, arrival=make_arrival(user_ip=one)) for one in given]
    lost = make_submission(site_id + 99, arrival=make_arrival(user_ip=WHOLE))
    with gone:
        for one in [*new, lost]:
            store.append(one)
    assert WHOLE in waiting(store)[0].read_text("utf-8")
    store.drain(NOON)
    with store.read() as unit:
        found = [unit.submissions.get(one.guid).arrival.comment.user_ip for one in new]
    pseudonym = kept(WHOLE, key)
    # What is cut already stays; what is no address goes.
    assert found == [pseudonym, pseudonym, kept(WHOLE_6, key), CUT, "203.0.113.0", "", ""]
    assert WHOLE not in (store.spool.folder / REFUSED).read_text("utf-8")


def test_without_mending_a_whole_address_would_be_stored(spooling):
    """The twin: what the database would hold."""
    store, site_id, gone = spooling
    new = make_submission(site_id, arrival=make_arrival(user_ip=WHOLE))
    with gone:
        store.append(new)
    store.spool.drain(store._append_missing)
    with store.read() as unit:
        assert unit.submissions.get(new.guid).arrival.comment.user_ip == WHOLE


def test_half_a_line_at_the_end_costs_nothing_before_it(spooling):
    store, site_id, gone = spooling
    new = [make_submission(site_id) for _ in range(3)]
    with gone:
        for one in new:
            store.append(one)
    store.spool.close()
    place = waiting(store)[0]
    place.write_bytes(place.read_bytes()[:-40])
    store.drain(NOON)
    assert guids(store) == [one.guid for one in new[:2]]


def test_what_no_database_takes_is_put_aside_and_the_rest_goes_on(spooling):
    store, site_id, gone = spooling
    lost, kept = make_submission(site_id + 99), make_submission(site_id)
    with gone:
        store.append(lost)
        store.append(kept)
    store.drain(NOON)
    assert guids(store) == [kept.guid]
    assert lost.guid in (store.spool.folder / REFUSED).read_text("utf-8")
    assert waiting(store) == []


def test_nobody_else_can_read_it(spooling):
    store, site_id, gone = spooling
    with gone:
        store.append(make_submission(site_id))
    assert stat.S_IMODE(store.spool.folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(place.stat().st_mode) for place in waiting(store)] == [0o600]


def test_a_full_spool_refuses_and_keeps_what_it_has(tmp_path):
    small = Spool(tmp_path / "spool", most_bytes=3_000)
    taken = []
    while len(taken) < 50 and small.waiting_bytes < 2_000:
        taken.append(make_submission(1))
        small.put(taken[-1], None)
    with pytest.raises(StoreUnavailable):
        small.put(make_submission(1, arrival=make_arrival("x" * 3_000)), None)
    found = []
    assert small.drain(found.extend) == len(taken) == len(found) > 0


def test_a_full_disk_leaves_no_half_line(tmp_path, monkeypatch):
    place = Spool(tmp_path / "spool")
    place.put(make_submission(1), None)
    real = os.write

    def half(descriptor, data):
        if len(data) < 400:
            raise OSError(28, "No space left on device")
        return real(descriptor, bytes(data[:300]))

    monkeypatch.setattr(spool_module.os, "write", half)
    with pytest.raises(StoreUnavailable):
        place.put(make_submission(1), None)
    monkeypatch.undo()
    place.put(make_submission(1), None)
    found = []
    assert place.drain(found.extend) == len(found) == 2


def test_it_is_on_disk_before_it_is_acknowledged(tmp_path, monkeypatch):
    synced = []
    real = os.fdatasync

    def noted(descriptor):
        synced.append(os.fstat(descriptor).st_size)
        real(descriptor)

    monkeypatch.setattr(spool_module.os, "fdatasync", noted)
    place = Spool(tmp_path / "spool")
    place.put(make_submission(1), None)
    assert synced == [next((tmp_path / "spool").glob("*.spool")).stat().st_size]


def test_many_threads_share_one_file(tmp_path):
    place = Spool(tmp_path / "spool")
    new = [make_submission(1) for _ in range(64)]
    threads = [threading.Thread(target=place.put, args=(one, None)) for one in new]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    found = []
    assert place.drain(found.extend) == 64
    assert {one.guid for one, *_ in found} == {one.guid for one in new}


OTHER = """
import sys
from pathlib import Path
from service.storage.spool import Spool
from tests.builders import make_submission
place = Spool(Path(sys.argv[1]))
new = make_submission(1)
place.put(new, None)
print(new.guid, flush=True)
sys.stdin.read()
"""


def test_the_file_of_a_living_process_is_left_alone_and_that_of_a_dead_one_taken(tmp_path):
    folder = tmp_path / "spool"
    with subprocess.Popen(
        [sys.executable, "-c", OTHER, str(folder)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        guid = other.stdout.readline().strip()
        found = []
        assert Spool(folder).drain(found.extend) == 0
        assert Spool(folder).waiting_bytes > 0
        other.kill()
        other.wait(10)
    assert Spool(folder).drain(found.extend) == 1
    assert [one.guid for one, *_ in found] == [guid]
