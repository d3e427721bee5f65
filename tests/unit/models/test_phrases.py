"""Phrases: the same is found whichever engine reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import lexicon
from models.phrases import Phrases

_SPACES = " \t\n\v\f\r\N{NO-BREAK SPACE}"
ALL = {
    "trade": lexicon.TRADE,
    "praise": lexicon.PRAISE,
    "function words": lexicon.FUNCTION_WORDS,
    "brand": lexicon.BRAND,
    "throw-away": lexicon.DISPOSABLE,
} | {key: one for key, _, one in lexicon.OFFERS if isinstance(one, Phrases)}
# Pieces that the patterns are made of, and what stands between them.
_PIECES = (
    "casino",
    "slot",
    "slots",
    "pill",
    "pills",
    "buy",
    "great",
    "post",
    "very",
    "nice",
    "thanks",
    "for",
    "sharing",
    "check",
    "out",
    "my",
    "channel",
    "bonus",
    "mega88",
    "earn",
    "$5",
    "5%",
    "off",
    "mrs",
    "smith",
    "strategy",
    "в лс",
    "пишите",
    "ставк",
    "é",
    "ß",
    "-",
    ".",
    "'",
)
_texts = st.lists(
    st.one_of(st.sampled_from(_PIECES), st.sampled_from([*_SPACES]), st.text(max_size=3)),
    max_size=12,
).map("".join)


def far(text: str) -> str:
    """*text* so long that the other engine reads it; what stands before it is found by nobody."""
    return "=" * 500 + "\n" + text


@pytest.mark.parametrize("name", ALL)
@given(text=_texts)
def test_short_and_long_texts_are_read_alike(name: str, text: str) -> None:
    folded = text.casefold().lower()
    phrases = ALL[name]
    assert phrases.findall(folded) == phrases.findall(far(folded))
    short, long = phrases.search(folded), phrases.search(far(folded))
    assert (short and short[0]) == (long and long[0])


def test_the_two_differ_where_a_pattern_is_told_them_differently() -> None:
    phrases = Phrases("casino")
    other = Phrases("poker")
    phrases._linear = other._linear
    assert phrases.findall("casino") != phrases.findall(far("casino"))


@pytest.mark.parametrize("text", ["CASINO", "Casino", "casino"])
def test_capitals_do_not_matter(text: str) -> None:
    assert lexicon.TRADE.search(text)[0] == text


def test_of_two_pieces_at_one_place_the_first_is_found() -> None:
    phrases = Phrases("pill|buy|pills|buying")
    assert phrases.findall("pills buying") == ["pill", "buy"]


@pytest.mark.parametrize(
    ("piece", "text", "found"),
    [
        (r"a\sb", "a\vb", None),
        (r"a\sb", "a\fb", "a\fb"),
        (r"a[\s-]b", "a\vb", None),
        (r"a[\s-]b", "a\nb", "a\nb"),
        (r"a\wb", "aéb", None),
        (r"a\db", "a\N{ARABIC-INDIC DIGIT FIVE}b", None),
        (r"a(?:[^\p{L}]|$)", "a", "a"),
        (r"a(?:[^\p{L}]|$)", "aя", None),
        (r"a(?:[^\p{L}]|$)", "a5", "a5"),
        (r"a(?:[^\p{L}]|$)", "a\n", "a\n"),
    ],
)
def test_classes_are_those_of_the_linear_engine(piece: str, text: str, found: str | None) -> None:
    for phrases in (Phrases(piece), Phrases(piece, "zzz")):
        match = phrases.search(text)
        assert (match and match[0]) == found
        # The other engine, beside an ending that nothing of this looks at.
        match = phrases._linear.search(text)
        assert (match and match[0]) == found


def test_pieces_are_cut_where_no_bracket_is_open() -> None:
    phrases = Phrases(r"ab(?:c|d)", "x[|]y")
    assert phrases.findall("abc abd x|y ab xy") == ["abc", "abd", "x|y"]
