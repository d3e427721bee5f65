"""Who called lately: fresh for a moment, doubted by a change, known for hours."""

import pytest

from service.storage.known import ASKING_S, FRESH_S, KEPT_S, Known


class Ticks:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def ticks():
    return Ticks()


@pytest.fixture
def known(ticks):
    return Known(monotonic=ticks)


def test_what_was_found_is_fresh_for_a_moment_and_known_for_hours(known, ticks):
    known.keep("hash", "blog", "Ana", asked_at=known.now())
    assert known.recall_fresh("hash", "blog") == "Ana"
    ticks.now += FRESH_S
    assert known.recall_fresh("hash", "blog") is None
    assert known.recall("hash", "blog") == "Ana"
    ticks.now += KEPT_S
    assert known.recall("hash", "blog") is None


def test_of_many_who_call_at_once_one_asks_again(known, ticks):
    known.keep("hash", "blog", "Ana", asked_at=known.now())
    ticks.now += FRESH_S
    assert [known.recall_fresh("hash", "blog") for _ in range(3)] == [None, "Ana", "Ana"]
    # Whoever asked has no answer yet: the next one asks, too.
    ticks.now += FRESH_S
    assert [known.recall_fresh("hash", "blog") for _ in range(2)] == [None, "Ana"]
    ticks.now += ASKING_S
    assert [known.recall_fresh("hash", "blog") for _ in range(2)] == [None, None]


def test_nobody_is_told_what_is_doubtful_while_another_asks(known, ticks):
    known.keep("hash", "blog", "Ana", asked_at=known.now())
    ticks.now += FRESH_S
    assert known.recall_fresh("hash", "blog") is None
    known.doubt()
    assert known.recall_fresh("hash", "blog") is None


def test_a_change_makes_what_was_asked_before_it_doubtful(known, ticks):
    asked_at = known.now()
    ticks.now += 0.01
    known.doubt()
    ticks.now += 0.01
    # The question was on its way while the change was made: its answer may be the old one.
    known.keep("hash", "blog", "Ana", asked_at=asked_at)
    assert known.recall_fresh("hash", "blog") is None
    assert known.recall("hash", "blog") == "Ana"
    known.keep("hash", "blog", "Bea", asked_at=known.now())
    assert known.recall_fresh("hash", "blog") == "Bea"


def test_a_change_at_the_same_tick_counts_as_later(known):
    known.keep("hash", "blog", "Ana", asked_at=known.now())
    known.doubt()
    assert known.recall_fresh("hash", "blog") is None


def test_another_blog_or_key_is_another_caller(known):
    known.keep("hash", "blog", "Ana")
    assert known.recall_fresh("hash", "other") is None
    assert known.recall_fresh("other", "blog") is None
    known.forget("hash")
    assert known.recall_fresh("hash", "blog") is None
