"""What an operator sees of the spool, and that nobody's data hides in it from `privacy`."""

import json

import pytest

from service.storage.spool import REFUSED, Spool, spool_of
from service.storage.store import Store
from tests.builders import BLOG, KEY, make_submission
from tests.unit.service.commands.conftest import one_sentence


@pytest.fixture
def spool(chaffinch, tmp_path):
    assert chaffinch("site", "add", BLOG, "--key", KEY).code == 0
    return Spool(spool_of(tmp_path / "var"))


def spooled_by_a_process_that_ended(spool, site_id=1):
    new = make_submission(site_id)
    spool.put(new, None)
    spool.close()
    return new


def test_doctor_tells_what_waits(chaffinch, spool):
    assert "nothing waits for the database" in chaffinch("doctor").out
    spool.put(make_submission(1), None)
    assert f"{spool.waiting_bytes} bytes wait for the database" in chaffinch("doctor").out
    (spool.folder / REFUSED).write_text("{}\n")
    said = chaffinch("doctor")
    assert said.code == 1
    assert REFUSED in said.out


def test_a_person_whose_comment_waits_in_the_spool_is_forgotten_there_too(
    chaffinch, spool, each_url
):
    new = spooled_by_a_process_that_ended(spool)
    email = new.arrival.comment.author_email
    said = chaffinch("privacy", "erase", "--email", email, "--yes")
    assert json.loads(said.out)["counts"]["comments"] == 1
    assert spool.waiting_bytes == 0
    store = Store.open(each_url)
    with store.read() as unit:
        assert unit.submissions.get(new.guid).arrival.comment.author_email == ""
    store.close()


def test_while_a_server_holds_some_nobody_is_told_that_it_is_done(chaffinch, spool):
    new = make_submission(1)
    spool.put(new, None)
    email = new.arrival.comment.author_email
    said = chaffinch("privacy", "erase", "--email", email, "--yes")
    assert one_sentence(said, "A running server still holds comments")
    assert one_sentence(chaffinch("privacy", "export", "--email", email), "try again")
    assert spool.waiting_bytes > 0
