"""A real Chromium on the real pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from service.domain.moderator import Moderator, Role
from service.domain.submission import new_guid
from service.workflows.administer import add_moderator
from service.workflows.check_comment import check_comment
from tests.builders import BLOG, NOON, PASSWORD, make_arrival
from tests.fakes import StubScorer
from tests.live import served


@pytest.fixture
def address(app, site_key) -> Iterator[str]:
    """Where the pages are served."""
    with served(app) as place:
        yield place


@pytest.fixture
def arrive(store, site_key):
    """Let comments arrive; answers with their guids, oldest first."""
    with store.read() as unit:
        site = unit.sites.find_by_blog(BLOG)

    def arrive(*texts, **changes):
        return [
            check_comment(
                make_arrival(text, **changes),
                site,
                store=store,
                scorer=StubScorer(),
                now=NOON,
                guid=new_guid(),
            ).guid
            for text in texts
        ]

    return arrive


def sign_in(page: Page, address: str, name: str = "ana") -> None:
    """Sign in as a person would."""
    page.goto(f"{address}/moderation/sign-in")
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.click(".sign-in button")
    page.wait_for_url("**/moderation/")


@pytest.fixture
def page(browser: Browser, address: str, moderator: Moderator) -> Iterator[Page]:
    """A page of a signed-in moderator; any script error or foreign request fails the test."""
    context = browser.new_context()
    opened = context.new_page()
    troubles: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on(
        "console", lambda m: troubles.append(m.text) if "Content Security" in m.text else None
    )
    opened.on(
        "request",
        lambda r: None if r.url.startswith(address) else troubles.append(r.url),
    )
    opened.on("dialog", lambda dialog: (troubles.append(dialog.message), dialog.dismiss()))
    sign_in(opened, address)
    yield opened
    context.close()
    assert troubles == []


@pytest.fixture
def ben(store) -> Moderator:
    """A second moderator."""
    return add_moderator("ben", role=Role.MODERATOR, password=PASSWORD, store=store, now=NOON)[0]
