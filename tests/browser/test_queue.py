"""The queue in a real browser: keys, focus, undo, two people, hostile text, no script."""

import re

import pytest

from service.domain.decision import Outcome
from tests.browser.conftest import sign_in

pytestmark = pytest.mark.browser

ROW = "#rows .row"


def outcome_of(store, guid):
    with store.read() as unit:
        return unit.submissions.get(guid).outcome


def focused(page):
    return page.evaluate("document.activeElement.dataset.guid || document.activeElement.tagName")


def open_queue(page, address):
    page.goto(f"{address}/moderation/")


def press(page, key):
    """A key, after the guard against fingers that bounce."""
    page.wait_for_timeout(330)
    page.keyboard.press(key)


def gone(page, guid):
    page.wait_for_selector(f'[data-guid="{guid}"]', state="detached")


@pytest.mark.parametrize(
    ("key", "outcome"), [("a", Outcome.HAM), ("s", Outcome.SPAM), ("d", Outcome.REMOVED)]
)
def test_a_key_decides_the_focused_row_and_no_other(page, address, store, arrive, key, outcome):
    first, second, third = arrive("maybe 1", "maybe 2", "maybe 3")
    open_queue(page, address)
    page.keyboard.press("j")
    assert focused(page) == second
    press(page, key)
    gone(page, second)
    assert outcome_of(store, second) is outcome
    assert outcome_of(store, first) is Outcome.UNSURE
    assert outcome_of(store, third) is Outcome.UNSURE


def test_keys_with_modifiers_do_nothing(page, address, store, arrive):
    (only,) = arrive("maybe")
    open_queue(page, address)
    for key in ("Control+s", "Meta+a", "Alt+d", "Control+a"):
        press(page, key)
    page.wait_for_timeout(200)
    assert outcome_of(store, only) is Outcome.UNSURE


def test_typing_in_a_field_decides_nothing(page, address, store, arrive):
    (only,) = arrive("maybe")
    page.goto(f"{address}/moderation/item/{only}")
    page.fill("[name=note]", "")
    page.type("[name=note]", "sad")
    page.wait_for_timeout(200)
    assert outcome_of(store, only) is Outcome.UNSURE


def test_a_held_key_is_one_decision(page, address, store, arrive):
    guids = arrive("maybe 1", "maybe 2", "maybe 3")
    open_queue(page, address)
    page.wait_for_timeout(330)
    for _ in range(6):
        page.keyboard.down("s")
    page.keyboard.up("s")
    gone(page, guids[2])
    page.wait_for_timeout(200)
    assert [outcome_of(store, g) for g in guids] == [Outcome.UNSURE, Outcome.UNSURE, Outcome.SPAM]


def test_focus_goes_on_to_the_next_then_back_then_to_the_heading(page, address, arrive):
    first, second = arrive("maybe 1", "maybe 2")
    open_queue(page, address)
    page.keyboard.press("j")
    press(page, "a")
    gone(page, first)
    assert focused(page) == second
    press(page, "a")
    gone(page, second)
    assert focused(page) == "H2"
    assert page.inner_text("#empty h2") == "Nothing waits."


def test_what_happened_is_said_aloud(page, address, arrive):
    arrive("maybe 1", "maybe 2")
    open_queue(page, address)
    press(page, "s")
    page.wait_for_function("() => document.getElementById('live').textContent !== ''")
    assert page.inner_text("#live") == "Marked as spam. 1 left. Undo: z"
    assert page.inner_text("#bar-text") == "Marked as spam."


@pytest.mark.parametrize("key", ["z", "Control+z"])
def test_undo_works_also_after_a_reload(page, address, store, arrive, key):
    (only,) = arrive("maybe")
    open_queue(page, address)
    press(page, "s")
    gone(page, only)
    page.reload()
    press(page, key)
    page.wait_for_selector(f'[data-guid="{only}"]')
    assert outcome_of(store, only) is Outcome.UNSURE
    assert "Taken back" in page.inner_text("#bar-text")


def test_two_people_never_decide_twice(page, browser, address, store, arrive, ben):
    (only,) = arrive("maybe")
    other = browser.new_context().new_page()
    sign_in(other, address, "ben")
    open_queue(page, address)
    press(page, "s")
    gone(page, only)
    other.wait_for_timeout(330)
    other.keyboard.press("a")
    other.wait_for_selector("text=ana marked this as spam")
    assert outcome_of(store, only) is Outcome.SPAM
    other.click("text=Keep it as it is")
    assert outcome_of(store, only) is Outcome.SPAM
    other.context.close()


def test_the_keys_are_shown_and_decide_nothing_meanwhile(page, address, store, arrive):
    (only,) = arrive("maybe")
    open_queue(page, address)
    page.keyboard.press("?")
    page.wait_for_selector("#keys[open]")
    press(page, "s")
    page.wait_for_timeout(200)
    assert outcome_of(store, only) is Outcome.UNSURE
    page.keyboard.press("Escape")
    press(page, "s")
    gone(page, only)


def test_a_row_opens_and_closes(page, address, arrive):
    (only,) = arrive("maybe")
    open_queue(page, address)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/item/{only}"))
    assert "Why" in page.inner_text("#why")
    page.keyboard.press("Escape")
    # Not the address: the item's own ends in "back=/moderation/" and would match at once.
    page.wait_for_selector("#rows")
    page.wait_for_load_state()


def test_when_the_server_is_gone_nothing_is_pretended(page, address, store, arrive):
    (only,) = arrive("maybe")
    open_queue(page, address)
    page.route("**/decide", lambda route: route.abort())
    press(page, "s")
    page.wait_for_selector("#not-saved", state="visible")
    assert page.locator(ROW).count() == 1
    assert outcome_of(store, only) is Outcome.UNSURE


HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(2)</script>",
    "<svg onload=alert(3)>",
    "javascript:alert(4)",
    "</p></li></ol><script>alert(5)</script>",
    "\u202egnitpmet \u2066isolated",
    "z\u200be\u200br\u200bo",
    "w" * 10_000,
    "</textarea><iframe src=//evil.example>",
    "{{ config }} {% raw %}",
    "=cmd|' /C calc'!A0",
    "\x1b[2J\x07 bell",
    "a\u0300" * 500,
    "﷽" * 200,
    "<a href=javascript:alert(6)>click</a>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<style>body{display:none}</style>",
    "<form action=//evil.example><button>Approve</button></form>",
    "' onmouseover=alert(7) x='",
    "http://аррlе.example/ http://xn--80ak6aa92e.com/",
]


def test_hostile_comments_are_inert_and_the_page_is_whole(page, address, arrive):
    for text in HOSTILE:
        arrive(f"maybe {text}", author=text, author_url=text, permalink=text)
    open_queue(page, address)
    assert page.locator(ROW).count() == len(HOSTILE)
    for row in page.locator(ROW).all():
        row.hover()
        assert row.locator("button.approve").is_visible()
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    for row in page.locator(ROW).all()[:3]:
        # Our own shapes are drawings; nothing else in a row is anything but text.
        assert row.locator("iframe, script, svg:not(.shape, .gauge), img, style, meta").count() == 0
    page.goto(f"{address}{page.locator(ROW).first.get_attribute('data-href')}")
    assert page.locator("#item button.approve").is_visible()


def test_everything_works_without_script(browser, address, store, arrive, moderator):
    first, second = arrive("maybe 1", "maybe 2")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, address)
    page.locator(ROW).first.locator("button.spam").click()
    assert outcome_of(store, second) is Outcome.SPAM
    assert page.locator(ROW).count() == 1
    page.locator("#undo button").click()
    assert outcome_of(store, second) is Outcome.UNSURE
    page.locator(ROW).first.locator(".place a").click()
    page.fill("[name=note]", "looks fine")
    page.click("button.approve")
    page.goto(f"{address}/moderation/decided")
    assert "looks fine" in page.content()
    page.locator("main > .log .row").first.locator("button").click()
    assert outcome_of(store, second) is Outcome.UNSURE
    assert outcome_of(store, first) is Outcome.UNSURE
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "zoom"), [(320, 1), (640, 2), (1280, 1)])
def test_no_page_scrolls_sideways(browser, address, arrive, moderator, scheme, width, zoom):
    (only,) = arrive(
        "maybe " + "word " * 60, author="A" * 80, author_url="http://" + "a-" * 60 + "b.example/"
    )
    context = browser.new_context(
        viewport={"width": width // zoom, "height": 800},
        device_scale_factor=zoom,
        color_scheme=scheme,
    )
    page = context.new_page()
    sign_in(page, address)
    for path in ("", "spam", "passed", "decided", "keys", f"item/{only}"):
        page.goto(f"{address}/moderation/{path}")
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, path
    context.close()


CONTRAST = """
() => {
  // What CSS mixes is told as color(srgb …), from 0 to 1.
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number)
    .map((c, i) => (i < 3 && text.startsWith("color(srgb") ? c * 255 : c));
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = rgb(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] > 0.99) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  document.querySelectorAll("main *, header *").forEach((node) => {
    const own = [...node.childNodes].some((c) => c.nodeType === 3 && c.textContent.trim());
    if (!own || !node.offsetParent) return;
    const pair = [light(rgb(getComputedStyle(node).color)), light(behind(node))];
    const [a, b] = pair.sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push(`${node.tagName}.${node.className} ${ratio.toFixed(2)}`);
  });
  return poor;
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_enough(browser, address, arrive, moderator, scheme):
    arrive("maybe http://x.example/ \u200b", "casino")
    # A colour on its way to another one is nobody's.
    context = browser.new_context(color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{address}/moderation/sign-in")
    assert page.evaluate(CONTRAST) == []
    sign_in(page, address)
    for path in ("", "spam", "decided", "keys"):
        page.goto(f"{address}/moderation/{path}")
        assert page.evaluate(CONTRAST) == [], path
    context.close()
