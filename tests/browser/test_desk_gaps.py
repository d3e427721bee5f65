"""In a browser: a reason asked for in a dialog, the first request seen by itself, site by site."""

import pytest
from playwright.sync_api import expect

from service.domain.decision import Act, Outcome
from service.domain.moderator import Role
from service.workflows.administer import add_moderator, add_site, set_policy
from service.workflows.check_comment import check_comment
from service.workflows.decide import decide
from service.workflows.find_caller import find_caller
from tests.browser.conftest import sign_in
from tests.browser.test_access import PHONE, SIDEWAYS, serious
from tests.browser.test_queue import ROW, gone, open_queue, outcome_of, press
from tests.builders import BLOG, KEY, NOON, PASSWORD, make_arrival
from tests.conftest import SECRET
from tests.fakes import StubScorer

pytestmark = pytest.mark.browser


@pytest.fixture
def strict(store, site_key):
    return set_policy(BLOG, {"needs_reason": True}, store=store, now=NOON)


def test_a_key_asks_for_the_reason_and_a_number_gives_it(page, address, store, strict, arrive):
    first, second = arrive("maybe 1", "maybe 2")
    open_queue(page, address)
    press(page, "s")
    page.wait_for_selector("#why-box[open]")
    assert serious(page) == []
    # No other key decides meanwhile.
    press(page, "a")
    press(page, "6")
    gone(page, second)
    assert outcome_of(store, second) is Outcome.SPAM
    page.goto(f"{address}/moderation/decided")
    assert page.locator("main > .log .tag").first.inner_text() == "scam"
    assert outcome_of(store, first) is Outcome.UNSURE


def test_escape_leaves_the_comment_as_it_is(page, address, store, strict, arrive):
    (only,) = arrive("maybe 1")
    open_queue(page, address)
    press(page, "d")
    page.wait_for_selector("#why-box[open]")
    page.keyboard.press("Escape")
    expect(page.locator("#why-box")).not_to_have_attribute("open", "")
    assert page.inner_text("#live") == "Kept as it is."
    assert page.evaluate("document.activeElement.dataset.guid") == only
    press(page, "a")
    page.wait_for_selector("#empty h2:visible")
    assert outcome_of(store, only) is Outcome.HAM


def test_the_dialog_also_asks_on_the_comments_page_and_by_the_mouse(
    page, address, store, strict, arrive
):
    (only,) = arrive("maybe 1")
    page.goto(f"{address}/moderation/item/{only}")
    page.wait_for_timeout(330)
    page.click("#item button.remove")
    page.get_by_role("button", name="off topic").click()
    page.wait_for_selector("#empty h2:visible")
    assert outcome_of(store, only) is Outcome.REMOVED


def test_a_reason_is_given_without_script(browser, address, store, strict, arrive, moderator):
    (only,) = arrive("maybe 1")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, address)
    page.locator(ROW).first.locator("button.spam").click()
    assert "This site wants a reason" in page.inner_text("main [role=alert]")
    page.get_by_role("radio", name="scam").check(force=True)
    page.click("#item button.spam")
    assert outcome_of(store, only) is Outcome.SPAM
    assert page.url.split("#")[0].endswith("/moderation/")
    context.close()


def test_a_conflict_is_kept_or_changed_by_its_buttons(page, address, store, arrive, ben):
    first, second = arrive("maybe 1", "maybe 2")
    open_queue(page, address)
    for guid in (first, second):
        decide(ben, guid, Act.APPROVE, seen_version=0, store=store, now=NOON)
    for button, outcome in (("#conflict-keep", Outcome.HAM), ("#conflict-change", Outcome.SPAM)):
        guid = page.evaluate("document.activeElement.dataset.guid")
        press(page, "s")
        page.wait_for_selector("#conflict[open]")
        page.click(button)
        gone(page, guid)
        assert outcome_of(store, guid) is outcome


def test_who_changes_the_answer_of_another_is_asked_why_once(
    page, address, store, strict, arrive, ben
):
    (only,) = arrive("maybe 1")
    open_queue(page, address)
    decide(ben, only, Act.APPROVE, seen_version=0, store=store, now=NOON)
    press(page, "s")
    page.wait_for_selector("#conflict[open]")
    page.click("#conflict-change")
    page.wait_for_selector("#why-box[open]")
    press(page, "1")
    page.wait_for_selector("#empty h2:visible")
    assert outcome_of(store, only) is Outcome.SPAM


@pytest.fixture
def owner(browser, address, store):
    """The owner's page at a size."""
    add_moderator("olga", role=Role.OWNER, password=PASSWORD, store=store, now=NOON)
    made = []

    def owner(**how):
        page = browser.new_context(**how).new_page()
        made.append(page)
        sign_in(page, address, "olga")
        return page

    yield owner
    for page in made:
        page.context.close()


def test_the_first_request_and_the_first_comment_are_seen_by_themselves(owner, store, arrive):
    page = owner()
    assert "Waiting for the first request" in page.inner_text("#first")
    find_caller(KEY, BLOG, store=store, secret=SECRET, now=NOON)
    page.wait_for_selector("#first .came", timeout=15_000)
    arrive("maybe 1")
    page.wait_for_selector(ROW, timeout=15_000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_page_keeps_nobody_out(owner, scheme):
    page = owner(color_scheme=scheme, viewport={"width": PHONE[0], "height": PHONE[1]})
    assert serious(page) == []
    assert page.evaluate(SIDEWAYS) == 0


def test_site_by_site_is_offered_to_who_sees_several(page, address, store, arrive, site_key):
    arrive("maybe 1")
    open_queue(page, address)
    assert page.locator("[name=sort] option[value=site]").count() == 0
    other = add_site("https://a.example/", name="Alder", store=store, secret=SECRET, now=NOON).site
    for n in range(2):
        check_comment(
            make_arrival(f"maybe alder {n}"),
            other,
            store=store,
            scorer=StubScorer(),
            now=NOON,
            guid=f"{n:032x}",
        )
    open_queue(page, address)
    page.select_option("[name=sort]", "site")
    page.click(".filters > button")
    names = page.locator(".group:visible h2")
    assert names.all_inner_texts() == ["Alder", BLOG]
    for _ in range(2):
        guid = page.evaluate("document.activeElement.dataset.guid")
        press(page, "s")
        gone(page, guid)
    # The name goes with the last that stood under it.
    expect(names).to_have_text([BLOG])
