"""A moderator clears 500 real comments by keys alone; prints how long each press was waited for.

    CHAFFINCH_CORPORA=folder python -m tests.perf.moderator [500]

In a real Chromium, against the application on a socket: from the press of the key until the next
comment has the focus. The comments come from the folder of corpora; without it, from the texts of
the tests, and the output says so.
"""

from __future__ import annotations

import logging
import os
import random
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from models.comment import Comment, Label
from models.verdict import Verdict
from service.app import create_app
from service.domain.decision import Outcome, outcome
from service.domain.moderator import Role
from service.domain.submission import Arrival, Kind, Scoring, Submission, new_guid
from service.runtime import Runtime
from service.settings import Secret, Settings
from service.storage import migrate
from service.storage.lists import ListAsk
from service.storage.store import Store
from service.workflows.administer import add_moderator, add_site
from tests.builders import BLOG, NOON, PASSWORD
from tests.conftest import chromium
from tests.fakes import FixedClock, StubScorer
from tests.live import served
from tests.perf._goals import held

MANY = int(sys.argv[1]) if __name__ == "__main__" and len(sys.argv) > 1 else 500
GOAL_MS = 50
# What the page itself measures: from the press until another row has the focus.
WATCH = """
() => {
  window.waits = window.waits || [];
  if (window.watched) return;
  window.watched = true;
  let pressed = 0;
  addEventListener("keydown", (event) => {
    if ("asd".includes(event.key)) pressed = performance.now();
  }, true);
  addEventListener("focusin", (event) => {
    if (!pressed || !event.target.closest(".row, #empty")) return;
    window.waits.push(performance.now() - pressed);
    pressed = 0;
  }, true);
}
"""


def comments() -> tuple[list[tuple[Comment, Label]], str]:
    """500 comments with the truth about them, and where they are from."""
    folder = os.environ.get("CHAFFINCH_CORPORA")
    if not folder:
        made = [Comment(text=f"comment number {n}", author="Nora") for n in range(MANY)]
        return [(one, Label.HAM) for one in made], "made up (CHAFFINCH_CORPORA is not set)"
    from training.corpora import load  # noqa: PLC0415 - only where the corpora are

    examples = load(Path(folder))
    chosen = random.Random(4).sample(examples, MANY)
    return [(one.comment, one.label) for one in chosen], "the corpora"


def fill(store: Store, found: list[tuple[Comment, Label]]) -> dict[str, str]:
    """Let all of them wait; answers with the key that is right for each."""
    site = add_site(BLOG, store=store, secret="0" * 64, now=NOON).site
    scoring = Scoring(verdict=Verdict.UNSURE, score=0.5, model_id="stub")
    keys = {}
    with store.begin() as unit:
        for number, (comment, label) in enumerate(found):
            new = Submission(
                submission_id=0,
                guid=new_guid(),
                site_id=site.site_id,
                kind=Kind.CHECK,
                received_at=NOON,
                arrival=Arrival(comment=comment, blog=BLOG),
                scoring=scoring,
                outcome=outcome(Verdict.UNSURE, ()),
                version=0,
                priority=float(number),
            )
            unit.submissions.append([new])
            keys[new.guid] = "s" if label is Label.SPAM else "a"
        unit.commit()
    return keys


def clear(address: str, keys: dict[str, str]) -> list[float]:
    """Press the right key on each until nothing waits; the milliseconds waited for each."""
    place = chromium()
    waits: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=place, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{address}/moderation/sign-in")
        page.fill("[name=name]", "ana")
        page.fill("[name=password]", PASSWORD)
        page.click(".sign-in button")
        page.wait_for_selector("#rows .row:focus")
        while True:
            page.evaluate(WATCH)
            left = page.locator("#rows .row").count()
            for number in range(left):
                guid = page.evaluate("document.activeElement.dataset.guid")
                page.wait_for_timeout(320)  # the page refuses two presses closer than this
                page.keyboard.press(keys[guid])
                # Another row has the focus: of this page, or of the next one after the last press.
                other = f'.row:focus:not([data-guid="{guid}"]), #empty h2:focus'
                page.locator(other).first.wait_for()
                # The last press of a page loads the next one, and takes its own measure along.
                if number < left - 1:
                    waits += page.evaluate("window.waits.splice(0)")
            if page.locator("#empty").is_visible():
                break
            page.wait_for_load_state("load")
        browser.close()
    return waits


def main() -> int:
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    found, source = comments()
    folder = Path(tempfile.mkdtemp(prefix="chaffinch-perf-"))
    store = Store.open(f"sqlite:///{folder / 'queue.sqlite3'}")
    migrate.upgrade(store.engine)
    keys = fill(store, found)
    add_moderator("ana", role=Role.SENIOR, password=PASSWORD, store=store, now=NOON)
    settings = Settings(
        data_dir=folder,
        models_dir=folder / "models",
        database_url="unused",
        secret_key=Secret("0" * 64),
    )
    app = create_app(
        Runtime(settings=settings, store=store, scorer=StubScorer(), clock=FixedClock())
    )
    with served(app) as address:
        waits = clear(address, keys)
    with store.read() as unit:
        left = unit.lists.count(ListAsk(outcome=Outcome.UNSURE))
    store.close()
    shutil.rmtree(folder)
    median = statistics.median(waits)
    p95 = statistics.quantiles(waits, n=20)[18]
    print(f"{len(keys)} comments from {source}, by keys alone; {left} left")
    most = max(waits)
    text = f"median {median:.0f} ms, p95 {p95:.0f} ms, most {most:.0f} ms"
    is_met = median < GOAL_MS and not left
    is_met = held("wait for each press", text, f"median < {GOAL_MS} ms, 0 left", is_met=is_met)
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
