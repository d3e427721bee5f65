"""The owner's page: what goes when, what leaves, and one person shown, taken along, forgotten."""

import datetime as dt
import json
import re

import pytest

from service.domain.moderator import Role
from service.domain.submission import new_guid
from service.storage.erasure_list import ErasureList
from service.workflows.administer import add_moderator, add_site, set_policy
from service.workflows.check_comment import check_comment
from service.workflows.manage_events import add_webhook
from tests.builders import BLOG, NOON, PASSWORD, make_arrival
from tests.conftest import SECRET, csrf_token
from tests.fakes import StubScorer

EMAIL, ADDRESS = "canary@birds.example", "203.0.113.77"


@pytest.fixture
def site(store):
    return add_site(BLOG, store=store, secret=SECRET, now=NOON).site


@pytest.fixture
def olga(app, store):
    add_moderator("olga", role=Role.OWNER, password=PASSWORD, store=store, now=NOON)
    client = app.test_client()
    token = csrf_token(client.get("/moderation/sign-in").text)
    form = {"name": "olga", "password": PASSWORD, "csrf_token": token}
    assert client.post("/moderation/sign-in", data=form).status_code == 303
    return client


def arrive(store, site, text, days=0.0, **changes):
    return check_comment(
        make_arrival(text, **changes),
        site,
        store=store,
        scorer=StubScorer(),
        now=NOON - dt.timedelta(days=days),
        guid=new_guid(),
    )


@pytest.fixture
def mine(store, site):
    return [
        arrive(store, site, f"maybe <b>{n}</b>", author_email=EMAIL, user_ip=ADDRESS).guid
        for n in range(2)
    ]


def main(text):
    return text.partition("<main")[2].partition("</main>")[0]


def seen(text):
    """What a reader reads, each piece after a bar."""
    return re.sub(r"[|\s]*\|[|\s]*", "|", re.sub(r"<[^>]*>", "|", main(text)))


def send(client, place, **form):
    token = csrf_token(client.get("/moderation/privacy").text)
    return client.post(f"/moderation/privacy/{place}", data=form | {"csrf_token": token})


def test_what_goes_is_counted_down(olga, store, site):
    set_policy(BLOG, {"kept_days": 30, "kept_spam_days": 7}, store=store, now=NOON)
    for text, days in (("casino", 6.5), ("casino", 1), ("fine", 24.5), ("maybe", 3)):
        arrive(store, site, text, days)
    page = seen(olga.get("/moderation/privacy").text)
    assert "|spam|7 days|within a day|1|2|2|" in page
    assert "|all that is no spam|30 days|in 6 days|0|1|2|" in page


def test_a_site_without_a_term_says_so(olga, store, site):
    arrive(store, site, "maybe", 400)
    assert "|every comment|for good|" in seen(olga.get("/moderation/privacy").text)
    set_policy(BLOG, {"kept_spam_days": 7}, store=store, now=NOON)
    page = seen(olga.get("/moderation/privacy").text)
    assert "|spam|7 days|nothing in the next 30 days|0|0|0|" in page
    assert "|all that is no spam|for good|" in page
    set_policy(BLOG, {"kept_days": 300}, store=store, now=NOON)
    assert "|tonight|1|1|1|" in seen(olga.get("/moderation/privacy").text)


def test_what_leaves_is_what_is_configured(olga, store, site, runtime):
    assert "hooks.example" not in olga.get("/moderation/privacy").text
    add_webhook(
        "https://hooks.example/in?secret=1", blog=BLOG, store=store, secret=SECRET, now=NOON
    )
    page = olga.get("/moderation/privacy").text
    assert "hooks.example" in page
    assert "secret=1" not in page


@pytest.mark.parametrize("who", [EMAIL, f" {EMAIL.upper()}", ADDRESS])
def test_what_is_kept_of_a_person_is_shown(olga, store, site, mine, who):
    arrive(store, site, "maybe another", author_email="ann@birds.example")
    page = send(olga, "person", who=who)
    assert page.status_code == 200
    assert "2 comments on 1 site" in main(page.text)
    assert "maybe &lt;b&gt;1&lt;/b&gt;" in page.text
    assert "another" not in page.text
    assert f"/moderation/item/{mine[0]}" in page.text


@pytest.mark.parametrize("who", ["", "nobody", "300.1.2.3", "a b@c.d", "~1f0c9a7be2"])
@pytest.mark.parametrize("place", ["person", "export", "erase"])
def test_who_is_nobody_is_told_so(olga, mine, place, who):
    answer = send(olga, place, who=who, sure="yes")
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert "Nobody yet." in answer.text


def test_of_who_never_wrote_nothing_is_kept(olga, mine):
    page = send(olga, "person", who="nobody@birds.example").text
    assert "Nothing is kept of this person." in page
    assert "30 days" not in main(page)
    assert "last 30 days" in main(send(olga, "person", who="198.51.100.1").text)


def test_all_of_it_is_taken_along_and_logged_without_a_name(olga, mine):
    answer = send(olga, "export", who=EMAIL)
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert [row["guid"] for row in rows] == mine
    assert rows[0]["comment"]["author_email"] == EMAIL
    log = olga.get("/moderation/log").text
    assert "took along what is kept of a commenter" in main(log)
    assert EMAIL not in log


def test_nobody_is_forgotten_without_a_second_word(olga, store, mine):
    page = send(olga, "erase", who=EMAIL)
    assert page.status_code == 200
    assert "2 comments lose their text" in page.text
    assert 'type="checkbox" name="sure" value="yes" required' in page.text
    with store.read() as unit:
        assert unit.submissions.get(mine[0]).arrival.comment.author_email == EMAIL
    assert olga.get("/moderation/privacy/erase").status_code == 405


def test_a_forgotten_person_leaves_a_certificate(olga, store, mine, runtime):
    answer = send(olga, "erase", who=EMAIL, sure="yes")
    assert answer.status_code == 303
    page = olga.get(answer.location)
    assert "|comments: text, name, addresses, evidence|2|" in seen(page.text)
    assert "still holds" not in page.text
    with store.read() as unit:
        assert unit.submissions.get(mine[0]).arrival.comment.author_email == ""
    (place,) = re.findall(r'href="([^"]+\.json)" download', page.text)
    told = json.loads(olga.get(place).text)
    assert told["counts"]["comments"] == 2
    assert told["erased_at"] == NOON.isoformat()
    listed = olga.get("/moderation/privacy").text
    assert f"<code>{told['person']}</code>" in listed
    log = olga.get("/moderation/log").text
    assert "forgot a commenter" in main(log)
    for text in (page.text, json.dumps(told), listed, log):
        assert EMAIL not in text


def test_an_address_forgets_its_comments_alone(olga, store, site, mine):
    near = arrive(store, site, "maybe", author_email="", user_ip="203.0.113.78").guid
    assert send(olga, "erase", who=ADDRESS, sure="yes").status_code == 303
    with store.read() as unit:
        assert unit.submissions.get(mine[1]).arrival.comment.text == ""
        assert unit.submissions.get(near).arrival.comment.text == "maybe"


def test_what_is_not_written_anew_yet_is_said(olga, store, mine, runtime):
    with store.engine.connect() as reader:
        reader.exec_driver_sql("SELECT count(*) FROM submission").scalar_one()
        answer = send(olga, "erase", who=EMAIL, sure="yes")
    assert "the file still holds its bytes" in olga.get(answer.location).text
    assert len(ErasureList(runtime.settings.data_dir).list_open()) == 1


@pytest.mark.parametrize("number", [0, 1, 99])
def test_another_line_of_the_log_is_no_certificate(olga, mine, number):
    assert olga.get(f"/moderation/privacy/certificate/{number}").status_code == 404
    assert olga.get(f"/moderation/privacy/certificate/{number}.json").status_code == 404


def test_an_owner_of_some_sites_reaches_nobody(olga, store, site, mine):
    with store.begin() as unit:
        me = unit.moderators.get("olga")
        unit.moderators.set_sites(me.moderator_id, frozenset({site.site_id}))
        unit.commit()
    assert olga.get("/moderation/privacy").status_code == 403
