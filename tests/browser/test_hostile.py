"""Forty hostile comments are inert on every screen of the queue, and every screen stays whole."""

import pytest

from service.domain.decision import Act
from service.domain.view import View
from service.workflows.add_note import add_note
from service.workflows.prepare_bulk import prepare_bulk
from service.workflows.run_bulk import run_bulk
from service.workflows.start_bulk import Start, start_bulk
from tests.browser.test_queue import ROW
from tests.builders import NOON
from tests.hostile import HOSTILE

pytestmark = pytest.mark.browser

WAVE = " maybe the very best watches of the whole world for a very small price, dear friend of mine"
# Our own shapes are drawings; nothing else of these is ours.
FOREIGN = (
    "main :is(iframe, script, object, embed, base, meta, link, style, math), "
    "main img:not([src$='chaffinch.svg']), main svg:not(.shape, .gauge)"
)


@pytest.fixture
def hostile(arrive, app, store, moderator):
    """All of them waiting, as text, author, address, page and note; groups among them."""
    guids = []
    for text in HOSTILE:
        guids += arrive(
            f"maybe {text}", author=text, author_url=text, permalink=text, author_email=text
        )
        guids += arrive(f"{text[:200]}{WAVE}", author=text[:100])
    for guid, text in zip(guids, HOSTILE, strict=False):
        if text.strip():
            add_note(moderator, guid, text, store=store, now=NOON)
    while app.extensions["chaffinch-background"].step():
        pass
    return guids


def check(page, address, place):
    page.goto(f"{address}/moderation/{place}")
    assert page.locator(FOREIGN).count() == 0, place
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, place
    assert page.locator("header .brand").is_visible(), place
    assert page.locator("main h1").first.is_visible(), place


def test_hostile_comments_are_inert_on_every_list(page, address, hostile):
    for place in ("", "?sort=score", "campaigns", "passed", "search?q=maybe", "decided"):
        check(page, address, place)
    page.goto(f"{address}/moderation/")
    for row in page.locator(ROW).all()[:20]:
        row.hover()
        assert row.locator("button.approve").is_visible()


def test_hostile_comments_are_inert_on_their_own_pages(page, address, hostile):
    for guid in hostile[: 2 * len(HOSTILE) : 2]:
        check(page, address, f"item/{guid}")
        assert page.locator("#item button.approve").is_visible()
        page.click("summary:has-text('Original')")


def test_hostile_comments_are_inert_in_a_bulk_and_in_the_log(
    page, address, store, hostile, moderator
):
    bulk = prepare_bulk(moderator, Act.SPAM, View(), store=store, now=NOON)
    check(page, address, f"bulk/{bulk.guid}")
    said = Start(number=bulk.total, note=HOSTILE[0])
    start_bulk(moderator, bulk.guid, said, store=store, now=NOON)
    while run_bulk(bulk.bulk_id, store=store, now=NOON):
        pass
    for place in (f"bulk/{bulk.guid}", "decided", "spam"):
        check(page, address, place)


def test_hostile_questions_are_inert(page, address, hostile):
    for text in HOSTILE[:36]:
        page.goto(f"{address}/moderation/search")
        page.fill(".find [name=q]", text[:500].replace("\0", "").replace("\r\n", " "))
        page.click(".find button")
        page.wait_for_load_state()
        assert page.locator(FOREIGN).count() == 0, text
