"""More on a comment's page in a real browser: checked again, sent and seen by who got it."""

import pytest

from service.domain.decision import Outcome
from tests.browser.test_acceptance import other_person
from tests.browser.test_queue import outcome_of, press

pytestmark = pytest.mark.browser


def test_checked_again_from_the_page(page, address, store, arrive):
    (guid,) = arrive("maybe")
    page.goto(f"{address}/moderation/item/{guid}")
    page.click("summary:has-text('More') >> visible=true >> nth=-1")
    page.click("text=Check it again")
    page.wait_for_selector(".done-line")
    assert page.inner_text(".done-line").startswith("Checked again: model stub says 60 %")
    assert page.locator(".item-head .tag").inner_text() == "re-checked"
    assert outcome_of(store, guid) is Outcome.UNSURE


def test_sent_to_a_colleague_who_finds_it_and_lets_it_go(
    page, browser, address, store, arrive, ben
):
    _, guid = arrive("maybe 1", "maybe 2")
    page.goto(f"{address}/moderation/item/{guid}")
    page.click("summary:has-text('More') >> visible=true >> nth=-1")
    page.select_option("[name=to]", "ben")
    page.fill("[name=note] >> nth=-1", "your field?")
    page.click("text=Send to colleague")
    page.wait_for_selector("#held:visible")
    assert page.inner_text("#held") == "for ben, from ana"
    other = other_person(browser, address)
    assert "for you, from ana: “your field?”" in other.inner_text("#rows")
    other.click("text=1 sent to you")
    other.wait_for_url("**sent=1*")
    assert other.locator("#rows .row").count() == 1
    other.wait_for_timeout(330)
    other.keyboard.press("Enter")
    other.wait_for_selector("#item")
    # What the script renews keeps the line.
    other.wait_for_timeout(600)
    assert other.inner_text("#held") == "for you, from ana: “your field?”"
    press(other, "c")
    other.wait_for_url("**/moderation/?sent=1*")
    assert other.locator("#rows .row").count() == 0
    other.context.close()


def test_a_claimed_row_stays_marked_as_mine_and_c_lets_it_go(page, address, arrive):
    arrive("maybe")
    page.goto(f"{address}/moderation/")
    press(page, "c")
    page.wait_for_selector(".row.mine")
    page.reload()
    assert page.locator(".row.mine").count() == 1
    press(page, "c")
    page.wait_for_selector(".row:not(.mine)")
