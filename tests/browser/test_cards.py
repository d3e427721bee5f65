"""Keys on the cards of campaigns: from card to card, to the question before all are decided."""

import pytest

from service.domain.decision import Outcome
from service.domain.preferences import Preferences, Shortcuts
from service.errors import NotFound
from tests.browser.test_queue import outcome_of, press

pytestmark = pytest.mark.browser

WAVES = (
    "maybe the very best watches of the whole world for a very small price, dear {}",
    "maybe you want essays by our experts, written in a single night and cheap, my good {}",
)
AT = "document.activeElement.getAttribute('aria-labelledby')"


@pytest.fixture
def cards(page, address, arrive, app):
    """Two campaigns on their page; answers with the guids of each, the first card's first."""
    guids = [
        arrive(*(wave.format(word) for word in ("Sir", "friend", "madam")[: 3 - n]))
        for n, wave in enumerate(WAVES)
    ]
    app.extensions["chaffinch-background"].step()
    page.goto(f"{address}/moderation/campaigns")
    assert page.locator(".card").count() == 2
    return guids


def nothing_is_decided(store, cards):
    return {outcome_of(store, guid) for guids in cards for guid in guids} == {Outcome.UNSURE}


def test_j_and_k_go_from_card_to_card_and_stay_at_the_ends(page, cards):
    first = page.evaluate(AT)
    press(page, "k")
    assert page.evaluate(AT) == first
    press(page, "j")
    second = page.evaluate(AT)
    assert second != first
    press(page, "j")
    assert page.evaluate(AT) == second
    press(page, "k")
    assert page.evaluate(AT) == first


@pytest.mark.parametrize(
    ("key", "asked"), [("a", "approved"), ("s", "marked as spam"), ("d", "removed")]
)
def test_a_letter_leads_to_the_question_with_the_count(page, store, cards, key, asked):
    page.keyboard.press("j")
    press(page, key)
    page.wait_for_url("**/bulk/**")
    assert page.inner_text("h1") == "Decide 2 comments?"
    assert f"They will be {asked}." in page.inner_text(".bulk")
    assert nothing_is_decided(store, cards)


def test_e_opens_the_members(page, cards):
    press(page, "e")
    page.wait_for_url("**/moderation/?campaign=*")
    assert page.locator("#rows .row").count() == 3


def test_a_key_pressed_twice_at_once_or_held_asks_once(page, store, cards):
    page.wait_for_timeout(330)
    for _ in range(3):
        page.keyboard.down("s")
    page.keyboard.up("s")
    page.wait_for_url("**/bulk/**")
    with store.read() as unit:
        assert unit.bulks.get(1).total == 3
        with pytest.raises(NotFound):
            unit.bulks.get(2)


@pytest.mark.parametrize("key", ["Control+s", "Meta+a", "Alt+d", "Shift+S"])
def test_modifiers_lead_nowhere(page, cards, key):
    press(page, key)
    page.wait_for_timeout(200)
    assert page.url.endswith("/campaigns")


def test_typing_and_open_boxes_lead_nowhere(page, cards):
    press(page, "/")
    page.keyboard.type("sae")
    assert page.input_value("#search") == "sae"
    page.keyboard.press("Escape")
    page.locator(".card article").first.focus()
    press(page, "?")
    press(page, "s")
    page.wait_for_timeout(200)
    assert page.url.endswith("/campaigns")
    assert page.locator("#keys[open]").count() == 1


def choose(store, moderator, **choices):
    with store.begin() as unit:
        unit.moderators.set_preferences(moderator.moderator_id, Preferences(**choices))
        unit.commit()


def test_with_keys_off_or_of_one_s_own_the_cards_follow(page, store, cards, moderator):
    choose(store, moderator, shortcuts=Shortcuts.OFF)
    page.reload()
    press(page, "s")
    page.wait_for_timeout(200)
    assert page.url.endswith("/campaigns")
    choose(store, moderator, shortcuts=Shortcuts.OWN, keys=(("spam", "w"), ("skip", "s")))
    page.reload()
    press(page, "s")
    page.wait_for_timeout(200)
    assert page.url.endswith("/campaigns")
    press(page, "w")
    page.wait_for_url("**/bulk/**")


def test_the_table_of_keys_tells_them(page, cards):
    press(page, "?")
    told = page.inner_text("#keys")
    assert "on a campaign: decide all of it (asks first) · open its members" in told
