"""The pages that no address leads to by itself: axe on each; webhooks, rules that hold, follows."""

import pytest

from service.domain.decision import Outcome
from service.workflows.index_new import index_new
from tests.browser.test_access import PHONE, SIDEWAYS, WIDE, opened, serious, world
from tests.browser.test_queue import outcome_of
from tests.builders import NOON, make_arrival, make_submission
from tests.scene import CAMPAIGN
from tests.ways import WAYS, Walk, enter

__all__ = ["opened", "world"]
pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("scheme", "size", "who"),
    [("light", WIDE, "peter"), ("dark", WIDE, "jonas"), ("light", PHONE, "aylin")],
)
def test_axe_finds_nothing_serious_on_the_way_anywhere(world, opened, scheme, size, who):
    page = opened(size=size, scheme=scheme)
    walk = Walk(page, world.address, world.scene, f"{who}@mail.example")
    found = {}
    for way in WAYS:
        way(walk)
        found[way.__name__] = (serious(page), page.evaluate(SIDEWAYS))
    # So that the next one finds as much to decide.
    page.click("#undo button")
    assert found == {way.__name__: ([], 0) for way in WAYS}


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def page(request, browser, world):
    """The owner's page, with and without script."""
    context = browser.new_context(java_script_enabled=request.param)
    page = context.new_page()
    enter(page, world.address)
    yield page
    context.close()


def hook(page, world, host):
    page.goto(f"{world.address}/moderation/events")
    return page.locator(f"tr:has(th:has-text('{host}'))")


def test_a_webhook_is_paused_hears_again_and_gets_another_secret_shown_once(page, world):
    line = hook(page, world, "hooks.porto.example")
    line.get_by_role("button", name="Pause").click()
    line = hook(page, world, "hooks.porto.example")
    assert "paused" in line.inner_text()
    line.get_by_role("button", name="Let it hear again").click()
    line = hook(page, world, "hooks.porto.example")
    assert "paused" not in line.inner_text()
    line.get_by_role("button", name="Another secret").click()
    secret = page.inner_text(".secret code")
    assert secret.startswith("whsec_")
    page.get_by_role("link", name="I have kept it").click()
    line = hook(page, world, "hooks.porto.example")
    assert "two secrets sign until" in line.inner_text()
    assert secret not in page.content()


def test_a_webhook_inside_is_refused_in_a_sentence_and_stays_in_its_field(page, world):
    page.goto(f"{world.address}/moderation/events")
    page.fill("[name=url]", "https://127.0.0.1/hook")
    page.get_by_role("button", name="Add", exact=True).click()
    assert "is inside a private network" in page.inner_text(".refusal[role=alert]")
    assert page.input_value("[name=url]") == "https://127.0.0.1/hook"


def set_held(world):
    """The rule that moderators went against holds, whoever put it back before."""
    with world.store.begin() as unit:
        every = unit.entries.list_all(site_ids=None)
        (one,) = [entry for entry in every if entry.pattern == "work from home"]
        unit.entries.set_held(one.entry_id, NOON, wrong=4, of=9, now=NOON)
        unit.commit()
    world.store.lists.forget()


def test_a_rule_that_was_often_wrong_says_that_it_holds_and_is_put_back(page, world):
    set_held(world)
    page.goto(f"{world.address}/moderation/lists")
    line = page.locator("tr:has(th:has-text('work from home'))")
    assert "hold for a person" in line.inner_text()
    assert "instead of: call it spam. Moderators went against 4 of 9." in line.inner_text()
    line.get_by_role("button", name="Let it decide again").click()
    page.wait_for_load_state()
    assert "call it spam" in line.inner_text()
    assert "instead of" not in line.inner_text()


def arrive(world, number):
    """One more of the campaign, put into its group and decided as was said."""
    site = world.scene.sites[2]
    new = make_submission(
        site.site_id, arrival=make_arrival(CAMPAIGN.format(n=number)), priority=1.0
    )
    with world.store.begin() as unit:
        unit.submissions.append([new])
        unit.commit()
    while index_new(store=world.store, now=NOON):
        pass
    return new.guid


def test_the_next_ones_of_a_campaign_are_decided_until_it_is_ended(page, world):
    # Nobody follows at first: what the scene followed is ended by its button too.
    page.goto(f"{world.address}/moderation/campaigns")
    while page.get_by_role("button", name="End it").count():
        page.get_by_role("button", name="End it").first.click()
        page.wait_for_load_state()
    first = arrive(world, 31)
    assert outcome_of(world.store, first) is Outcome.UNSURE
    page.goto(f"{world.address}/moderation/campaigns")
    # A site of this person wants reasons: what comes next may be its.
    page.locator(".next-ones select").first.select_option("advertising")
    page.locator(".next-ones button[value=remove]").first.click()
    page.locator("#followed").wait_for()
    second = arrive(world, 32)
    assert outcome_of(world.store, second) is Outcome.REMOVED
    page.reload()
    assert "1 so far" in page.inner_text("section:has(#followed)")
    page.get_by_role("button", name="End it").click()
    page.wait_for_load_state()
    third = arrive(world, 33)
    assert outcome_of(world.store, third) is Outcome.UNSURE
