"""Moving without waiting, by key and by finger; and a line when it has been much."""

import pytest

from service.domain.decision import Outcome
from service.domain.preferences import Preferences, Switch
from tests.browser.conftest import sign_in
from tests.browser.test_queue import focused, open_queue, outcome_of, press

pytestmark = pytest.mark.browser
CLAIMS = "/claim"
PHONE = {"width": 360, "height": 780}


@pytest.fixture
def asked(page):
    """What the page asks of the server, as (is it fetched ahead, path)."""
    found = []
    page.on(
        "request",
        lambda r: found.append(
            (r.headers.get("x-chaffinch") == "ahead", r.url.split("/moderation/")[1])
        ),
    )
    return found


def wait_ahead(page, guid):
    with page.expect_response(lambda r: guid in r.url and r.request.headers.get("x-chaffinch")):
        pass


def test_the_row_one_stays_on_opens_from_what_was_fetched(page, address, store, arrive, asked):
    _third, second, first = arrive("maybe three", "maybe two", "maybe one")
    with page.expect_response(lambda r: second in r.url):
        open_queue(page, address)
    asked.clear()
    page.keyboard.press("Enter")
    page.wait_for_selector("#item")
    assert focused(page) == first
    assert page.url.split("?")[0].endswith(f"/item/{first}")
    assert "maybe one" in page.inner_text("#item")
    # Nothing was loaded anew, neither the page nor a script; the icon may come late.
    others = [path for is_ahead, path in asked if not is_ahead and CLAIMS not in path]
    assert set(others) <= {"static/chaffinch.svg"}
    assert page.evaluate("performance.getEntriesByType('navigation').length") == 1


def test_from_one_comment_to_the_next_and_back_in_history(page, address, arrive):
    third, second, first = arrive("maybe three", "maybe two", "maybe one")
    with page.expect_response(lambda r: r.request.headers.get("x-chaffinch") == "ahead"):
        page.goto(f"{address}/moderation/item/{first}")
    page.evaluate("window.stays = true")
    for guid in (second, third):
        with page.expect_response(lambda r, guid=guid: guid in r.url and "claim" in r.url):
            press(page, "j")
        page.wait_for_selector(f'#item[data-guid="{guid}"]')
        assert focused(page) == guid
        page.wait_for_timeout(600)
    assert page.evaluate("window.stays") is True
    assert "maybe three" in page.inner_text("#item")
    page.go_back()
    page.wait_for_selector(f'#item[data-guid="{second}"]')
    assert page.evaluate("window.stays") is None


def test_what_was_fetched_ahead_is_not_held_and_what_is_shown_is(page, address, store, arrive):
    second, first = arrive("maybe two", "maybe one")

    def holds(guid):
        with store.read() as unit:
            one = unit.submissions.get(guid)
            found = unit.claims.list_of([one.submission_id], one.received_at)
        return one.submission_id in found

    with page.expect_response(lambda r: second in r.url):
        page.goto(f"{address}/moderation/item/{first}")
    assert (holds(first), holds(second)) == (True, False)
    with page.expect_response(lambda r: second in r.url and "claim" in r.url):
        press(page, "j")
    page.wait_for_timeout(200)
    assert (holds(first), holds(second)) == (False, True)


def test_a_key_after_moving_decides_the_comment_that_is_shown(page, address, store, arrive):
    second, first = arrive("maybe two", "maybe one")
    with page.expect_response(lambda r: second in r.url):
        page.goto(f"{address}/moderation/item/{first}")
    press(page, "j")
    page.wait_for_selector(f'#item[data-guid="{second}"]')
    press(page, "s")
    page.wait_for_url("**/moderation/**#c-*")
    assert (outcome_of(store, first), outcome_of(store, second)) == (Outcome.UNSURE, Outcome.SPAM)


@pytest.fixture
def phone(browser, address, moderator):
    """Ana's phone; a finger is moved through the browser's own protocol."""
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    opened = context.new_page()
    sign_in(opened, address)
    yield opened
    context.close()


def swipe(phone, guid, far, down=0):
    """Put a finger on a row, move it and lift it."""
    text = phone.locator(f"#c-{guid} .text")
    text.scroll_into_view_if_needed()
    box = text.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = phone.context.new_cdp_session(phone)

    def send(kind, step):
        points = [] if step is None else [{"x": x + far * step, "y": y + down * step}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", 0)
    for step in range(1, 9):
        send("touchMove", step / 8)
    marks = phone.locator(f"#c-{guid}").get_attribute("data-swipe")
    send("touchEnd", None)
    return marks


@pytest.mark.parametrize(
    ("far", "word", "outcome"), [(170, "Approve", Outcome.HAM), (-170, "Spam", Outcome.SPAM)]
)
def test_a_row_moved_aside_is_decided_and_taken_back(
    phone, address, store, arrive, far, word, outcome
):
    second, first = arrive("maybe two", "maybe one")
    open_queue(phone, address)
    phone.wait_for_timeout(330)
    assert swipe(phone, first, far) == word
    phone.wait_for_selector(f"#c-{first}", state="detached")
    assert outcome_of(store, first) is outcome
    assert outcome_of(store, second) is Outcome.UNSURE
    # A tap while the swipe's own movement still runs out only stops it, as on any phone.
    phone.wait_for_timeout(600)
    phone.locator("#undo button").tap()
    phone.wait_for_selector(f"#c-{first}")
    assert outcome_of(store, first) is Outcome.UNSURE


def test_too_short_or_downwards_is_a_change_of_mind(phone, address, store, arrive):
    (only,) = arrive("maybe one")
    open_queue(phone, address)
    phone.wait_for_timeout(330)
    assert not swipe(phone, only, 60)
    swipe(phone, only, 60, down=-150)
    phone.wait_for_timeout(300)
    assert outcome_of(store, only) is Outcome.UNSURE
    assert phone.locator(f"#c-{only}").evaluate("one => one.style.transform") == ""


def test_who_turned_it_off_swipes_nothing(phone, address, store, moderator, arrive):
    (only,) = arrive("maybe one")
    with store.begin() as unit:
        unit.moderators.set_preferences(moderator.moderator_id, Preferences(swipe=Switch.OFF))
        unit.commit()
    open_queue(phone, address)
    phone.wait_for_timeout(330)
    swipe(phone, only, 170)
    phone.wait_for_timeout(300)
    assert outcome_of(store, only) is Outcome.UNSURE


def test_with_reduced_motion_nothing_slides_and_it_is_decided_all_the_same(
    phone, address, store, arrive
):
    (only,) = arrive("maybe one")
    phone.emulate_media(reduced_motion="reduce")
    open_queue(phone, address)
    phone.evaluate(
        "window.slid = []; document.querySelector('#rows .row').addEventListener('pointermove',"
        " (e) => window.slid.push(e.currentTarget.style.transform))"
    )
    phone.wait_for_timeout(330)
    swipe(phone, only, 170)
    phone.wait_for_selector(f"#c-{only}", state="detached")
    assert set(phone.evaluate("window.slid")) == {""}
    assert outcome_of(store, only) is Outcome.HAM


def test_after_fifty_decisions_a_line_says_so_and_goes(page, address, arrive):
    arrive("maybe one", "maybe two", "maybe three")
    page.evaluate(
        "sessionStorage.setItem('run', JSON.stringify("
        "{since: Date.now() - 12 * 60000, count: 48, last: Date.now()}))"
    )
    open_queue(page, address)
    press(page, "a")
    page.wait_for_selector("#rows li:nth-child(3)", state="detached")
    assert page.locator("#pause").is_hidden()
    press(page, "a")
    page.wait_for_selector("#pause:visible")
    assert "50 decisions in 12 minutes." in page.inner_text("#pause")
    page.reload()
    page.wait_for_selector("#pause:visible")
    page.click("#pause-close")
    assert page.locator("#pause").is_hidden()
    page.reload()
    page.wait_for_selector("#rows .row:focus")
    assert page.locator("#pause").is_hidden()


def test_an_emptied_queue_says_how_the_day_went(page, address, clock, arrive):
    arrive("maybe one")
    clock.tick(minutes=7)
    open_queue(page, address)
    press(page, "a")
    page.wait_for_selector("text=Half of them had waited 7 min at most.")
    assert "1 decided today." in page.inner_text(".cleared")
    assert focused(page) == "H2"


def test_whoever_asks_for_it_reads_only_the_row_they_came_to(
    page, address, store, moderator, arrive
):
    second, first = arrive("maybe two", "maybe one")

    def filters():
        return [
            page.locator(f"#c-{guid} .text").evaluate("one => getComputedStyle(one).filter")
            for guid in (first, second)
        ]

    open_queue(page, address)
    assert filters() == ["none", "none"]
    with store.begin() as unit:
        unit.moderators.set_preferences(moderator.moderator_id, Preferences(blur=Switch.ON))
        unit.commit()
    open_queue(page, address)
    assert focused(page) == first
    assert [one.startswith("blur") for one in filters()] == [False, True]
    page.keyboard.press("j")
    assert [one.startswith("blur") for one in filters()] == [True, False]
