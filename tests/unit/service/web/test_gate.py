"""The gate: so many at a time, the rest wait a little, and a turn always comes back."""

import threading
import time

import pytest

from service.errors import Overloaded
from service.web.gate import Gate


def test_more_than_may_work_are_sent_away():
    gate = Gate(2, patience_s=0.01)
    gate.enter()
    gate.enter()
    with pytest.raises(Overloaded):
        gate.enter()
    gate.leave()
    gate.enter()


def test_who_waits_gets_the_turn_that_comes_free():
    gate, entered = Gate(1, patience_s=20), threading.Event()
    gate.enter()
    waiting = threading.Thread(target=lambda: (gate.enter(), entered.set()))
    waiting.start()
    assert not entered.wait(0.05)
    gate.leave()
    assert entered.wait(20)
    waiting.join(20)


@pytest.mark.parametrize("path", ["/1.1/comment-check", "/moderation/", "/nowhere", "/readyz"])
def test_a_turn_comes_back_however_the_request_ends(app, path):
    client = app.test_client()
    for _ in range(3 * 16):
        client.post(path)
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code != 503


def test_a_page_says_that_too_much_is_asked(app):
    app.before_request_funcs[None].insert(0, refuse)
    answer = app.test_client().get("/moderation/")
    assert answer.status_code == 503
    assert "Too much is asked at once" in answer.text


def refuse():
    raise Overloaded


def test_it_counts_who_had_a_turn_and_not_who_was_sent_away():
    gate = Gate(1, patience_s=0.01)
    gate.enter()
    with pytest.raises(Overloaded):
        gate.enter()
    gate.leave()
    gate.enter()
    assert gate.entered == 2


def test_who_would_wait_too_long_at_the_pace_of_the_latest_turns_is_told_at_once():
    gate = Gate(1, patience_s=5)
    refused = slow(gate, 30, turn_s=0.3)
    # Thirty turns of 0.3 s are nine seconds: some are told so, long before their patience ends.
    assert refused
    assert min(refused) < 0.3


def test_nobody_is_sent_away_while_turns_are_short():
    assert not slow(Gate(1, patience_s=20), 30, turn_s=0.01)


def slow(gate, many, *, turn_s):
    """*many* come one after another and work *turn_s* each; after how long some were refused."""
    refused = []

    def come():
        came = time.monotonic()
        try:
            gate.enter()
        except Overloaded:
            refused.append(time.monotonic() - came)
        else:
            time.sleep(turn_s)
            gate.leave()

    threads = [threading.Thread(target=come) for _ in range(many)]
    for thread in threads:
        thread.start()
        time.sleep(0.1)
    for thread in threads:
        thread.join(20)
    return refused
