"""Who was erased here does not come back with a file of history, on each engine."""

import json

import pytest

from service.domain.erasure import read_asked
from service.storage.erasure_list import ErasureList
from service.workflows.administer import add_site
from service.workflows.forget_person import forget_person
from service.workflows.import_history import How, import_history
from tests.builders import BLOG, NOON
from tests.conftest import SECRET
from tests.exports import rows, wp_row, wxr, wxr_comment

EMAIL, ADDRESS, OTHER = "canary.kanari@birds.example", "203.0.113.77", "ann@birds.example"
SKIPPED = "of a person who was erased here"


@pytest.fixture(autouse=True)
def site(each_store):
    return add_site(BLOG, store=each_store, secret=SECRET, now=NOON).site


def erase(store, data_dir, text):
    forget_person(read_asked(text), data_dir=data_dir, store=store, secret=SECRET, now=NOON)


def bring(store, data_dir, place, name="wp-comments", *, moved=lambda _done: None, **how):
    own = {"data_dir": data_dir, "secret": SECRET, "now": NOON, "moved": moved}
    return import_history(place, name, BLOG, How(**how), store=store, **own)


@pytest.fixture
def place(tmp_path):
    """One comment of the person by e-mail, one by IP address, one of somebody else."""
    place = tmp_path / "history.json"
    mine = {"comment_author_email": EMAIL.upper(), "comment_author_IP": "198.51.100.1"}
    same_address = {"comment_author_email": "", "comment_author_IP": ADDRESS}
    other = {"comment_author_email": OTHER, "comment_author_IP": "203.0.113.78"}
    given = [wp_row(str(n), "spam", **one) for n, one in enumerate((mine, same_address, other))]
    place.write_text(json.dumps(given))
    return place


def brought_in(store):
    return [row.source_id for row in rows(store)]


@pytest.mark.parametrize(
    ("asked", "left"), [(EMAIL, ["1", "2"]), (ADDRESS, ["0", "2"]), (OTHER, ["0", "1"])]
)
def test_comments_of_an_erased_person_are_skipped_and_counted(
    each_store, tmp_path, place, asked, left
):
    erase(each_store, tmp_path, asked)
    dry = bring(each_store, tmp_path, place, is_dry=True)
    done = bring(each_store, tmp_path, place)
    assert dry.skipped == done.skipped == {SKIPPED: 1}
    assert sum(done.tally.values()) == done.written["new"] == 2
    assert brought_in(each_store) == left


def test_of_those_who_stay_the_network_alone_is_kept(each_store, tmp_path, place):
    bring(each_store, tmp_path, place)
    found = {json.loads(row.comment).get("user_ip") for row in rows(each_store)}
    assert found == {"198.51.100.0", "203.0.113.0"}


def test_without_their_names_they_are_skipped_all_the_same(each_store, tmp_path, place):
    erase(each_store, tmp_path, EMAIL)
    assert bring(each_store, tmp_path, place, has_people=False).skipped == {SKIPPED: 1}
    assert brought_in(each_store) == ["1", "2"]


def test_a_file_of_nobody_else_brings_nothing(each_store, tmp_path):
    place = tmp_path / "blog.xml"
    place.write_text(wxr(wxr_comment("1")))
    erase(each_store, tmp_path, "test@example.org")
    done = bring(each_store, tmp_path, place, "wxr")
    assert (done.import_id, done.skipped) == (None, {SKIPPED: 1})


def test_who_is_erased_while_the_file_is_read_does_not_come_back(each_store, tmp_path, place):
    """The erasure looked through the database before the comment was there."""

    def moved(_done):
        if not ErasureList(tmp_path).list_all():
            erase(each_store, tmp_path, EMAIL)

    done = bring(each_store, tmp_path, place, moved=moved)
    assert done.skipped == {SKIPPED: 1}
    assert brought_in(each_store) == ["1", "2"]


def test_without_the_list_the_person_would_be_back(each_store, tmp_path, place):
    """The twin: another data folder knows nothing of the erasure."""
    erase(each_store, tmp_path, EMAIL)
    done = bring(each_store, tmp_path / "elsewhere", place)
    assert done.skipped == {}
    assert brought_in(each_store) == ["0", "1", "2"]
