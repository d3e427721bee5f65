"""The queue's acceptance tests by number, in a real browser; the rest stands in test_queue.py."""

import re
from pathlib import Path

import pytest

import service.moderation
from models.verdict import Cutoffs, Verdict
from service.domain.decision import Act, Outcome
from service.domain.preferences import Preferences, Shortcuts
from service.domain.submission import new_guid
from service.workflows.administer import set_policy
from service.workflows.check_comment import check_comment
from service.workflows.decide import decide
from tests.browser.conftest import sign_in
from tests.browser.test_queue import ROW, focused, gone, open_queue, outcome_of, press
from tests.builders import BLOG, NOON, make_arrival
from tests.fakes import BrokenScorer, StubScorer

pytestmark = pytest.mark.browser


def is_queue(url):
    return url.split("?")[0].split("#")[0].endswith("/moderation/")


def wait_for_fresh(page):
    page.wait_for_selector("#fresh", state="visible", timeout=15_000)


def other_person(browser, address, name="ben"):
    page = browser.new_context().new_page()
    sign_in(page, address, name)
    return page


def outcomes(store, guids):
    return {outcome_of(store, guid) for guid in guids}


def test_keys_with_altgr_do_nothing(page, address, store, arrive):
    """2"""
    (only,) = arrive("maybe")
    open_queue(page, address)
    page.wait_for_timeout(330)
    page.evaluate(
        """() => document.activeElement.dispatchEvent(new KeyboardEvent('keydown',
        {key: 's', code: 'KeyS', bubbles: true, modifierAltGraph: true}))"""
    )
    page.wait_for_timeout(200)
    assert outcome_of(store, only) is Outcome.UNSURE


def test_typing_in_search_decides_nothing(page, address, store, arrive):
    """3"""
    (only,) = arrive("maybe")
    open_queue(page, address)
    press(page, "/")
    page.keyboard.type("sad")
    page.wait_for_timeout(200)
    assert page.input_value("#search") == "sad"
    assert outcome_of(store, only) is Outcome.UNSURE


def test_composing_a_word_decides_nothing(page, address, store, arrive):
    (only,) = arrive("maybe")
    open_queue(page, address)
    page.wait_for_timeout(330)
    page.evaluate(
        """() => document.activeElement.dispatchEvent(new KeyboardEvent('keydown',
        {key: 's', code: 'KeyS', bubbles: true, isComposing: true}))"""
    )
    page.wait_for_timeout(200)
    assert outcome_of(store, only) is Outcome.UNSURE


def test_lease_ends_by_itself_and_leaving_frees_it(
    page, browser, address, store, arrive, ben, clock
):
    """10, 11"""
    (only,) = arrive("maybe")
    page.goto(f"{address}/moderation/item/{only}")
    other = other_person(browser, address)
    other.goto(f"{address}/moderation/")
    assert "ana has this open" in other.inner_text(".held")
    clock.tick(seconds=91)
    other.reload()
    assert other.locator(".held").is_hidden()
    page.reload()
    page.wait_for_timeout(800)
    other.reload()
    assert other.locator(".held").is_visible()
    page.keyboard.press("Escape")
    page.wait_for_url(is_queue)
    page.wait_for_timeout(300)
    other.reload()
    assert other.locator(".held").is_hidden()
    other.context.close()


def set_keys(store, moderator, choices):
    with store.begin() as unit:
        unit.moderators.set_preferences(moderator.moderator_id, choices)
        unit.commit()


def test_with_shortcuts_off_no_key_decides(page, address, store, arrive, moderator):
    """17"""
    (only,) = arrive("maybe")
    set_keys(store, moderator, Preferences(shortcuts=Shortcuts.OFF))
    open_queue(page, address)
    for key in ("s", "a", "d", "Shift+S"):
        press(page, key)
    page.wait_for_timeout(200)
    assert outcome_of(store, only) is Outcome.UNSURE
    page.locator(ROW).locator("button.spam").click()
    gone(page, only)


def test_own_keys_decide_and_the_old_ones_do_not(page, address, store, arrive, moderator):
    """17"""
    first, second = arrive("maybe 1", "maybe 2")
    own = Preferences(shortcuts=Shortcuts.OWN, keys=(("spam", "!"),))
    set_keys(store, moderator, own)
    open_queue(page, address)
    press(page, "s")
    page.wait_for_timeout(200)
    assert outcomes(store, [first, second]) == {Outcome.UNSURE}
    press(page, "!")
    gone(page, second)
    assert outcome_of(store, second) is Outcome.SPAM


def test_without_a_model_the_queue_works_and_says_why(
    page, address, store, arrive, app, runtime, moderator
):
    """20"""
    (only,) = arrive("maybe")
    object.__setattr__(runtime, "scorer", BrokenScorer())
    open_queue(page, address)
    assert "No model answers. All comments are held for you." in page.inner_text(".banner")
    page.goto(f"{address}/moderation/item/{only}")
    assert "Why" in page.inner_text("#why")
    press(page, "s")
    page.wait_for_url(is_queue)
    assert outcome_of(store, only) is Outcome.SPAM


def test_new_ones_are_announced_and_never_slip_in(page, address, arrive):
    (first,) = arrive("maybe 1")
    open_queue(page, address)
    (second,) = arrive("maybe 2")
    wait_for_fresh(page)
    assert page.inner_text("#fresh-text") == "1 new: press r"
    assert page.locator(ROW).count() == 1
    assert focused(page) == first
    page.keyboard.press("r")
    page.wait_for_selector(f'[data-guid="{second}"]')


def test_what_a_colleague_decided_greys_out_in_place(page, address, store, arrive, ben):
    first, _second = arrive("maybe 1", "maybe 2")
    open_queue(page, address)
    decide(ben, first, Act.SPAM, seen_version=0, store=store, now=NOON)
    page.wait_for_selector(".done-elsewhere", timeout=15_000)
    assert page.inner_text(".elsewhere:visible") == "ben: marked as spam"
    assert page.locator(ROW).count() == 2


def test_skip_goes_to_the_end_for_me_alone(page, browser, address, arrive, ben):
    first, second = arrive("maybe 1", "maybe 2")
    open_queue(page, address)
    assert focused(page) == second
    press(page, "u")
    page.locator(f'.row:focus[data-guid="{first}"]').wait_for()
    page.reload()
    assert page.locator(ROW).count() == 1
    page.click("text=1 you skipped")
    page.wait_for_selector(f'[data-guid="{second}"]')
    other = other_person(browser, address)
    assert other.locator(ROW).count() == 2
    other.context.close()


def test_a_note_and_a_reason_by_keys(page, address, store, arrive):
    (only,) = arrive("maybe")
    page.goto(f"{address}/moderation/item/{only}")
    press(page, "n")
    page.keyboard.type("odd link")
    page.click(".add-note button")
    page.wait_for_selector("text=ana noted")
    page.locator("#item").focus()
    press(page, "6")
    press(page, "s")
    page.wait_for_selector("#empty h2:visible")
    page.goto(f"{address}/moderation/decided")
    assert page.locator("main > .log .tag").first.inner_text() == "scam"


def test_focus_mode_shows_one_at_a_time(page, address, arrive):
    first, second = arrive("maybe 1", "maybe 2")
    open_queue(page, address)
    press(page, "f")
    assert page.locator(f"{ROW}:visible").count() == 1
    press(page, "s")
    gone(page, second)
    assert page.locator(f"{ROW}:visible").count() == 1
    assert focused(page) == first
    page.keyboard.press("Escape")
    assert page.url.endswith("/moderation/")


def test_a_filter_lives_in_the_address_and_can_be_saved(page, address, arrive):
    arrive("maybe 1")
    open_queue(page, address)
    page.select_option("[name=sort]", "oldest")
    page.select_option("[name=age]", "late")
    page.click(".filters button:has-text('Show')")
    assert "sort=oldest" in page.url
    assert "age=late" in page.url
    assert page.inner_text("#empty h2") == "No match."
    page.click(".saved summary")
    page.fill(".saved [name=name]", "Late ones")
    page.click(".saved >> text=Save this view")
    page.wait_for_load_state()
    page.goto(f"{address}/moderation/")
    page.click(".saved summary")
    page.click("text=Late ones")
    page.wait_for_url(re.compile("age=late"))


def test_search_gives_a_hint_for_a_wrong_operator(page, address, arrive):
    page.goto(f"{address}/moderation/search?q=autor:maria")
    assert "Did you mean author:" in page.inner_text(".find .refusal")


def test_the_script_is_small():
    folder = Path(service.moderation.__file__).parent / "static"
    assert sum(one.stat().st_size for one in folder.glob("*.js")) < 30_000


def test_a_drawn_comment_looks_like_one_that_waits_by_itself(page, address, store, arrive):
    """19: the same row and the same page, whatever the machine had said."""
    (by_itself,) = arrive("maybe")
    # At these cutoffs the same score is the machine's "spam", and all of it is drawn.
    cutoffs = Cutoffs(unsure_from=0.2, spam_from=0.5, blatant_from=0.99)
    set_policy(BLOG, {"audit_share": 1.0, "cutoffs": cutoffs}, store=store, now=NOON)
    with store.read() as unit:
        site = unit.sites.find_by_blog(BLOG)
    drawn = check_comment(
        make_arrival("maybe"), site, store=store, scorer=StubScorer(), now=NOON, guid=new_guid()
    )
    assert drawn.verdict is Verdict.SPAM
    assert drawn.is_audit
    rows = {}
    sent = page.request.get(f"{address}/moderation/").text()
    for guid in (by_itself, drawn.guid):
        row = re.search(rf'<article[^>]* id="c-{guid}".*?</article>', sent, re.DOTALL)[0]
        rows[guid] = row.replace(by_itself, "GUID").replace(drawn.guid, "GUID")
    # The two stand beside one another, so each names the other as its neighbour; no more.
    assert rows[by_itself] == rows[drawn.guid]
    pages = {}
    for guid in (by_itself, drawn.guid):
        page.goto(f"{address}/moderation/item/{guid}")
        pages[guid] = page.locator("main").inner_text()
    for said in ("spam", "drawn", "audit", "sample"):
        counts = [pages[guid].lower().count(said) for guid in (by_itself, drawn.guid)]
        assert counts[0] == counts[1]
