"""What two texts are compared by: addresses and links out, however long a word is."""

import random
import re

import pytest

from service.domain import likeness

# What it said before it looked at words once: right, and quadratic.
SLOW = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+|@\w+")
PIECES = ("a", "@", "@", "http://", "https://", "www.", " ", ".", "://", "\n", "x-", "é", "/")


def test_addresses_and_links_are_left_out_as_ever():
    draw = random.Random(5)
    for _ in range(20_000):
        text = "".join(draw.choices(PIECES, k=draw.randrange(1, 14)))
        assert likeness._LINK.sub("~", text) == SLOW.sub("~", text), text


@pytest.mark.parametrize("pump", ["a", "@", "http:", "a@"])
def test_a_word_of_a_megabyte_is_looked_at_once(pump):
    """Quadratic it would take hours; here it is the test's own end that says so."""
    text = pump * (1_000_000 // len(pump))
    assert len(likeness._LINK.sub("", text)) <= len(text)
