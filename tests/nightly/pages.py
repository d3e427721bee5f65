"""W: what commenters write runs nowhere, with our content policy and without it."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

from tests.builders import BLOG, KEY, PASSWORD
from tests.conftest import CHROMIUM, chromium
from tests.hostile import HOSTILE
from tests.live import served
from tests.nightly.board import Figure, Missing, Night, by_tests, fact
from tests.nightly.house import House, housed
from tests.nightly.unguarded import NO_TOKENS, SHOWS_AS_WRITTEN

_HTML = tuple(text for text in HOSTILE if "alert" in text or "<" in text)


def payloads(night: Night) -> list[str]:
    """Hostile texts, each number of its own; as they are, doubled, cut, and inside quotes."""
    found = []
    for number in range(night.count(200, least=40)):
        text = _HTML[number % len(_HTML)]
        shape = ("{}", '">{}', "'>{}", "{}{}", "<b title='{}'>")[number // len(_HTML) % 5]
        found.append(shape.format(text, text))
    return found


@contextlib.contextmanager
def _opened(house: House) -> Iterator[tuple[object, str, list[str]]]:
    """A page that the owner has signed in on, the address, and what ran or was asked for."""
    place = chromium()
    if place is None:
        raise Missing("a Chromium")
    ran: list[str] = []
    with served(house.app) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=place, args=list(CHROMIUM))
        page = browser.new_page()

        def close(dialog) -> None:
            ran.append(dialog.message)
            # The page may have gone on before it was closed: it ran all the same.
            with contextlib.suppress(Error):
                dialog.dismiss()

        page.on("dialog", close)
        page.on("request", lambda r: ran.append(r.url) if not r.url.startswith(address) else None)
        page.goto(f"{address}/moderation/sign-in")
        page.fill("[name=name]", "owner")
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(f"{address}/moderation/**")
        yield page, address, ran
        browser.close()


def _run(folder: Path, night: Night, *, has_policy: bool, escapes: bool) -> tuple[int, int]:
    texts = payloads(night)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with housed(folder) as house:
        if not has_policy:

            def strip(response):
                del response.headers["Content-Security-Policy"]
                return response

            house.app.after_request_funcs.setdefault(None, []).insert(0, strip)
        if not escapes:
            # What other apps compiled escapes.
            house.app.jinja_env.autoescape, house.app.jinja_env.bytecode_cache = False, None
        client, guids = house.app.test_client(), []
        fields = {"api_key": KEY, "blog": BLOG, "user_ip": "203.0.113.9"}
        for text in texts:
            sent = fields | {"comment_content": f"maybe {text}", "comment_author": text}
            sent |= {"comment_author_url": text, "permalink": text, "comment_author_email": text}
            guids.append(client.post("/1.1/comment-check", data=sent).headers["X-akismet-guid"])
        # Where text runs, pages lead away or never end: some of them are enough for the twin.
        places = [f"item/{guid}" for guid in (guids if escapes else guids[:12])]
        lists = ("", "passed", "spam", "search?q=maybe", "log") if escapes else ()
        with _opened(house) as (page, address, ran):
            for place in (*lists, *places):
                with contextlib.suppress(*(() if escapes else (Error,))):
                    page.goto(
                        f"{address}/moderation/{place}",
                        wait_until="load" if escapes else "commit",
                        timeout=60_000 if escapes else 5_000,
                    )
    return len(ran), len(texts)


def _inert(night: Night, *, escapes: bool = True) -> Figure:
    with_policy = 0
    if escapes:
        with_policy, _ = _run(night.folder / "with", night, has_policy=True, escapes=True)
    without, many = _run(night.folder / "without", night, has_policy=False, escapes=escapes)
    text = f"{many} texts, ran or asked for: {with_policy} with the policy, {without} without"
    return Figure(text, with_policy == without == 0)


@fact(
    "W-01",
    "no hostile text runs on a moderator's pages, even without the content policy",
    how="200 texts in every field, each on the lists and a page of its own, in Chromium",
    target="0 with, 0 without",
    twin=lambda night: _inert(night, escapes=False),
)
def _browser(night: Night) -> Figure:
    return _inert(night)


by_tests(
    "W-02",
    "a text cut or marked keeps the page whole",
    "tests/properties/test_segments.py",
    "tests/browser/test_hostile.py",
    off=SHOWS_AS_WRITTEN,
    shown_by="tests/properties/test_segments.py",
)
by_tests(
    "W-05",
    "every route is guarded, every form has its token, every page its headers",
    "tests/architecture/test_web.py",
    "tests/unit/service/web/test_headers.py",
    "tests/unit/service/moderation/test_pages.py",
    off=NO_TOKENS,
    shown_by="tests/unit/service/moderation/test_pages.py",
)
