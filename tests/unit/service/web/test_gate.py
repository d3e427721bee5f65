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


def served(names):
    """In which order those called *names* get their turns, having come in this order."""
    gate, order = Gate(1, patience_s=60), []
    gate.enter()

    def come(place, name):
        gate.enter(name)
        order.append(place)
        gate.leave()

    threads = []
    # As many places as there are that come.
    gate._places = len(names)
    for place, name in enumerate(names):
        threads.append(threading.Thread(target=come, args=(place, name)))
        threads[-1].start()
        until(lambda: waiting(gate) == len(threads))
    gate.leave()
    for thread in threads:
        thread.join(20)
    return order


def waiting(gate):
    return sum(map(len, gate._lines.values()))


def until(is_so):
    ends = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.001)


FLOOD = ["flood"] * 10


def test_one_names_flood_does_not_starve_another():
    assert served([*FLOOD, "small", "other"]) == [0, 10, 11, 1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_without_names_the_flood_comes_first():
    # The twin: the same that come, all of one name.
    assert served([""] * 12) == list(range(12))


def test_the_last_of_the_longest_line_makes_room():
    gate, told = Gate(1, patience_s=60), []
    gate._places = 3
    gate.enter()

    def come(place, name):
        try:
            gate.enter(name)
        except Overloaded:
            told.append((place, "sent away"))
        else:
            told.append((place, "served"))
            gate.leave()

    names = ["flood", "flood", "flood", "small"]
    threads = []
    for place, name in enumerate(names):
        threads.append(threading.Thread(target=come, args=(place, name)))
        threads[-1].start()
        until(lambda: waiting(gate) + len(told) == len(threads))
    # All three places were taken when the fourth came.
    assert told == [(2, "sent away")]
    with pytest.raises(Overloaded):
        gate.enter("flood")
    gate.leave()
    for thread in threads:
        thread.join(20)
    assert told == [(2, "sent away"), (0, "served"), (3, "served"), (1, "served")]


def test_who_gave_up_waiting_leaves_no_trace():
    gate = Gate(1, patience_s=0.01)
    gate.enter()
    with pytest.raises(Overloaded):
        gate.enter("tired")
    assert gate._lines == {}
    gate.leave()
    gate.enter("next")


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
