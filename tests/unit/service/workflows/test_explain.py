"""What is left out to see what it did: links, however many begin and never end."""

import pytest

from service.workflows import explain


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("see <a href='http://x.example/'>this</a> now", "see  this  now"),
        ("see http://x.example/a?b=c now", "see   now"),
        ("<A HREF=x>a</A>", " a "),
        ("<abbr>a</abbr> < a", "<abbr>a</abbr> < a"),
    ],
)
def test_links_are_left_out(text, left):
    assert explain._LINK.sub(" ", text) == left


@pytest.mark.parametrize("pump", ["<a ", "<a", "www.", "<a b>"])
def test_a_megabyte_of_tags_is_looked_at_once(pump):
    """Quadratic it would take hours; here it is the test's own end that says so."""
    text = pump * (1_000_000 // len(pump))
    assert len(explain._LINK.sub("", text)) <= len(text)
