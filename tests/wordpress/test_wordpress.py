"""Guests, moderators and outages on a real WordPress with the real program behind it."""

from __future__ import annotations

import socket
import threading

import pytest
import requests

from service.domain.decision import Act, Outcome, Source

pytestmark = [pytest.mark.wordpress, pytest.mark.e2e, pytest.mark.slow]
HAM, UNSURE, SPAM, BLATANT = "1,1,1", "0,1,1", "0,0,1", "0,0,0"


def test_a_guest_comment_is_published_held_binned_or_discarded(keyed, blog):
    for cutoffs, text, state in (
        (HAM, "a good one", "1"),
        (UNSURE, "an unclear one", "0"),
        (SPAM, "a bad one", "spam"),
    ):
        keyed.judges(cutoffs)
        assert blog.comment(text).status_code == 302
        assert blog.state(text) == state
    blog.php("update_option('akismet_strictness', '1');")
    keyed.judges(BLATANT)
    blog.comment("the worst one")
    assert blog.state("the worst one") is None
    assert [one.outcome for one in keyed.submissions("the worst one")] == [Outcome.SPAM]


def test_a_moderators_decisions_arrive_by_themselves_and_so_does_their_undoing(keyed, blog):
    keyed.judges(UNSURE)
    for text in ("held one", "held two"):
        blog.comment(text)
        assert blog.state(text) == "0"
    keyed.decides("held one", Act.APPROVE)
    blog.waits_for("held one", "1")
    keyed.decides("held two", Act.SPAM)
    blog.waits_for("held two", "spam")
    keyed.undoes()
    blog.waits_for("held two", "0")
    keyed.decides("held two", Act.SPAM)
    blog.waits_for("held two", "spam")
    keyed.decides("held two", Act.APPROVE)
    blog.waits_for("held two", "1")


def test_a_decision_about_what_was_published_or_binned_arrives_too(keyed, blog):
    keyed.judges(HAM)
    blog.comment("missed")
    keyed.judges(SPAM)
    blog.comment("wrongly binned")
    keyed.decides("missed", Act.SPAM)
    keyed.decides("wrongly binned", Act.APPROVE)
    blog.waits_for("missed", "spam")
    blog.waits_for("wrongly binned", "1")


def test_a_callback_is_not_reported_back_to_us(keyed, blog):
    keyed.judges(UNSURE)
    blog.comment("held 4")
    keyed.decides("held 4", Act.SPAM)
    blog.waits_for("held 4", "spam")
    with keyed.store.read() as unit:
        decisions = unit.decisions.list_of(keyed.submissions("held 4")[0].submission_id)
    assert [one.source for one in decisions] == [Source.MODERATOR]


def test_what_waits_for_a_person_outlasts_the_plugins_own_timer(keyed, blog):
    keyed.judges(UNSURE)
    blog.comment("held 5")
    number = blog.number("held 5")
    blog.php(f"do_action('init'); do_action('akismet_approval_fallback', {number});")
    assert blog.state("held 5") == "0"


def test_without_our_plugin_binning_around_its_timer_keeps_a_comment_waiting(keyed, blog):
    """The three commands of domain/hold.py, on the plugin as Automattic ships it."""
    keyed.judges(UNSURE)
    blog.comment("held 6")
    number, guid = blog.number("held 6"), keyed.submissions("held 6")[0].guid

    def say(*results):
        answer = requests.post(
            f"{blog.address}/index.php?rest_route=/akismet/v1/webhook",
            json={
                "key": blog.option("wordpress_api_key"),
                "endpoint": "comment-check",
                "comments": [{"guid": guid, "result": one} for one in results],
            },
            headers={"X-Akismet-Webhook": "1"},
            timeout=30,
        )
        assert answer.json()["comments"][guid]["status"] == "success"
        return blog.state("held 6")

    timer = f"Akismet::approval_fallback({number});"
    for _ in range(2):
        assert say("true", "false") == "0"
    assert say("true") == "spam"
    blog.php(timer)
    assert blog.state("held 6") == "spam"
    for _ in range(2):
        assert say("true", "false") == "0"
    for _ in range(2):
        assert say("false", "false") == "1"
    for _ in range(2):
        assert say("true") == "spam"
    for _ in range(2):
        assert say("false", "false") == "1"


def test_the_stock_timer_would_approve_what_nobody_decided(keyed, blog):
    """Why all of the above is needed."""
    keyed.judges(UNSURE)
    blog.comment("held 7")
    blog.php(f"Akismet::approval_fallback({blog.number('held 7')});")
    assert blog.state("held 7") == "1"


def test_while_the_server_is_stopped_comments_are_held_and_judged_later(keyed, blog):
    keyed.judges(SPAM)
    keyed.program.stop()
    blog.comment("written meanwhile 8")
    assert blog.state("written meanwhile 8") == "0"
    keyed.start()
    blog.php("do_action('akismet_schedule_cron_recheck');")
    assert blog.state("written meanwhile 8") == "spam"
    assert [one.arrival.recheck_reason for one in keyed.submissions("written meanwhile 8")] == [
        "retry"
    ]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("silent", None),
        ("cut off", b""),
        ("page of a proxy", b"HTTP/1.1 502 Bad Gateway\r\n\r\ntrue"),
    ],
)
def test_a_proxy_that_answers_for_the_server_publishes_nothing(keyed, blog, text, answer):
    keyed.judges(HAM)
    with socket.create_server(("127.0.0.1", 0)) as broken:
        port = broken.getsockname()[1]
        blog.configure(CHAFFINCH_URL=f"http://127.0.0.1:{port}")

        def serve():
            connection, _ = broken.accept()
            with connection:
                connection.recv(65_536)
                if answer is None:
                    # Longer than our plugin has patience.
                    connection.settimeout(14)
                    while connection.recv(65_536):
                        pass
                else:
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        blog.comment(text)
        thread.join(15)
        assert not thread.is_alive(), "nobody asked"
    assert blog.state(text) == "0"


def test_a_wrong_key_publishes_nothing(keyed, blog):
    keyed.judges(HAM)
    blog.php("update_option('wordpress_api_key', '000000000000');")
    blog.comment("with a wrong key")
    assert blog.state("with a wrong key") == "0"
    assert keyed.submissions("with a wrong key") == []


def test_one_comment_is_asked_about_once(keyed, blog):
    keyed.judges(HAM)
    blog.comment("only once")
    assert len(keyed.submissions("only once")) == 1
