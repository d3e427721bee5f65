"""One person is forgotten everywhere; nobody else is; and an old backup is cleaned again."""

import dataclasses
import json
import os
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
import sqlalchemy as sa

from service.domain.decision import Act
from service.domain.draft import EntryDraft
from service.domain.entry import Effect, EntryKind
from service.domain.erasure import person_hash, read_asked
from service.domain.moderator import Role
from service.domain.submission import new_guid
from service.domain.view import Listing, View
from service.errors import InvalidField
from service.storage.queue_tables import bulk
from service.storage.tables import metadata
from service.workflows.add_entry import add_entry
from service.workflows.add_note import add_note
from service.workflows.administer import add_moderator
from service.workflows.check_comment import check_comment
from service.workflows.decide import decide
from service.workflows.forget_person import forget_person, replay, show_person
from service.workflows.index_new import index_new
from service.workflows.prepare_bulk import prepare_bulk
from service.workflows.recheck_item import recheck_item
from service.workflows.save_view import save_view
from service.workflows.send_item import send_item
from tests.builders import NOON, PASSWORD, make_arrival
from tests.conftest import SECRET, missing
from tests.fakes import StubScorer
from tests.unit.service.workflows.conftest import MOMENT

EMAIL, PHRASE, ADDRESS = "canary.kanari@birds.example", "zwitscherwort", "203.0.113.77"
CANARIES = (EMAIL, PHRASE, ADDRESS)


def arrive(store, blog, text, **changes):
    return check_comment(
        make_arrival(text, **changes),
        blog,
        store=store,
        scorer=StubScorer(),
        now=NOON,
        guid=new_guid(),
    )


@pytest.fixture
def world(each_store, blog, people):
    """A person's comments, decided, noted, sent, listed and logged; and another person's."""
    keeper, _ = add_moderator(
        "olga", role=Role.OWNER, password=PASSWORD, store=each_store, now=NOON
    )
    given = {"author_email": EMAIL.upper(), "user_ip": ADDRESS}
    mine = [arrive(each_store, blog, f"maybe {PHRASE} {n}", **given).guid for n in range(3)]
    other = arrive(each_store, blog, "maybe something else", author_email="ann@birds.example").guid
    index_new(store=each_store, now=NOON + MOMENT)
    decide(
        people[0],
        mine[0],
        Act.SPAM,
        seen_version=0,
        note=f"says {PHRASE}",
        store=each_store,
        now=NOON,
    )
    add_note(people[0], mine[1], f"from {ADDRESS}", store=each_store, now=NOON)
    to, word = people[1].moderator_id, f"do you know {EMAIL}?"
    send_item(people[0], mine[2], to, note=word, store=each_store, now=NOON)
    recheck_item(people[0], mine[2], store=each_store, scorer=StubScorer(), now=NOON)
    draft = EntryDraft(
        kind=EntryKind.EMAIL, pattern=EMAIL, effect=Effect.SPAM, site_id=None, why="a canary"
    )
    add_entry(keeper, draft, store=each_store, now=NOON)
    return mine, other


def everything(store):
    """Every cell of every table as text."""
    with store.engine.connect() as connection:
        names = [table.name for table in metadata.sorted_tables] + ["search"]
        found = []
        for name in names:
            rows = connection.execute(sa.text(f"SELECT * FROM {name}")).all()  # noqa: S608 - our own names
            found += [f"{name}: {cell}" for row in rows for cell in row]
    return "\n".join(found).lower()


def left(store):
    text = everything(store)
    return [one for one in CANARIES if one in text]


def erase(store, folder, who=EMAIL, **more):
    return forget_person(
        read_asked(who), data_dir=folder, store=store, secret=SECRET, now=NOON, **more
    )


def show(store, who):
    return list(show_person(read_asked(who), store=store, secret=SECRET, now=NOON))


def test_without_an_erasure_each_canary_is_there(each_store, world):
    assert left(each_store) == list(CANARIES)
    assert "search" in everything(each_store)


def test_nothing_of_the_person_is_left_in_any_table(each_store, world, tmp_path):
    mine, other = world
    done = erase(each_store, tmp_path)
    assert left(each_store) == []
    assert (done.counts.comments, done.counts.labels, done.counts.entries) == (3, 1, 1)
    assert done.counts.notes >= 3
    assert done.counts.changes == 1
    with each_store.read() as unit:
        assert unit.submissions.get(other).arrival.comment.author_email == "ann@birds.example"
        assert unit.submissions.get(mine[0]).outcome.value == "SPAM"


@pytest.mark.parametrize("spell", [str, quote, lambda text: quote(text).lower()])
def test_pages_that_were_searched_for_the_person_are_forgotten_however_it_is_spelled(
    each_store, world, people, tmp_path, spell
):
    place = f"/moderation/search?q=from%3A{spell(EMAIL.upper())}"
    kept = "/moderation/search?q=from%3Aann%40birds.example"
    own = {"store": each_store, "now": NOON}
    for name, where in (("hers", place), ("Ann's", kept)):
        save_view(people[0], name=name, place=where, **own)
        prepare_bulk(people[0], Act.SPAM, View(listing=Listing.ANY), asked=where, **own)
    erase(each_store, tmp_path)
    text = unquote(everything(each_store))
    assert EMAIL not in text
    assert text.count("ann@birds.example") >= 2
    with each_store.engine.connect() as connection:
        asked = connection.execute(sa.select(bulk.c.asked).order_by(bulk.c.id)).scalars().all()
    assert asked == ["", kept]


def test_a_note_on_somebody_elses_comment_that_names_the_person_is_forgotten(
    each_store, world, people, tmp_path
):
    _, other = world
    own = {"store": each_store, "now": NOON}
    add_note(people[0], other, f"is this {EMAIL.upper()} again?", **own)
    add_note(people[0], other, "or Ann?", **own)
    decide(people[0], other, Act.SPAM, seen_version=0, note=f"as {EMAIL}", **own)
    erase(each_store, tmp_path)
    text = everything(each_store)
    assert EMAIL not in text
    assert "or ann?" in text


def test_the_certificate_and_the_log_hold_no_address(each_store, world, tmp_path):
    text = erase(each_store, tmp_path).write()
    assert json.loads(text)["person"] == person_hash(EMAIL, SECRET)
    assert EMAIL not in text
    assert "erasure" in everything(each_store)


def test_the_log_is_guarded_again_afterwards(each_store, world, tmp_path):
    erase(each_store, tmp_path)
    with each_store.engine.begin() as connection, pytest.raises(sa.exc.DBAPIError):
        connection.execute(sa.text("UPDATE change SET subject = 'x'"))


def files_of(store):
    """Every file that the engine keeps this database in."""
    if store.engine.dialect.name == "sqlite":
        store.engine.dispose()
        place = Path(store.engine.url.database)
        files = [place.with_name(place.name + suffix) for suffix in ("", "-wal", "-shm")]
        return [one for one in files if one.exists()]
    own = store.engine.execution_options(isolation_level="AUTOCOMMIT")
    with own.connect() as connection:
        # What was written lies in memory until then, and what was dropped on the disk.
        connection.execute(sa.text("CHECKPOINT"))
        where = sa.text(
            "SELECT current_setting('data_directory') || '/base/' || oid FROM pg_database"
            " WHERE datname = current_database()"
        )
        folder = Path(connection.execute(where).scalar_one())
    if not os.access(folder, os.R_OK | os.X_OK):
        missing("the files of PostgreSQL", "they are another user's, or on another machine")
    return [one for one in folder.iterdir() if one.is_file()]


def test_the_bytes_are_gone_from_the_files_of_the_database(world, each_store, tmp_path):
    def found():
        raw = b"".join(one.read_bytes().lower() for one in files_of(each_store))
        return [one for one in CANARIES if one.encode() in raw]

    assert found() == list(CANARIES)
    erase(each_store, tmp_path)
    assert found() == []


def test_what_is_known_of_a_person_can_be_shown_first(each_store, world):
    rows = show(each_store, f" {EMAIL.title()} ")
    assert [row["guid"] for row in rows] == world[0]
    (address,) = {row["comment"]["user_ip"] for row in rows}
    assert address.startswith("203.0.113.0~")
    assert show(each_store, "nobody@birds.example") == []


def test_what_an_old_backup_brings_back_is_forgotten_again(each_store, blog, world, tmp_path):
    erase(each_store, tmp_path)
    # The backup of before: the same person's comment is there again.
    arrive(each_store, blog, f"maybe {PHRASE}", author_email=EMAIL, user_ip=ADDRESS)
    kept = arrive(each_store, blog, "maybe", author_email="ann@birds.example").guid
    assert left(each_store) == [EMAIL, PHRASE]
    counts = replay(data_dir=tmp_path, store=each_store, secret=SECRET, now=NOON)
    assert left(each_store) == []
    assert counts.comments == 1
    with each_store.read() as unit:
        assert unit.submissions.get(kept).arrival.comment.author_email


def test_without_erasures_a_replay_forgets_nobody(each_store, world, tmp_path):
    counts = replay(data_dir=tmp_path, store=each_store, secret=SECRET, now=NOON)
    assert not any(dataclasses.astuple(counts))
    assert left(each_store) == list(CANARIES)


def test_the_list_of_erasures_is_its_owner_s_and_holds_no_address(each_store, world, tmp_path):
    erase(each_store, tmp_path)
    place = tmp_path / "erasures.jsonl"
    assert place.stat().st_mode & 0o777 == 0o600
    assert "canary" not in place.read_text()


@pytest.mark.parametrize("wrong", ["", "nobody", "a b@c.d", "@", "x" * 400 + "@y.z"])
def test_what_is_no_address_forgets_nobody(each_store, world, tmp_path, wrong):
    with pytest.raises(InvalidField):
        erase(each_store, tmp_path, wrong)
    assert not (tmp_path / "erasures.jsonl").exists()
    assert left(each_store) == list(CANARIES)
