"""The pure words of the queue: queries, tokens, likeness, priority, addresses."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.verdict import Verdict
from service.domain.likeness import ALIKE, likeness, share
from service.domain.priority import DOUBLES_EVERY, priority
from service.domain.query import Query, read_query
from service.domain.site import Policy, UnsureMeans
from service.domain.submission import Scoring
from service.domain.tokens import words_of
from service.domain.view import Age, Listing, Sort, View, sorts_of
from service.moderation import addresses
from service.storage.lists import Cursor
from tests.builders import NOON, make_comment, make_submission

OFFER = "We offer the best SEO service for your website at a very low price of {} dollars, {}"


@given(st.text(max_size=300))
def test_any_question_can_be_read(text):
    assert isinstance(read_query(text), Query)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("autor:x", "Did you mean author: ?"),
        ("colour:x", "This is not an operator."),
        ("is:gone", "is: takes waiting"),
        ("before:yesterday", "before: takes a day"),
        ("ip:", "ip: needs something after it."),
    ],
)
def test_what_cannot_be_read_becomes_a_hint(text, hint):
    ((what, sentence),) = read_query(text).hints
    assert (what, sentence[: len(hint)]) == (text, hint)


def test_discarded_means_blatant_and_undecided():
    query = read_query("is:discarded")
    assert (query.verdict, query.is_decided) == (Verdict.BLATANT, False)


def test_an_address_with_a_scheme_is_words_and_no_operator():
    assert read_query("http://shop.example/").hints == ()


def test_words_of_scripts_without_spaces_come_in_pairs():
    assert words_of("我们都 ok") == ["我们", "们都", "ok"]


def test_words_are_found_in_disguise():
    assert words_of("V\u200biagrа") == words_of("viagra")


def test_two_texts_of_one_template_are_alike():
    one, two = (likeness(make_comment(OFFER.format(*x))) for x in ((12, "sir"), (99, "friend")))
    assert share(one.signature, two.signature) >= ALIKE
    assert set(one.bands) & set(two.bands)


def test_two_texts_of_their_own_are_not_alike():
    one = likeness(make_comment(OFFER.format(12, "sir")))
    two = likeness(
        make_comment("My train was late, so I read this twice, and both times I laughed.")
    )
    assert share(one.signature, two.signature) < 0.2


@pytest.mark.parametrize("text", ["Thanks, great post!", "", "+1", "Nice article, keep going!!!"])
def test_what_everybody_writes_has_no_likeness(text):
    assert likeness(make_comment(text)) is None


def waiting(score=0.5, **changes):
    scoring = Scoring(verdict=Verdict.UNSURE, score=score, model_id="stub")
    return make_submission(scoring=scoring, **changes)


def test_twelve_hours_of_waiting_count_as_twice_the_doubt():
    old = waiting(0.75, received_at=NOON - DOUBLES_EVERY)
    assert priority(old, Policy()) == pytest.approx(priority(waiting(0.5), Policy()))


def test_what_readers_see_already_comes_sooner():
    seen = Policy(unsure=UnsureMeans.HAM)
    assert priority(waiting(), seen) - priority(waiting(), Policy()) == pytest.approx(1.0)


def test_a_new_post_comes_sooner():
    arrival = waiting().arrival
    comment = dataclasses.replace(arrival.comment, post_modified_at=NOON - dt.timedelta(days=1))
    fresh = waiting(arrival=dataclasses.replace(arrival, comment=comment))
    assert priority(fresh, Policy()) > priority(waiting(), Policy())


views = st.builds(
    View,
    listing=st.sampled_from(Listing),
    sort=st.sampled_from(Sort),
    site_id=st.none() | st.integers(0, 10**12),
    reason=st.text(st.characters(codec="utf-8"), max_size=30),
    language=st.text("abcdef-", max_size=8),
    age=st.sampled_from(Age),
    campaign_id=st.none() | st.integers(0, 10**12),
    query=st.text(st.characters(codec="utf-8"), max_size=50).map(str.strip),
).filter(lambda view: view.sort in sorts_of(view.listing))


@given(views)
def test_an_address_says_all_of_a_view(view):
    assert addresses.read_place(addresses.write_view(view)) == view


@given(
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.integers(0, 10**12),
    st.just(0) | st.integers(0, 10**12),
)
def test_a_cursor_comes_back_exactly(value, own_id, site_id):
    cursor = Cursor(value, own_id, site_id)
    assert addresses.read_cursor(addresses.write_cursor(cursor)) == cursor


@given(st.text(max_size=60))
def test_any_cursor_and_any_place_can_be_read(text):
    addresses.read_cursor(text)
    addresses.read_view(Listing.WAITING, dict.fromkeys(("site", "sort", "age", "q"), text))
