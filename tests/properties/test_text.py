"""Text steps are total and bounded over any text there is."""

from hypothesis import given, settings

from models.scripts import script_of
from models.text import MAX_TEXT, fold, fold_seen, look
from tests.examples import examples
from tests.properties.strategies import any_text


@settings(max_examples=examples(300), deadline=None)
@given(raw=any_text)
def test_folding_is_total_and_leaves_nothing_unseen(raw):
    folded = fold(raw)
    folded.encode()
    assert "\0" not in folded
    assert "\u200b" not in folded
    assert len(folded) <= 4 * MAX_TEXT


@settings(max_examples=examples(300), deadline=None)
@given(raw=any_text)
def test_folding_twice_is_folding_once(raw):
    once = fold_seen(raw)
    assert fold_seen(once) == once


@settings(max_examples=examples(100), deadline=None)
@given(raw=any_text)
def test_looking_is_total(raw):
    seen = look(raw)
    assert len(seen.links) <= 100
    assert seen.hidden >= 0
    assert isinstance(script_of(seen.text), str)
