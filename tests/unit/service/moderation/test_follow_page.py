"""Campaigns on their page: the next ones decided for a week, seen there, ended there."""

import pytest

from service.domain.submission import new_guid
from service.workflows.check_comment import check_comment
from service.workflows.index_new import index_new
from tests.builders import BLOG, NOON, make_arrival
from tests.conftest import csrf_token
from tests.fakes import StubScorer

TEXT = "Maybe you need essays written by experts: our {n} writers know every subject and hurry"


@pytest.fixture
def come(store, site_key):
    def come(*numbers):
        with store.read() as unit:
            site = unit.sites.find_by_blog(BLOG)
        for n in numbers:
            arrival = make_arrival(TEXT.format(n=n), author_email="")
            check_comment(
                arrival, site, store=store, scorer=StubScorer(), now=NOON, guid=new_guid()
            )
        while index_new(store=store, now=NOON):
            pass

    return come


def send(client, place, **form):
    token = csrf_token(client.get("/moderation/campaigns").text)
    return client.post(f"/moderation/campaigns/{place}", data=form | {"csrf_token": token})


def test_the_next_ones_are_asked_for_seen_and_ended_on_the_page(signed_in, come):
    come(1, 2)
    page = signed_in.get("/moderation/campaigns").text
    assert "Of 2 so far, people decided 0 and approved 0." in page
    assert "What comes next is decided" not in page
    assert send(signed_in, "1/follow", act="spam").location == "/moderation/campaigns#followed"
    come(3)
    page = signed_in.get("/moderation/campaigns").text
    assert "1 so far" in page
    assert "Of 3 so far, people decided 1 and approved 0." in page
    place = page.partition("look, or take all of it back")[0].rpartition('href="')[2].split('"')[0]
    shown = signed_in.get(place).text
    assert signed_in.get(place).status_code == 200
    assert "/undo" in shown
    assert "1 so far" not in signed_in.get("/moderation/decided").text
    assert send(signed_in, "follow/1/end").location == "/moderation/campaigns"
    assert "What comes next is decided" not in signed_in.get("/moderation/campaigns").text


def test_nothing_is_approved_ahead(signed_in, come):
    come(1, 2)
    answer = send(signed_in, "1/follow", act="approve")
    assert answer.status_code == 400
    assert "never be approved" in answer.text
    assert send(signed_in, "9/follow", act="spam").status_code == 404
