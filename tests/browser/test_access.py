"""Every page for everybody: axe in light, dark and high contrast; narrow, zoomed, right to left."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from playwright.sync_api import Page

from service.app import create_app
from service.domain.preferences import Preferences, Theme
from service.domain.submission import new_guid
from service.runtime import Runtime
from service.settings import Secret, Settings
from service.storage import migrate
from service.workflows.manage_people import invite
from tests.conftest import missing
from tests.fakes import FixedClock
from tests.live import served
from tests.scene import Scene, make_scene
from tests.shots import pages, sign_in

pytestmark = pytest.mark.browser
AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
WIDE, PHONE = (1280, 860), (320, 640)
# At twice the size a window of 1280 has 640 of its pixels left.
ZOOMED = (640, 430)
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclasses.dataclass
class World:
    address: str
    pages: dict[str, str]
    store: object
    owner: object
    scene: Scene


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The invented world, judged by the shipped model, on a real socket."""
    folder = tmp_path_factory.mktemp("world")
    settings = Settings(
        data_dir=folder,
        models_dir=folder / "models",
        database_url=f"sqlite:///{folder}/scene.sqlite3",
        secret_key=Secret("0" * 64),
    )
    runtime = dataclasses.replace(Runtime.from_settings(settings), clock=FixedClock())
    migrate.upgrade(runtime.store.engine)
    scene = make_scene(runtime.store, scorer=runtime.scorer, secret=runtime.secret)
    with served(create_app(runtime)) as address:
        yield World(address, pages(scene), runtime.store, scene.people["olga"], scene)
    runtime.store.close()


@pytest.fixture
def opened(browser, world):
    """Sign in at a size, in a scheme; contexts are closed afterwards."""
    made = []

    def opened(size=WIDE, scheme="light") -> Page:
        page = sign_in(browser, world.address, size, scheme)
        made.append(page)
        return page

    yield opened
    for page in made:
        page.context.close()


def serious(page: Page) -> list[str]:
    """What axe finds that keeps people out: rule and place."""
    if not AXE.exists():
        missing("axe", "run `make test` once with npm installed")
    page.wait_for_load_state()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    if found := _violations(page):
        # Beside many others a page may still move while axe looks at letters and at what is under
        # them, one after the other. What is wrong is wrong a moment later, too.
        page.wait_for_timeout(500)
        found = _violations(page)
    return found


def _violations(page: Page) -> list[str]:
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_any_page(world, opened, scheme):
    page = opened(scheme=scheme)
    found = {}
    for name, place in world.pages.items():
        page.goto(f"{world.address}/moderation/{place}")
        found |= {name: told} if (told := serious(page)) else {}
    assert found == {}


def test_axe_finds_nothing_serious_in_high_contrast(world, opened):
    page = opened()
    for theme in (Theme.CONTRAST, Theme.AUTO):
        with world.store.begin() as unit:
            unit.moderators.set_preferences(world.owner.moderator_id, Preferences(theme=theme))
            unit.commit()
        if theme is Theme.AUTO:
            break
        found = {}
        for name in ("queue", "item", "lists", "profile", "log"):
            page.goto(f"{world.address}/moderation/{world.pages[name]}")
            assert page.get_attribute("html", "data-theme") == "contrast"
            found |= {name: told} if (told := serious(page)) else {}
    assert found == {}


def test_axe_finds_nothing_serious_at_the_door(world, browser):
    with world.store.read() as unit:
        ben = unit.moderators.get("ben")
    _, token = invite(world.owner, ben.moderator_id, store=world.store, now=FixedClock()())
    context = browser.new_context()
    page = context.new_page()
    for place in ("sign-in", f"invitation/{token}", f"item/{new_guid()}"):
        page.goto(f"{world.address}/moderation/{place}")
        assert serious(page) == [], place
    context.close()


def test_axe_finds_nothing_serious_in_open_menus_and_details(world, opened):
    page = opened()
    for name in ("queue", "sites", "profile"):
        page.goto(f"{world.address}/moderation/{world.pages[name]}")
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        assert serious(page) == [], name


def test_a_rule_shows_what_it_would_have_done(world, opened):
    page = opened()
    page.goto(f"{world.address}/moderation/lists")
    page.select_option("[name=kind]", "phrase")
    page.fill("[name=pattern]", "essays written by experts")
    page.click("text=See what it would have done")
    assert "7 of" in page.inner_text("main")
    assert serious(page) == []
    page.click("text=Add it as a shadow")
    page.wait_for_url("**/moderation/lists")
    assert "essays written by experts" in page.inner_text("tbody tr:first-child")


@pytest.mark.parametrize("size", [PHONE, ZOOMED])
def test_no_page_is_wider_than_its_window(world, opened, size):
    page = opened(size)
    beyond = {}
    for name, place in world.pages.items():
        page.goto(f"{world.address}/moderation/{place}")
        page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
        if (sideways := page.evaluate(SIDEWAYS)) > 0:
            beyond[name] = sideways
    assert beyond == {}


def test_every_page_can_be_read_from_right_to_left(world, opened):
    page = opened(PHONE)
    beyond = {}
    for name, place in world.pages.items():
        page.goto(f"{world.address}/moderation/{place}")
        page.evaluate("document.documentElement.dir = 'rtl'")
        if (sideways := page.evaluate(SIDEWAYS)) > 0:
            beyond[name] = sideways
    assert beyond == {}


def test_the_menu_and_every_form_can_be_reached_by_tab_and_show_where_one_is(world, opened):
    page = opened()
    page.goto(f"{world.address}/moderation/profile")
    seen, invisible = set(), []
    for _ in range(80):
        page.keyboard.press("Tab")
        where = page.evaluate(
            """() => { const at = document.activeElement, look = getComputedStyle(at);
            const name = at.tagName + (at.name ? ':' + at.name : '');
            return [name, look.outlineStyle, look.outlineWidth] }"""
        )
        seen.add(where[0])
        if where[0] != "BODY" and (where[1] == "none" or float(where[2][:-2]) < 2):
            invisible.append(where)
    assert {"SUMMARY", "SELECT:language", "INPUT:theme", "INPUT:old", "INPUT:password"} <= seen
    assert invisible == []


def test_who_wants_no_motion_gets_none(world, browser, opened):
    page = opened()
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{world.address}/moderation/")
    moving = page.evaluate(
        "[...document.querySelectorAll('*')].filter(one => "
        "parseFloat(getComputedStyle(one).transitionDuration) > 0 || "
        "getComputedStyle(one).animationName != 'none').length"
    )
    assert moving == 0


def test_a_page_speaks_german_when_asked_to(world, browser):
    context = browser.new_context(locale="de-AT")
    page = context.new_page()
    page.goto(f"{world.address}/moderation/sign-in")
    assert page.get_attribute("html", "lang") == "de"
    assert page.inner_text("h1") == "Anmelden"
    context.close()
