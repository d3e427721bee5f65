"""python -m tests.shots: the README's pictures, of invented comments, by the shipped model.

Writes `service/moderation/shots/*.png`; with a folder as argument, every page there instead, light
and dark, wide and narrow: for looking it all over.
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright

from service.app import create_app
from service.runtime import Runtime
from service.settings import Secret, Settings
from service.storage import migrate
from tests.fakes import FixedClock
from tests.live import served
from tests.scene import Scene, make_scene
from tests.ways import WAYS, Walk, enter

SHOTS: Final = Path(__file__).parent.parent / "service" / "moderation" / "shots"
FIVE: Final = ("queue", "item", "campaigns", "lists", "log")
ARGS: Final = ("--no-sandbox", "--disable-gpu", "--hide-scrollbars")
WIDE, NARROW = (1280, 860), (360, 780)


def pages(scene: Scene) -> dict[str, str]:
    """Every page to look at, by name."""
    return {
        "queue": "",
        "by_site": "?sort=site",
        "item": f"item/{scene.waiting[0]}",
        "campaigns": "campaigns",
        "decided": "decided",
        "spam": "spam",
        "discarded": "discarded",
        "passed": "passed",
        "removed": "removed",
        "search": "search?q=flights",
        "help": "help",
        "lists": "lists",
        "model": "model",
        "people": "people",
        "person": f"people/{scene.people['ben'].moderator_id}",
        "sites": "sites",
        "profile": "profile",
        "notice": "../privacy/1",
        "privacy": "privacy",
        "log": "log",
        "events": "events",
    }


def sign_in(browser: Browser, address: str, size: tuple[int, int], scheme: str) -> Page:
    """A page of the owner, signed in."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, locale="en-GB"
    )
    page = context.new_page()
    enter(page, address)
    return page


def main() -> None:
    """Make the world, serve it, take the pictures."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            data_dir=Path(folder),
            models_dir=Path(folder) / "models",
            database_url=f"sqlite:///{folder}/scene.sqlite3",
            secret_key=Secret("0" * 64),
        )
        clock = FixedClock()
        runtime = dataclasses.replace(Runtime.from_settings(settings), clock=clock)
        migrate.upgrade(runtime.store.engine)
        scene = make_scene(runtime.store, scorer=runtime.scorer, secret=runtime.secret)
        with (
            served(create_app(runtime)) as address,
            sync_playwright() as playwright,
            playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=list(ARGS)
            ) as browser,
        ):
            if target:
                _everything(browser, address, scene, target)
            else:
                _five(browser, address, scene)
        runtime.store.close()


def _five(browser: Browser, address: str, scene: Scene) -> None:
    SHOTS.mkdir(exist_ok=True)
    page = sign_in(browser, address, WIDE, "light")
    for name in FIVE:
        place = "?sort=newest" if name == "queue" else pages(scene)[name]
        page.goto(f"{address}/moderation/{place}")
        page.screenshot(path=SHOTS / f"{name}.png")
        print(SHOTS.name, f"{name}.png", (SHOTS / f"{name}.png").stat().st_size)
    page.context.close()


def _everything(browser: Browser, address: str, scene: Scene, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    # Each time another commenter is forgotten on the way.
    mails = iter(("nina", "tom", "lena", "jonas"))
    for size in (WIDE, NARROW):
        for scheme in ("light", "dark"):
            page = sign_in(browser, address, size, scheme)
            end = f"{scheme}-{size[0]}.png"
            for name, place in pages(scene).items():
                page.goto(f"{address}/moderation/{place}")
                _shoot(page, target / f"{name}-{end}")
            walk = Walk(page, address, scene, f"{next(mails)}@mail.example")
            for way in WAYS:
                way(walk)
                _shoot(page, target / f"{way.__name__}-{end}")
            # So that the next one finds as much to decide.
            page.click("#undo button")
            page.wait_for_load_state()
            page.context.close()


def _shoot(page: Page, shot: Path) -> None:
    page.screenshot(path=shot, full_page=True)
    beyond = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    if beyond > 0:
        print(f"{shot.name}: {beyond} px too wide")


if __name__ == "__main__":
    main()
