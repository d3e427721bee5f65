"""Many at once in a real browser: chosen by keys or boxes, shown first, undone as one."""

import pytest

from service.domain.decision import Act, Outcome
from service.domain.entry import Effect
from service.domain.view import View
from service.workflows.decide import decide
from service.workflows.prepare_bulk import prepare_bulk
from service.workflows.run_bulk import run_bulk
from service.workflows.start_bulk import Start, start_bulk
from tests.browser.conftest import sign_in
from tests.browser.test_acceptance import is_queue, outcomes
from tests.browser.test_access import serious
from tests.browser.test_queue import ROW, open_queue, outcome_of, press
from tests.builders import NOON, make_submission

pytestmark = pytest.mark.browser


def test_a_bulk_of_3412_is_undone_with_one_press(page, address, store, arrive, moderator):
    """8"""
    with store.read() as unit:
        site = unit.sites.list_all()[0]
    with store.begin() as unit:
        made = [make_submission(site.site_id, priority=float(n)) for n in range(3412)]
        unit.submissions.append(made)
        unit.commit()
    open_queue(page, address)
    page.check("#many [name=all]")
    page.click("#many button[value=spam]")
    page.wait_for_url("**/bulk/**")
    assert "3412" in page.inner_text("h1")
    page.fill("[name=note]", "a wave")
    page.fill("[name=number]", "3412")
    page.click("#start button.main")
    page.wait_for_selector('#progress[data-state="done"]', timeout=60_000)
    assert "3412 of 3412 done" in page.inner_text("#progress")
    open_queue(page, address)
    assert page.inner_text("#empty h2") == "Nothing waits."
    press(page, "z")
    page.wait_for_selector('#progress[data-state="done"]', timeout=60_000)
    sample = [one.guid for one in made[::500]]
    assert outcomes(store, sample) == {Outcome.UNSURE}


def test_many_by_one_key_are_undone_by_one_key(page, address, store, arrive):
    guids = arrive("maybe 1", "maybe 2", "maybe 3")
    open_queue(page, address)
    page.wait_for_timeout(330)
    page.check("#pick-all")
    page.locator(ROW).first.focus()
    press(page, "Shift+A")
    page.wait_for_url("**/bulk/**")
    page.click("#start button.main")
    page.wait_for_url(is_queue)
    assert outcomes(store, guids) == {Outcome.HAM}
    press(page, "z")
    page.wait_for_selector(f'[data-guid="{guids[0]}"]')
    assert outcomes(store, guids) == {Outcome.UNSURE}


def test_what_comes_after_the_preview_is_left_alone(page, address, store, arrive):
    """12"""
    first, second = arrive("maybe 1", "maybe 2")
    open_queue(page, address)
    page.check("#many [name=all]")
    page.click("#many button[value=spam]")
    page.wait_for_url("**/bulk/**")
    (late,) = arrive("maybe 3")
    page.click("#start button.main")
    page.wait_for_url(is_queue)
    assert outcomes(store, [first, second]) == {Outcome.SPAM}
    assert outcome_of(store, late) is Outcome.UNSURE


def test_keys_alone_choose_many_and_decide_them(page, address, store, arrive):
    guids = arrive("maybe 1", "maybe 2", "maybe 3", "maybe 4")
    open_queue(page, address)
    press(page, "x")
    page.keyboard.press("Shift+J")
    page.keyboard.press("Shift+J")
    assert page.inner_text("#picked") == "3 selected"
    page.keyboard.press("Shift+D")
    page.wait_for_url("**/bulk/**")
    page.keyboard.press("Enter")
    page.wait_for_url(is_queue)
    assert outcomes(store, guids[1:]) == {Outcome.REMOVED}
    assert outcome_of(store, guids[0]) is Outcome.UNSURE
    press(page, "z")
    page.locator(ROW).nth(3).wait_for()
    assert outcomes(store, guids) == {Outcome.UNSURE}


def test_star_a_chooses_the_whole_page(page, address, arrive):
    arrive("maybe 1", "maybe 2", "maybe 3")
    open_queue(page, address)
    page.keyboard.press("*")
    page.keyboard.press("a")
    assert page.inner_text("#picked") == "3 selected"


def test_a_campaign_is_decided_once(page, address, store, arrive, app):
    wave = "maybe the very best watches of the whole world for a very small price, dear {}"
    guids = arrive(*(wave.format(word) for word in ("Sir", "friend", "madam")))
    app.extensions["chaffinch-background"].step()
    page.goto(f"{address}/moderation/campaigns")
    assert page.inner_text(".card h2") == "3 waiting"
    page.click(".card button.spam")
    page.wait_for_url("**/bulk/**")
    page.click("#start button.main")
    page.wait_for_url(is_queue)
    assert outcomes(store, guids) == {Outcome.SPAM}


def test_a_bulk_can_be_taken_back_from_the_log(page, address, store, arrive, moderator):
    guids = arrive("maybe 1", "maybe 2")
    bulk = prepare_bulk(moderator, Act.SPAM, View(), store=store, now=NOON)
    start_bulk(moderator, bulk.guid, Start(), store=store, now=NOON)
    run_bulk(bulk.bulk_id, store=store, now=NOON)
    page.goto(f"{address}/moderation/decided")
    assert "ana marked as spam: 2 comments at once" in page.inner_text("main > .log")
    page.click("main > .log button")
    page.wait_for_load_state()
    assert outcomes(store, guids) == {Outcome.UNSURE}


def test_many_at_once_without_script(browser, address, store, arrive, moderator):
    """14"""
    guids = arrive("maybe 1", "maybe 2", "maybe 3")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, address)
    page.locator(f"{ROW} [name=item]").nth(0).check()
    page.locator(f"{ROW} [name=item]").nth(1).check()
    page.click("#many button[value=remove]")
    page.click("#start button.main")
    assert outcomes(store, guids[1:]) == {Outcome.REMOVED}
    page.click("#undo button")
    assert outcomes(store, guids) == {Outcome.UNSURE}
    page.fill("#search", "is:waiting")
    page.locator("#search").press("Enter")
    assert page.locator(ROW).count() == 3
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_a_bulk(
    browser, address, store, arrive, moderator, app, scheme
):
    """15"""
    for guid in arrive("maybe 1", "maybe 2", "maybe 3", author="Tom"):
        decide(moderator, guid, Act.APPROVE, seen_version=0, store=store, now=NOON)
    arrive("maybe 4", author="Tom")
    arrive(*(f"maybe http://shop.example/{n} \u200b" for n in range(101)))
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    sign_in(page, address)
    page.check("#many [name=all]")
    assert serious(page) == []
    page.click("#many button[value=spam]")
    page.wait_for_url("**/bulk/**")
    assert "left out unless ticked" in page.inner_text("fieldset")
    assert serious(page) == []
    page.fill("[name=note]", "x")
    page.fill("[name=number]", "101")
    page.click("#start button.main")
    page.goto(f"{address}/moderation/decided")
    page.click("main > .log >> text=Details")
    page.wait_for_url("**/bulk/**")
    assert serious(page) == []
    context.close()


def test_the_large_a_on_an_item_also_trusts_its_author(page, address, store, arrive):
    first, other = arrive("maybe 1", "maybe 2", author_email="maria@mail.example")
    with store.read() as unit:
        site_id = unit.submissions.get(first).site_id
    page.goto(f"{address}/moderation/item/{first}")
    press(page, "Shift+A")
    page.wait_for_url("**/moderation/")
    assert outcome_of(store, first) is Outcome.HAM
    assert outcome_of(store, other) is Outcome.UNSURE
    with store.read() as unit:
        made = [(one.pattern, one.effect) for one in unit.entries.list_on([site_id])]
    assert made == [("maria@mail.example", Effect.ALLOW)]
