"""History in, twice, weaker, better, cut short, taken back; and out, to be read back."""

import json

import pytest

from models.verdict import Verdict
from service.commands.labels import _csv_writer
from service.domain.decision import Act
from service.domain.moderator import Role
from service.errors import NotFound
from service.history.cells import read_cell, write_cell
from service.storage import migrate
from service.storage.store import Store
from service.workflows.administer import add_moderator, add_site
from service.workflows.decide import decide
from service.workflows.export import export
from service.workflows.import_history import How, import_history, revert_import
from tests.builders import BLOG, NOON, PASSWORD, make_arrival, make_submission
from tests.conftest import SECRET
from tests.exports import rows, wp_file, wp_row, wxr, wxr_comment


@pytest.fixture
def site(store):
    return add_site(BLOG, store=store, secret=SECRET, now=NOON).site


def run(store, place, name, **options):
    own = {"data_dir": place.parent, "secret": SECRET, "now": NOON}
    return import_history(place, name, BLOG, How(**options), store=store, **own)


def test_a_second_run_changes_nothing(store, site, tmp_path):
    wp_file(tmp_path / "c", "list")
    run(store, tmp_path / "c", "wp-comments")
    before = rows(store)
    assert run(store, tmp_path / "c", "wp-comments").written == {"same": 5}
    assert rows(store) == before


def test_a_better_label_replaces_a_weaker_one_and_never_the_other_way(store, site, tmp_path):
    place = tmp_path / "c.json"
    weak = wp_row("1", "spam")
    strong = wp_row("1", "spam", akismet_user_result="true")
    for row, source in ((weak, "machine"), (strong, "human"), (weak, "human")):
        place.write_text(json.dumps([row]))
        run(store, place, "wp-comments")
        assert rows(store)[0].label_source == source


def test_a_dry_run_writes_nothing(store, site, tmp_path):
    wp_file(tmp_path / "c", "list")
    brought = run(store, tmp_path / "c", "wp-comments", is_dry=True)
    assert (sum(brought.tally.values()), rows(store)) == (5, [])


def test_young_ham_does_not_teach_yet(store, site, tmp_path):
    place = tmp_path / "c.json"
    place.write_text(json.dumps([wp_row("1", "1", comment_date_gmt="2026-11-20 00:00:00")]))
    run(store, place, "wp-comments")
    assert rows(store)[0].exclude == "younger than 30 days"


def test_an_import_is_taken_back_whole(store, site, tmp_path):
    wp_file(tmp_path / "c", "list")
    first = run(store, tmp_path / "c", "wp-comments")
    (tmp_path / "blog.xml").write_text(wxr(wxr_comment("77", text="another")))
    run(store, tmp_path / "blog.xml", "wxr")
    assert revert_import(first.import_id, store=store) == 5
    assert [row.source_id for row in rows(store)] == ["77"]
    with pytest.raises(NotFound):
        revert_import(first.import_id, store=store)


def test_the_same_comment_from_two_formats_teaches_once(store, site, tmp_path):
    (tmp_path / "blog.xml").write_text(wxr(wxr_comment("1", text="the same words")))
    run(store, tmp_path / "blog.xml", "wxr")
    row = wp_row("1", "1", comment_content="the same words", comment_author="Ohai")
    (tmp_path / "c.json").write_text(json.dumps([row]))
    run(store, tmp_path / "c.json", "wp-comments")
    assert [row["guid"][:3] for row in export(store=store)] == ["wxr"]


def test_without_people_no_name_or_address_is_kept(store, site, tmp_path):
    (tmp_path / "blog.xml").write_text(wxr(wxr_comment("1")))
    run(store, tmp_path / "blog.xml", "wxr", has_people=False)
    assert not {"author", "author_email", "user_ip"} & set(json.loads(rows(store)[0].comment))


def test_a_run_cut_short_teaches_nothing_and_the_next_completes_it(store, site, tmp_path):
    wp_file(tmp_path / "c", "list")
    run(store, tmp_path / "c", "wp-comments")
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE history_import SET finished_at = NULL")
        connection.exec_driver_sql("DELETE FROM imported WHERE source_id = '2'")
    assert list(export(store=store)) == []
    run(store, tmp_path / "c", "wp-comments")
    assert len(list(export(store=store))) == 2


TRIGGERS = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\0x", "'x", "''=x", "|x", "%x", "\nx", "", "x"]


@pytest.mark.parametrize("text", TRIGGERS)
def test_no_cell_is_a_formula_and_each_is_read_back(text):
    assert write_cell(text)[:1] not in set("=+-@\t\r\n\0|%")
    assert read_cell(write_cell(text)) == text


@pytest.fixture
def decided(store, site):
    """Decisions of a moderator over awkward texts, and history from elsewhere."""
    ana, _ = add_moderator("ana", role=Role.OWNER, password=PASSWORD, store=store, now=NOON)
    for number, text in enumerate(TRIGGERS[:-2]):
        one = make_submission(
            site.site_id, verdict=Verdict.UNSURE, arrival=make_arrival(f"{text} {number}")
        )
        store.append(one)
        act = Act.SPAM if number % 2 else Act.APPROVE
        decide(ana, one.guid, act, seen_version=0, store=store, now=NOON)


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_labels_are_rebuilt_in_another_deployment(store, decided, tmp_path, kind):
    (tmp_path / "blog.xml").write_text(wxr(wxr_comment("1", text="=old")))
    run(store, tmp_path / "blog.xml", "wxr")
    ours, place = list(export(store=store)), tmp_path / "out"
    with place.open("w", encoding="utf-8", newline="") as file:
        if kind == "csv":
            write = _csv_writer(file)
            for row in ours:
                write(row)
        else:
            file.writelines(json.dumps(row) + "\n" for row in ours)
    other = Store.open(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    migrate.upgrade(other.engine)
    add_site(BLOG, store=other, secret=SECRET, now=NOON)
    run(other, place, "jsonl")
    assert list(export(store=other)) == ours
    other.close()
