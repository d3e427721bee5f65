"""The page of a comment: why it waits, checked again, sent on, forgotten; undo and the blog."""

import re

import pytest

from models.verdict import Cutoffs
from service.domain.decision import Act, Outcome
from service.domain.draft import EntryDraft
from service.domain.entry import Effect, EntryKind
from service.domain.moderator import Role
from service.domain.submission import new_guid
from service.workflows.add_entry import add_entry
from service.workflows.administer import add_moderator, set_policy
from service.workflows.check_comment import check_comment, check_comments
from service.workflows.decide import decide
from service.workflows.index_new import index_new
from service.workflows.report_mistake import report_mistake
from service.workflows.undo import undo
from tests.builders import BLOG, NOON, PASSWORD, make_arrival
from tests.conftest import csrf_token
from tests.fakes import BrokenScorer, StubScorer


@pytest.fixture
def site(store, site_key):
    with store.read() as unit:
        return unit.sites.find_by_blog(BLOG)


@pytest.fixture
def arrive(store, site):
    def arrive(text="maybe", scorer=None, **changes):
        guid = new_guid()
        asks = [(guid, make_arrival(text, **changes))]
        with store.read() as unit:
            now = unit.sites.get(site.site_id)
        check_comments(asks, now, store=store, scorer=scorer or StubScorer(), now=NOON)
        return guid

    return arrive


def sign_in(app, store, name, role):
    made, _ = add_moderator(name, role=role, password=PASSWORD, store=store, now=NOON)
    client = app.test_client()
    token = csrf_token(client.get("/moderation/sign-in").text)
    data = {"name": name, "password": PASSWORD, "csrf_token": token}
    assert client.post("/moderation/sign-in", data=data).status_code == 303
    return made, client


def item(client, guid):
    return client.get(f"/moderation/item/{guid}").text


def post(client, guid, what, **form):
    data = form | {"csrf_token": csrf_token(item(client, guid))}
    return client.post(f"/moderation/item/{guid}/{what}", data=data)


def because(page):
    """The line at the top, as a reader hears it."""
    found = re.search(r'<p class="because">(.*?)</p>', page, re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[1]) if found else ""


def test_why_it_waits_is_said_in_a_line_at_the_top(signed_in, arrive, store, moderator, site):
    unsure = arrive()
    assert because(item(signed_in, unsure)) == (
        "Held for a person: the machine alone does not decide it."
    )
    fault = arrive("maybe later", scorer=BrokenScorer())
    assert because(item(signed_in, fault)) == (
        "Held for a person: no model answered: no model could be loaded."
    )
    draft = EntryDraft(kind=EntryKind.PHRASE, pattern="cheap pills", effect=Effect.HOLD)
    number = add_entry(moderator, draft, store=store, now=NOON).entry_id
    listed = arrive("casino and cheap pills")
    assert because(item(signed_in, listed)) == (
        f"Held for a person: on the list of rules (number {number}). phrase: cheap pills"
    )


def test_a_comment_known_by_a_report_taken_back_says_so(signed_in, store, site, moderator):
    one = report_mistake(make_arrival("never seen"), Act.SPAM, site, store=store, now=NOON)
    assert because(item(signed_in, one.guid)) == ""
    with store.read() as unit:
        (said,) = unit.decisions.list_of(one.submission_id)
    undo(moderator, said.decision_id, note="was none", store=store, now=NOON)
    assert because(item(signed_in, one.guid)) == (
        "Held for a person: reported by the blog; the machine had never been asked about it."
    )


def test_what_does_not_wait_has_no_such_line(signed_in, arrive, store, moderator):
    settled, decided = arrive("casino"), arrive()
    decide(moderator, decided, Act.SPAM, seen_version=0, store=store, now=NOON)
    assert [because(item(signed_in, guid)) for guid in (settled, decided)] == ["", ""]


def test_checked_again_says_what_it_found_and_leaves_it_in_the_history(signed_in, arrive):
    guid = arrive()
    assert "re-checked" not in item(signed_in, guid)
    answer = post(signed_in, guid, "recheck")
    assert answer.status_code == 303
    page = item(signed_in, guid)
    said = "model stub says 60 %, before 60 % (model stub)"
    assert f"Checked again: {said}." in page
    assert f"ana had it checked again: {said}" in page
    assert page.count(">re-checked<") == 1
    assert "Checked again:" not in item(signed_in, guid)
    assert ">re-checked<" in signed_in.get("/moderation/").text


def test_looking_at_the_way_to_check_again_does_nothing(signed_in, arrive):
    guid = arrive()
    assert signed_in.get(f"/moderation/item/{guid}/recheck").status_code == 405
    assert "checked again:" not in item(signed_in, guid)


def test_without_a_model_the_page_says_that_nothing_was_checked(signed_in, arrive, runtime):
    guid = arrive()
    runtime.scorer.live = runtime.scorer.for_site = BrokenScorer().for_site
    runtime.scorer.live = BrokenScorer().live
    answer = post(signed_in, guid, "recheck")
    assert answer.status_code == 503
    assert "No model is loaded." in answer.text
    assert ">re-checked<" not in answer.text


def test_a_colleague_sees_what_was_sent_and_who_sent_it(app, store, signed_in, arrive):
    ben, bens = sign_in(app, store, "ben", Role.MODERATOR)
    guid, _ = arrive("maybe 1"), arrive("maybe 2")
    form = {"to": ben.moderator_id, "note": "<b>is that Portuguese?</b>"}
    assert post(signed_in, guid, "send", **form).status_code == 303
    page = item(signed_in, guid)
    assert "Sent to ben, for four hours or until it is decided." in page
    assert "for ben, from ana" in page
    queue = bens.get("/moderation/").text
    assert "1 sent to you" in queue
    assert "for you, from ana: “&lt;b&gt;is that Portuguese?&lt;/b&gt;”" in queue
    sent = bens.get("/moderation/?sent=1").text
    assert sent.count('<article class="row') == 1
    assert "Sent to you" in sent
    assert "1 sent to you" not in signed_in.get("/moderation/").text


def test_the_news_say_it_as_the_page_does(app, store, signed_in, arrive):
    ben, _ = sign_in(app, store, "ben", Role.MODERATOR)
    guid = arrive()
    post(signed_in, guid, "send", to=ben.moderator_id)
    news = signed_in.get("/moderation/news", query_string={"rows": guid, "newest": "9"}).json
    assert news["rows"][guid]["held"] == "for ben, from ana"


def test_nobody_chosen_is_told_on_the_page(app, store, signed_in, arrive):
    sign_in(app, store, "ben", Role.MODERATOR)
    guid = arrive()
    answer = post(signed_in, guid, "send", to="", note="x")
    assert answer.status_code == 400
    assert "Choose a colleague who decides on this site." in answer.text


def test_what_cannot_be_sent_is_not_offered(app, store, signed_in, arrive):
    alone, spam = arrive(), arrive("casino")
    assert "Send to colleague" not in item(signed_in, alone)
    sign_in(app, store, "ben", Role.MODERATOR)
    assert "Send to colleague" in item(signed_in, alone)
    assert "Send to colleague" not in item(signed_in, spam)


def test_an_owner_is_led_to_the_privacy_page_with_the_author_filled_in(app, store, arrive):
    _, owner = sign_in(app, store, "olga", Role.OWNER)
    guid = arrive()
    page = item(owner, guid)
    form = re.search(r'<form[^>]*action="/moderation/privacy/person">(.*?)</form>', page, re.DOTALL)
    who = re.search(r'name="who" value="([^"]*)"', form[1])[1]
    assert who == "maria@example.net"
    # In the body, never in an address.
    assert "who=" not in page
    data = {"who": who, "csrf_token": csrf_token(page)}
    shown = owner.post("/moderation/privacy/person", data=data).text
    assert "Forget this person" in shown
    with store.read() as unit:
        assert unit.submissions.get(guid).arrival.comment.author_email == who


def test_who_gave_no_mail_is_known_by_the_pseudonym_of_the_address(app, store, arrive):
    _, owner = sign_in(app, store, "olga", Role.OWNER)
    guid = arrive(author_email="")
    with store.read() as unit:
        address = unit.submissions.get(guid).arrival.comment.user_ip
    page = item(owner, guid)
    assert f'name="who" value="{address}"' in page
    data = {"who": address, "csrf_token": csrf_token(page)}
    assert "Forget this person" in owner.post("/moderation/privacy/person", data=data).text


def test_nobody_else_is_offered_to_erase(signed_in, arrive):
    assert "Erase this author" not in item(signed_in, arrive())


@pytest.mark.parametrize(
    ("reason", "badges"),
    [
        ("", []),
        ("edit", ["edited"]),
        ("recheck_queue", ["re-checked"]),
        ("wp-cli", ["re-checked"]),
        ("retry", ["re-checked"]),
    ],
)
def test_the_wire_s_word_is_a_badge_in_the_list_and_on_the_page(signed_in, arrive, reason, badges):
    guid = arrive(recheck_reason=reason)
    for page in (item(signed_in, guid), signed_in.get("/moderation/").text):
        assert re.findall(r'<span class="tag">(edited|re-checked)</span>', page) == badges


def test_the_comment_it_answers_to_stands_above_it(signed_in, arrive, store):
    parent = arrive("maybe <i>the question</i>", client_ref="41", author="Tom")
    child = arrive("maybe the answer", parent="41", context=("Porto", "<b>travel</b>"))
    while index_new(store=store, now=NOON):
        pass
    page = item(signed_in, child)
    found = re.search(r'<details class="parent">(.*?)</details>', page, re.DOTALL)[1]
    assert "<bdi>Tom</bdi>" in found
    assert "the question" in found
    assert f"/moderation/item/{parent}" in found
    assert page.index('class="parent"') < page.index('class="text whole"')
    assert "Porto, &lt;b&gt;travel&lt;/b&gt;" in page
    assert "/2026/ten-days-in-porto/" in page.partition('class="text whole"')[0]


def test_an_undo_says_that_the_blog_has_acted(signed_in, arrive, store, site, moderator):
    guid = arrive()
    decide(moderator, guid, Act.APPROVE, seen_version=0, store=store, now=NOON)
    report_mistake(make_arrival("maybe", guid=guid), Act.SPAM, site, store=store, now=NOON)
    said = "The blog has reported it as spam since; what is there stays as it is."
    data = {"csrf_token": csrf_token(item(signed_in, guid))}
    told = signed_in.post(
        "/moderation/undo", data=data, headers={"Accept": "application/json"}
    ).json["said"]
    assert told == f"Taken back: approved. It is spam again. {said}"
    assert said in signed_in.get("/moderation/").text


def test_what_was_drawn_by_lot_reads_like_what_waits_by_itself(signed_in, arrive, store, site):
    """Before it was checked again and after; only guids, numbers and neighbours differ."""
    by_itself = arrive()
    cutoffs = Cutoffs(unsure_from=0.2, spam_from=0.5, blatant_from=0.99)
    drawn_site = set_policy(BLOG, {"audit_share": 1.0, "cutoffs": cutoffs}, store=store, now=NOON)
    drawn = check_comment(
        make_arrival("maybe"),
        drawn_site,
        store=store,
        scorer=StubScorer(),
        now=NOON,
        guid=new_guid(),
    )
    assert (drawn.is_audit, drawn.outcome) == (True, Outcome.UNSURE)

    def read(guid):
        main = item(signed_in, guid).partition('<div class="item-grid">')[2]
        main = re.sub(r'(back|value)="[^"]*"|data-beside="\w*"|back=[^"&]*', "", main)
        return re.sub(r"[0-9a-f]{32}|\d+", "", main)

    assert because(item(signed_in, drawn.guid)) == because(item(signed_in, by_itself)) != ""
    assert read(drawn.guid) == read(by_itself)
    for guid in (by_itself, drawn.guid):
        post(signed_in, guid, "recheck")
        item(signed_in, guid)
    assert read(drawn.guid) == read(by_itself)
