"""The page and the bar of a bulk's undo say at how many the blog has acted since."""

from service.domain.decision import Act
from service.domain.submission import new_guid
from service.workflows.check_comment import check_comment
from service.workflows.report_mistake import report_mistake
from tests.builders import BLOG, NOON, make_arrival
from tests.conftest import csrf_token
from tests.fakes import StubScorer


def test_the_bar_and_the_page_of_the_undo_say_it(signed_in, store, site_key):
    with store.read() as unit:
        site = unit.sites.find_by_blog(BLOG)
    first, _ = (
        check_comment(
            make_arrival(text), site, store=store, scorer=StubScorer(), now=NOON, guid=new_guid()
        ).guid
        for text in ("maybe 1", "maybe 2")
    )
    token = csrf_token(signed_in.get("/moderation/").text)

    def post(place, **form):
        return signed_in.post(place, data=form | {"csrf_token": token})

    place = post("/moderation/bulk", act="approve", all="1", back="/moderation/").location
    guid = place.partition("/bulk/")[2][:32]
    post(f"/moderation/bulk/{guid}/start")
    report_mistake(make_arrival("maybe 1", guid=first), Act.SPAM, site, store=store, now=NOON)
    post(f"/moderation/bulk/{guid}/undo")
    said = "At 1 of them the blog acted since; what is there stays."
    assert f"Taken back: approved, 2 comments. {said}" in signed_in.get("/moderation/").text
    with store.read() as unit:
        back = unit.bulks.find_undo(unit.bulks.find(guid).bulk_id)
    assert f"<p>{said}</p>" in signed_in.get(f"/moderation/bulk/{back.guid}").text
    assert f"<p>{said}</p>" not in signed_in.get(f"/moderation/bulk/{guid}").text
