"""An erasure under concurrency and failure: nothing comes back, and nobody else is hit."""

import dataclasses
import datetime as dt
import sqlite3
import threading

import pytest

from service.commands.serving import finish_erasures
from service.domain import tokens as words
from service.domain.decision import Act
from service.domain.erasure import person_hash
from service.domain.moderator import Role
from service.errors import NotPermitted, NotReady
from service.settings import Secret, Settings
from service.storage.erasure_list import ErasureList
from service.storage.spool import REFUSED, Spool, spool_of
from service.storage.store import Store
from service.workflows import index_new as job
from service.workflows.administer import add_moderator
from service.workflows.decide import decide
from service.workflows.forget_person import erased_last, replay, resume
from tests.builders import NOON, PASSWORD, make_arrival, make_submission
from tests.conftest import SECRET
from tests.unit.service.workflows.conftest import MOMENT
from tests.unit.service.workflows.test_erasing import (
    ADDRESS,
    EMAIL,
    PHRASE,
    arrive,
    erase,
    everything,
    left,
    show,
    world,
)

__all__ = ["world"]
MARK = person_hash(EMAIL, SECRET)


def again(store, folder, how=resume):
    return how(data_dir=folder, store=store, secret=SECRET, now=NOON)


def shown_address(store, guid):
    with store.read() as unit:
        return unit.submissions.get(guid).arrival.comment.user_ip


def standing(store, blog):
    with store.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT approved, spam FROM author ORDER BY approved")
        return [tuple(row) for row in rows]


def test_words_that_are_being_cut_meanwhile_are_forgotten_too(
    each_store, blog, tmp_path, monkeypatch
):
    arrive(each_store, blog, f"maybe {PHRASE} one two three four five", author_email=EMAIL)
    is_cutting, goes_on = threading.Event(), threading.Event()

    def slowly(one, *seen):
        is_cutting.set()
        goes_on.wait(10)
        return words.tokens(one, *seen)

    # The machine stops here for a moment, between reading the text and writing its words.
    monkeypatch.setattr(job, "tokens", slowly)
    cutting = threading.Thread(
        target=job.index_new, kwargs={"store": each_store, "now": NOON + MOMENT}
    )
    cutting.start()
    assert is_cutting.wait(10)
    erasing = threading.Thread(target=erase, args=(each_store, tmp_path))
    erasing.start()
    erasing.join(0.5)
    goes_on.set()
    cutting.join(20)
    erasing.join(20)
    assert not erasing.is_alive()
    assert left(each_store) == []
    with each_store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM campaign").scalar_one() == 0


def test_a_person_known_only_by_an_ip_address_is_found_and_forgotten(each_store, blog, tmp_path):
    mine = arrive(each_store, blog, f"maybe {PHRASE}", author_email="", user_ip=ADDRESS).guid
    near = arrive(each_store, blog, "maybe", author_email="", user_ip="203.0.113.78").guid
    job.index_new(store=each_store, now=NOON + MOMENT)
    assert [row["guid"] for row in show(each_store, f" {ADDRESS}")] == [mine]
    kept = shown_address(each_store, mine)
    done = erase(each_store, tmp_path, ADDRESS)
    assert done.counts.comments == 1
    assert PHRASE not in everything(each_store)
    assert kept not in everything(each_store)
    assert shown_address(each_store, near).startswith("203.0.113.0~")
    assert ADDRESS not in (tmp_path / "erasures.jsonl").read_text() + done.write()


def test_a_pseudonym_whose_key_is_gone_still_names_a_person(each_store, blog, tmp_path):
    old = arrive(each_store, blog, f"maybe {PHRASE}", author_email="", user_ip=ADDRESS).guid
    kept = shown_address(each_store, old)
    with each_store.begin() as unit:
        unit.set_meta("address-key", f'["{NOON.isoformat()}", "{"11" * 32}"]')
        unit.commit()
    # Another process, or this one a minute later.
    later = Store(each_store.engine)
    assert show(later, ADDRESS) == []
    assert [row["guid"] for row in show(later, kept.replace("~", "/24 ~"))] == [old]
    assert erase(later, tmp_path, kept).counts.comments == 1
    assert PHRASE not in everything(each_store)


def test_who_is_known_by_an_address_stays_forgotten_after_an_old_backup(each_store, blog, tmp_path):
    arrive(each_store, blog, f"maybe {PHRASE}", author_email="", user_ip=ADDRESS)
    erase(each_store, tmp_path, ADDRESS)
    arrive(each_store, blog, f"maybe {PHRASE}", author_email="", user_ip=ADDRESS)
    assert again(each_store, tmp_path, replay).comments == 1
    assert PHRASE not in everything(each_store)


def test_others_behind_the_same_address_keep_what_they_are_trusted_for(
    each_store, blog, people, tmp_path
):
    def approved(text, **who):
        one = arrive(each_store, blog, text, **who)
        decide(people[0], one.guid, Act.APPROVE, seen_version=0, store=each_store, now=NOON)

    ann = {"author": "Ann", "author_email": "ann@birds.example"}
    for number in range(3):
        approved(f"maybe {number}", user_ip="198.51.100.4", **ann)
    approved("maybe from the library", user_ip=ADDRESS, **ann)
    approved("maybe also", author="Ann", author_email=EMAIL, user_ip="198.51.100.9")
    assert standing(each_store, blog) == [(1, 0), (4, 0)]
    erase(each_store, tmp_path, ADDRESS)
    assert standing(each_store, blog) == [(1, 0), (3, 0)]
    erase(each_store, tmp_path)
    assert standing(each_store, blog) == [(3, 0)]


def test_two_addresses_that_only_look_alike_are_two_people(each_store, blog, tmp_path):
    one = arrive(each_store, blog, "maybe", author_email="strasse@birds.example").guid
    arrive(each_store, blog, "maybe", author_email="Straße@birds.example")
    assert erase(each_store, tmp_path, "straße@birds.example").counts.comments == 1
    assert show(each_store, "STRASSE@birds.example")[0]["guid"] == one


@pytest.fixture
def a_reader(each_store):
    """Somebody who began to read before and goes on; what that keeps from being written anew."""
    if each_store.engine.dialect.name == "sqlite":
        other = sqlite3.connect(each_store.engine.url.database)
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM submission").fetchone()
        yield other
        other.close()
    else:
        with each_store.engine.connect() as other:
            other.exec_driver_sql("SELECT count(*) FROM submission")
            yield other


def test_while_somebody_reads_on_it_is_not_called_finished(each_store, world, tmp_path, a_reader):
    with pytest.raises(NotReady, match="still holds its bytes"):
        erase(each_store, tmp_path)
    assert left(each_store) == []
    assert ErasureList(tmp_path).list_open() == [MARK]
    # It is logged all the same, with its counts.
    assert '"comments": "3"' in everything(each_store)
    a_reader.close()
    again(each_store, tmp_path)
    assert ErasureList(tmp_path).list_open() == []


def test_what_broke_off_is_finished_at_the_next_start(each_store, each_url, world, tmp_path):
    # The power went when the mark was on disk and nothing was forgotten yet.
    ErasureList(tmp_path).add([MARK], NOON)
    settings = Settings(data_dir=tmp_path, database_url=each_url, secret_key=Secret(SECRET))
    finish_erasures(settings, each_store)
    assert left(each_store) == []
    assert ErasureList(tmp_path).list_open() == []


def test_what_is_finished_is_not_done_again_at_every_start(each_store, blog, tmp_path):
    erase(each_store, tmp_path)
    arrive(each_store, blog, f"maybe {PHRASE}", author_email=EMAIL)
    assert again(each_store, tmp_path).is_nothing
    # Who writes again after being forgotten is somebody new, until an old backup comes back.
    assert len(show(each_store, EMAIL)) == 1


@pytest.mark.parametrize("torn", [b'{"person": "0123', b'{"person"', b"\x00\x00\x00"])
def test_a_torn_last_line_stops_no_start_and_spoils_no_other(tmp_path, torn):
    place = tmp_path / "erasures.jsonl"
    listed = ErasureList(tmp_path)
    listed.add([MARK], NOON)
    with place.open("ab") as file:
        file.write(torn)
    assert listed.list_open() == [MARK]
    assert erased_last(tmp_path) == NOON.isoformat()
    later = NOON + dt.timedelta(hours=1)
    listed.set_done([MARK], later)
    listed.add(["another"], later)
    assert listed.list_all() == [MARK, "another"]
    assert listed.list_open() == ["another"]


def test_what_no_database_took_is_forgotten_too(each_store, world, tmp_path):
    spool = Spool(spool_of(tmp_path))
    for email in (EMAIL, "ann@birds.example"):
        spool.put(make_submission(arrival=make_arrival("maybe", author_email=email)), None)
    spool.close()
    (waiting,) = spool.folder.glob("*.spool")
    waiting.rename(spool.folder / REFUSED)
    assert erase(each_store, tmp_path).counts.refused == 1
    text = (spool.folder / REFUSED).read_text()
    assert EMAIL not in text
    assert "ann@birds.example" in text


def test_on_the_pages_only_an_owner_of_everything_may_ask(each_store, world, people, tmp_path):
    with pytest.raises(NotPermitted):
        erase(each_store, tmp_path, by=people[0])
    owner, _ = add_moderator("olaf", role=Role.OWNER, password=PASSWORD, store=each_store, now=NOON)
    some = dataclasses.replace(owner, site_ids=frozenset({1}))
    with pytest.raises(NotPermitted):
        erase(each_store, tmp_path, by=some)
    assert not (tmp_path / "erasures.jsonl").exists()
    erase(each_store, tmp_path, by=owner)
    with each_store.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT actor FROM change WHERE what = 'erasure'")
        assert found.scalars().all() == ["olaf"]
