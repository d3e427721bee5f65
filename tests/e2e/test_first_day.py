"""One blog's first day with the real program: asked, decided, undone, restarted, killed."""

import collections
import subprocess
import threading

import akismet
import pytest

from tests.e2e.conftest import ROOT
from tests.program import COMMAND, started

pytestmark = pytest.mark.e2e

ROW = "#rows .row"
KEYS = "asdasdasda"
OUTCOMES = {"a": "HAM", "s": "SPAM", "d": "REMOVED"}


def ask_all(blog, program, comments):
    """What the client heard for each comment, and the guids of the answers."""
    guids = []
    with blog(program.address, program.key, guids) as client:
        heard = [client.comment_check(**comment) for comment in comments]
    return heard, guids


def open_queue(browser, program, name, password):
    page = browser.new_context().new_page()
    page.goto(f"{program.address}/moderation/")
    page.fill("[name=name]", name)
    page.fill("[name=password]", password)
    page.click(".sign-in button")
    page.wait_for_url("**/moderation/")
    page.wait_for_selector(ROW)
    return page


def decide(page, key):
    """One key on the first row; the guid it decided."""
    guid = page.locator(ROW).first.get_attribute("data-guid")
    page.locator(ROW).first.focus()
    page.wait_for_timeout(330)
    page.keyboard.press(key)
    page.wait_for_selector(f'[data-guid="{guid}"]', state="detached")
    return guid


def undo(page, guid):
    page.wait_for_timeout(330)
    page.keyboard.press("z")
    page.wait_for_selector(f'[data-guid="{guid}"]')


def test_what_is_started_here_is_what_make_serve_starts():
    dry = ["make", "--no-print-directory", "--dry-run", "--always-make", "serve"]
    said = subprocess.run(dry, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said.splitlines()[-1].split("/")[-1].split() == list(COMMAND)


@pytest.mark.corpora
@pytest.mark.browser
def test_asked_decided_undone_and_all_of_it_there_after_a_restart(
    tmp_path, engine_settings, database, browser, blog, comments
):
    with started(tmp_path, **engine_settings) as first:
        key, (name, password) = first.key, first.sign_in
        heard, guids = ask_all(blog, first, comments)
        assert len(set(guids)) == len(comments) == 200
        before = database.outcomes()
        assert set(before) == set(guids)
        agree_with_the_wire(heard, [before[guid] for guid in guids])
        page = open_queue(browser, first, name, password)
        shown = page.locator(ROW).evaluate_all("rows => rows.map((row) => row.dataset.guid)")
        assert {before[guid] for guid in shown} == {"UNSURE"}
        decided = [decide(page, key) for key in KEYS]
        undo(page, decided[-1])
        page.context.close()
        assert first.stop() == 0
    wanted = before | {
        guid: OUTCOMES[key] for guid, key in zip(decided[:-1], KEYS[:-1], strict=True)
    }
    assert database.outcomes() == wanted
    assert [(row[0], row[1]) for row in database.ask(ACTS)] == [
        ("APPROVE", 4),
        ("REMOVE", 3),
        ("SPAM", 3),
        ("UNDO", 1),
    ]
    with started(tmp_path, **engine_settings) as second:
        secrets_are_shown_once(second, key, password)
        page = open_queue(browser, second, name, password)
        assert page.locator(f'[data-guid="{decided[-1]}"]').count() == 1
        page.goto(f"{second.address}/moderation/decided")
        assert page.locator(".log .row").count() >= 9
        page.context.close()
        with blog(second.address, key, []) as client:
            assert client.verify_key()
            assert client.usage_limit()["usage"] == 200
    assert database.outcomes() == wanted


ACTS = "SELECT act, count(*) FROM decision WHERE source = 'MODERATOR' GROUP BY act ORDER BY act"


def agree_with_the_wire(heard, stored):
    """To a client that cannot hold, what waits for a person is spam until then."""
    table = collections.Counter(zip(heard, stored, strict=True))
    says = akismet.CheckResponse
    assert set(table) <= {
        (says.HAM, "HAM"),
        (says.SPAM, "SPAM"),
        (says.DISCARD, "SPAM"),
        (says.SPAM, "UNSURE"),
    }
    assert min(table[says.HAM, "HAM"], table[says.SPAM, "UNSURE"]) >= 10


def secrets_are_shown_once(program, key, password):
    assert "queue" in program.printed
    assert (program.key, program.sign_in) == ("", ("", ""))
    assert key not in program.printed
    assert password not in program.printed


@pytest.mark.corpora
def test_what_was_answered_is_there_after_a_kill_in_the_middle(
    tmp_path, engine_settings, database, blog, comments
):
    guids = []
    with started(tmp_path, **engine_settings) as first:
        key = first.key
        with blog(first.address, key, guids) as client:
            threads = [
                threading.Thread(target=post_until_it_is_gone, args=(client, comments[start::4]))
                for start in range(4)
            ]
            for thread in threads:
                thread.start()
            while len(guids) < 60:
                assert any(thread.is_alive() for thread in threads)
                threads[0].join(0.01)
            first.kill()
            for thread in threads:
                thread.join()
    answered = set(guids)
    assert 60 <= len(answered) < 200
    with started(tmp_path, **engine_settings) as second:
        kept = set(database.outcomes())
        with blog(second.address, key, []) as client:
            assert client.usage_limit()["usage"] == len(kept)
    assert answered - kept == set()
    # At most what was under way when the power went: one of each thread.
    assert len(kept - answered) <= 4


def post_until_it_is_gone(client, comments):
    try:
        for comment in comments:
            client.comment_check(**comment)
    except akismet.RequestError:
        return
