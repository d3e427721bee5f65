"""A rule that people went against, on the page of the lists and in the hands of the clock."""

import pytest

from service.domain.decision import Act
from service.domain.draft import EntryDraft
from service.domain.entry import Effect, EntryKind
from service.domain.submission import new_guid
from service.schedule import Schedule
from service.workflows.add_entry import add_entry
from service.workflows.check_comment import check_comment
from service.workflows.decide import decide
from tests.builders import BLOG, NOON, make_arrival
from tests.conftest import csrf_token
from tests.fakes import StubScorer


@pytest.fixture
def fallen(store, site_key, moderator):
    """A rule that three of three decisions went against."""
    draft = EntryDraft(kind=EntryKind.DOMAIN, pattern="maria.example", effect=Effect.SPAM)
    entry = add_entry(moderator, draft, store=store, now=NOON)
    with store.read() as unit:
        site = unit.sites.find_by_blog(BLOG)
    for number in range(3):
        one = check_comment(
            make_arrival(f"Thank you {number}"),
            site,
            store=store,
            scorer=StubScorer(),
            now=NOON,
            guid=new_guid(),
        )
        decide(moderator, one.guid, Act.APPROVE, seen_version=0, store=store, now=NOON)
    return entry


def held_at(store, entry):
    with store.read() as unit:
        return unit.entries.get(entry.entry_id).held_at


def test_the_clock_sets_it_to_hold_once_an_hour(app, runtime, store, clock, moderator, fallen):
    schedule = Schedule(app, runtime)
    schedule.tick()
    assert held_at(store, fallen) == NOON
    with store.begin() as unit:
        unit.entries.set_held(fallen.entry_id, None, now=NOON)
        unit.commit()
    clock.tick(minutes=59)
    schedule.tick()
    assert held_at(store, fallen) is None
    clock.tick(minutes=1)
    schedule.tick()
    assert held_at(store, fallen) == clock.now


def test_the_page_says_why_and_puts_it_back(app, runtime, signed_in, fallen):
    Schedule(app, runtime).tick()
    page = signed_in.get("/moderation/lists").text
    assert "instead of: call it spam. Moderators went against 3 of 3." in page
    answer = signed_in.post(
        f"/moderation/lists/{fallen.entry_id}/restore", data={"csrf_token": csrf_token(page)}
    )
    assert answer.location == "/moderation/lists"
    assert "instead of" not in signed_in.get("/moderation/lists").text
    told = signed_in.get("/moderation/log").text
    assert "set a rule to hold: people went against it" in told
    assert "let a rule decide again" in told
