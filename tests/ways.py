"""The pages that no address leads to by itself: each a way a person goes there, by its name.

For whoever looks every page over: the pictures (`tests/shots.py`) and axe (`tests/browser`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Final

from playwright.sync_api import Page

from service.domain.submission import new_guid
from tests.builders import PASSWORD
from tests.scene import Scene


@dataclasses.dataclass(frozen=True, slots=True)
class Walk:
    """Who walks where: a page that is signed in, the server's address, what is there to be seen.

    *mail* is the address of a commenter who may be forgotten on the way.
    """

    page: Page
    address: str
    scene: Scene
    mail: str

    def go(self, place: str) -> None:
        """Open one of our own pages."""
        self.page.goto(f"{self.address}/moderation/{place}")


def person_kept(walk: Walk) -> None:
    """What is kept of one person."""
    walk.go("privacy")
    walk.page.get_by_label("E-mail address, IP address or its pseudonym").fill(walk.mail)
    walk.page.get_by_role("button", name="Look").click()


def person_sure(walk: Walk) -> None:
    """The question before a person is forgotten."""
    person_kept(walk)
    walk.page.get_by_role("button", name="Forget this person").click()


def certificate(walk: Walk) -> None:
    """What an erasure leaves."""
    person_sure(walk)
    walk.page.get_by_label("I know who is asking").check()
    walk.page.get_by_role("button", name="Forget for good").click()
    walk.page.get_by_role("heading", name="A person was forgotten").wait_for()


def rule_check(walk: Walk) -> None:
    """What a new rule would have done."""
    walk.go("lists")
    walk.page.select_option("[name=kind]", "phrase")
    walk.page.fill("[name=pattern]", "essays written by experts")
    walk.page.get_by_role("button", name="See what it would have done").click()


def offers(walk: Walk) -> None:
    """A comment with all that can be opened: rules to make with the decision, its original."""
    walk.go(f"item/{walk.scene.waiting[-1]}")
    walk.page.evaluate(
        "document.querySelectorAll('main details').forEach(one => { one.open = true })"
    )


def answered(walk: Walk) -> None:
    """An answer that a colleague sent, with its parent and all that can be done with it open."""
    walk.go(f"item/{walk.scene.answered}")
    walk.page.evaluate(
        "document.querySelectorAll('main details').forEach(one => { one.open = true })"
    )


def keys_shown(walk: Walk) -> None:
    """The queue with the table of keys over it."""
    walk.go("")
    walk.page.keyboard.press("?")
    walk.page.locator("#keys[open]").wait_for()


def why(walk: Walk) -> None:
    """The question for a reason, where a site wants one."""
    walk.go("?sort=site")
    walk.page.wait_for_timeout(330)
    walk.page.locator(".row:has(.place bdi:text('Bits and bytes')) button.spam").first.click()
    walk.page.locator("#why-box[open]").wait_for()


def why_told(walk: Walk) -> None:
    """The same on a comment's own page, told without script."""
    walk.go(f"item/{walk.scene.waiting[-1]}")
    walk.page.evaluate(
        """() => { const form = document.querySelector('form.acts');
        form.insertAdjacentHTML('beforeend', '<input type="hidden" name="act" value="remove">');
        form.submit() }"""
    )
    walk.page.locator("main .refusal[role=alert]").wait_for()


def bulk_preview(walk: Walk) -> None:
    """The question before many are decided at once."""
    walk.go("passed")
    walk.page.check("#many [name=all]")
    walk.page.click("#many button[value=remove]")
    walk.page.wait_for_url("**/bulk/**")


def bulk_done(walk: Walk) -> None:
    """The same at its end, and the way to take it all back."""
    bulk_preview(walk)
    walk.page.fill("[name=note]", "tidying up")
    walk.page.click("#start button.main")
    walk.page.click("#bar-item")
    walk.page.wait_for_selector('#progress[data-state="done"]')


def conflict(walk: Walk) -> None:
    """Somebody was first, told without script."""
    walk.go(f"item/{walk.scene.decided}")
    walk.page.evaluate(
        """() => { const form = document.querySelector('form.acts');
        form.querySelector('[name=seen]').value = '0';
        form.insertAdjacentHTML('beforeend', '<input type="hidden" name="act" value="spam">');
        form.submit() }"""
    )
    walk.page.get_by_role("heading", name="Somebody was first").first.wait_for()


def secret(walk: Walk) -> None:
    """What is shown once: the secret of a webhook."""
    walk.go("events")
    walk.page.get_by_role("button", name="Another secret").first.click()
    walk.page.locator(".once").wait_for()


def factor(walk: Walk) -> None:
    """A second factor, to be scanned."""
    walk.go("profile")
    walk.page.locator("form[action$='/profile/factor'] [name=password]").fill(PASSWORD)
    walk.page.locator("form[action$='/profile/factor'] button").click()
    walk.page.wait_for_url("**/profile/factor")


def no_match(walk: Walk) -> None:
    """A list that is narrowed to nothing."""
    walk.go("?age=week&sort=oldest")


def nowhere(walk: Walk) -> None:
    """A page that is not there."""
    walk.go(f"item/{new_guid()}")


WAYS: Final[tuple[Callable[[Walk], None], ...]] = (
    offers,
    answered,
    keys_shown,
    why,
    why_told,
    rule_check,
    conflict,
    secret,
    factor,
    no_match,
    nowhere,
    bulk_preview,
    bulk_done,
    person_kept,
    person_sure,
    certificate,
)


def enter(page: Page, address: str) -> None:
    """Let the owner in at *page*."""
    page.goto(f"{address}/moderation/sign-in")
    page.fill("[name=name]", "olga")
    page.fill("[name=password]", PASSWORD)
    page.click(".sign-in button")
    page.wait_for_url("**/moderation/")
