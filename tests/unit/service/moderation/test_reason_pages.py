"""A Site that wants reasons, as pages: the form as it was, the dialog's answer, bulks, rules."""

import pytest

from service.domain.decision import Outcome
from service.domain.moderator import Role
from service.domain.submission import new_guid
from service.workflows.administer import add_moderator, set_policy
from service.workflows.check_comment import check_comment
from tests.builders import BLOG, NOON, PASSWORD, make_arrival
from tests.conftest import csrf_token
from tests.fakes import StubScorer

SENTENCE = "This site wants a reason: choose one, or write a note."
JSON = {"Accept": "application/json"}


@pytest.fixture
def site(store, site_key):
    return set_policy(BLOG, {"needs_reason": True}, store=store, now=NOON)


@pytest.fixture
def guid(store, site):
    arrival, guid = make_arrival("maybe http://shop.example/ now"), new_guid()
    check_comment(arrival, site, store=store, scorer=StubScorer(), now=NOON, guid=guid)
    return guid


def send(client, path, headers=None, **data):
    token = csrf_token(client.get("/moderation/decided").text)
    return client.post(
        f"/moderation/{path}", data=data | {"csrf_token": token}, headers=headers or {}
    )


def decide(client, guid, headers=None, **data):
    form = {"act": "spam", "seen": "0", "back": "/moderation/?sort=oldest"} | data
    return send(client, f"item/{guid}/decide", headers, **form)


def outcome(store, guid):
    with store.read() as unit:
        return unit.submissions.get(guid).outcome


def test_without_a_reason_the_comments_page_says_so_and_leads_back_to_the_same_list(
    signed_in, store, guid
):
    answer = decide(signed_in, guid)
    assert answer.status_code == 400
    assert SENTENCE in answer.text
    assert 'href="#reasons">Give it, then press again: mark it as spam' in answer.text
    assert 'name="back" value="/moderation/?sort=oldest' in answer.text
    # What can be opened again: a form's own address is none.
    assert f'value="/moderation/item/{guid}/decide' not in answer.text
    assert outcome(store, guid) is Outcome.UNSURE


def test_the_script_is_told_what_to_ask_for(signed_in, guid):
    answer = decide(signed_in, guid, JSON)
    assert (answer.status_code, answer.get_json()) == (
        400,
        {"sentence": SENTENCE, "asks": "reason"},
    )
    assert decide(signed_in, guid, JSON, reason="scam").status_code == 200


def test_a_reason_outlives_the_conflict_page(signed_in, store, guid):
    decide(signed_in, guid, act="approve")
    answer = decide(signed_in, guid, reason="scam")
    assert answer.status_code == 409
    assert 'name="reason" value="scam"' in answer.text


def test_the_fields_say_whether_a_reason_is_needed(signed_in, store, guid):
    assert "Reason (Spam and Remove need one, or a note)" in (
        signed_in.get(f"/moderation/item/{guid}").text
    )
    set_policy(BLOG, {"needs_reason": False}, store=store, now=NOON)
    assert "Reason (may be left out)" in signed_in.get(f"/moderation/item/{guid}").text


def test_a_rule_made_with_the_decision_asks_too(signed_in, store, guid):
    page = signed_in.get(f"/moderation/item/{guid}").text
    offered = page[page.index('class="offers"') :]
    # For holding its domain, which says spam; not for trusting its author.
    assert offered.count('<select name="reason" required>') == offered.count('value="block"')
    answer = decide(signed_in, guid, rule="block", pattern="shop.example", reason="harmful link")
    assert answer.status_code == 303
    assert outcome(store, guid) is Outcome.SPAM


def test_a_bulk_asks_before_it_starts(signed_in, store, guid):
    place = send(signed_in, "bulk", act="remove", item=guid).location
    page = signed_in.get(place).text
    assert 'name="note" maxlength="2000" autocomplete="off" required' in page
    start = place.split("?")[0].removeprefix("/moderation/") + "/start"
    refused = send(signed_in, start)
    assert (refused.status_code, SENTENCE in refused.text) == (400, True)
    assert send(signed_in, start, note="tidying").status_code == 303
    assert outcome(store, guid) is Outcome.REMOVED


def test_the_choice_and_the_cutoffs_are_made_on_the_sites_page(app, store, site):
    add_moderator("olga", role=Role.OWNER, password=PASSWORD, store=store, now=NOON)
    olga = app.test_client()
    token = csrf_token(olga.get("/moderation/sign-in").text)
    form = {"name": "olga", "password": PASSWORD, "csrf_token": token}
    olga.post("/moderation/sign-in", data=form)
    place = f"sites/{site.site_id}/policy"
    good = {"unsure": "hold", "days": "7", "undecided": "hold", "audit": "0"}
    own = {"unsure_from": "40", "spam_from": "90", "blatant_from": "101"}

    def policy():
        with store.read() as unit:
            return unit.sites.get(site.site_id).policy

    assert send(olga, place, **good, **own, needs_reason="yes").status_code == 303
    assert policy().needs_reason
    assert (policy().cutoffs.spam_from, policy().cutoffs.blatant_from) == (0.9, 1.01)
    page = olga.get("/moderation/sites").text
    assert 'name="needs_reason" value="yes" checked' in page
    assert 'name="spam_from" type="number" min="0" max="200" step="any"' in page
    for wrong in ({"spam_from": "20"}, {"spam_from": ""}, {"spam_from": "much"}):
        answer = send(olga, place, **(good | own | wrong))
        assert (answer.status_code, 'role="alert"' in answer.text) == (400, True)
    nothing = dict.fromkeys(own, "")
    assert send(olga, place, **good, **nothing).status_code == 303
    assert (policy().cutoffs, policy().needs_reason) == (None, False)
