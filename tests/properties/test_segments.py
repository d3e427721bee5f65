"""Text on the pages: whatever comes in, nothing is lost, nothing hides, nothing becomes markup."""

from hypothesis import given
from hypothesis import strategies as st

from models.comment import Clue
from service.moderation.segments import host_mark, link_targets, odd_mark, segments, visible

TEXTS = st.text(st.characters(), max_size=300)
CLUES = st.lists(
    st.builds(
        Clue,
        st.just("word in the text"),
        st.text(st.characters(), max_size=20),
        st.floats(-5, 5),
        st.just("text"),
    ),
    max_size=5,
)


@given(TEXTS, CLUES)
def test_the_pieces_are_the_text_made_visible(text, clues):
    assert "".join(piece.text for piece in segments(text, clues)) == visible(text)


@given(TEXTS, CLUES, st.integers(1, 50))
def test_a_cut_text_is_its_beginning(text, clues, limit):
    joined = "".join(piece.text for piece in segments(text, clues, limit=limit))
    assert joined == visible(text[:limit]) + ("…" if len(text) > limit else "")


@given(TEXTS)
def test_no_invisible_character_is_left(text):
    assert not any(odd_mark(letter) for letter in visible(text))


@given(TEXTS)
def test_any_address_has_a_visible_mark(url):
    assert not any(odd_mark(letter) for letter in host_mark(url))
    assert all(host_mark(url) is not None for url in link_targets(url))


def test_evidence_is_marked_where_it_stands():
    clue = Clue("word in the text", "casino", 2.0, "text")
    marked = [(p.text, p.kind) for p in segments("The Casino wins", [clue])]
    assert marked == [("The ", ""), ("Casino", "spam"), (" wins", "")]


def test_deceiving_letters_are_shown_with_their_wire_form():
    assert host_mark("http://bücher.example/") == "bücher.example = xn--bcher-kva.example"
    assert host_mark("http://xn--bcher-kva.example/") == "bücher.example = xn--bcher-kva.example"
    assert host_mark("http://plain.example/") == "plain.example"
