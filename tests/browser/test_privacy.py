"""An owner looks at one person and forgets them: axe on each step, and without JavaScript."""

import json

import pytest

from tests.browser.test_access import SIDEWAYS, WIDE, opened, serious, world
from tests.builders import PASSWORD

__all__ = ["opened", "world"]
pytestmark = pytest.mark.browser


def look(page, address, who):
    page.goto(f"{address}/moderation/privacy")
    page.get_by_label("E-mail address, IP address or its pseudonym").fill(who)
    page.get_by_role("button", name="Look").click()


@pytest.mark.parametrize(
    ("scheme", "size", "who"),
    [
        ("light", WIDE, "nina@mail.example"),
        ("dark", WIDE, "tom@mail.example"),
        ("light", (320, 640), "lena@mail.example"),
    ],
)
def test_axe_finds_nothing_serious_on_the_way_to_a_certificate(world, opened, scheme, size, who):
    page = opened(size=size, scheme=scheme)
    found = {}

    def stop(name):
        found[name] = (serious(page), page.evaluate(SIDEWAYS))

    look(page, world.address, who)
    stop("person")
    page.get_by_role("button", name="Forget this person").click()
    stop("sure")
    page.get_by_label("I know who is asking").check()
    page.get_by_role("button", name="Forget for good").click()
    page.get_by_role("heading", name="A person was forgotten").wait_for()
    stop("certificate")
    assert found == dict.fromkeys(("person", "sure", "certificate"), ([], 0))
    assert who not in page.content()


def test_without_javascript_a_person_is_taken_along_and_forgotten(world, browser, tmp_path):
    context = browser.new_context(java_script_enabled=False, accept_downloads=True)
    page = context.new_page()
    page.goto(f"{world.address}/moderation/sign-in")
    page.fill("[name=name]", "olga")
    page.fill("[name=password]", PASSWORD)
    page.click(".sign-in button")
    look(page, world.address, "jonas@mail.example")
    with page.expect_download() as taken:
        page.get_by_role("button", name="Take all of it along").click()
    (line,) = taken.value.path().read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["comment"]["author"] == "Jonas"
    page.get_by_role("button", name="Forget this person").click()
    # The box must be ticked: pressing the button alone leaves the page where it is.
    page.get_by_role("button", name="Forget for good").click()
    page.get_by_label("I know who is asking").check()
    page.get_by_role("button", name="Forget for good").click()
    with page.expect_download() as given:
        page.get_by_role("link", name="Download the certificate").click()
    assert json.loads(given.value.path().read_text())["counts"]["comments"] == 1
    look(page, world.address, "jonas@mail.example")
    assert page.get_by_text("Nothing is kept of this person.").is_visible()
    context.close()
