"""Addresses, keys and policies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.verdict import Cutoffs
from service.domain.decision import Outcome
from service.domain.site import (
    KEY_SHAPE,
    Policy,
    UnsureMeans,
    key_hash,
    new_key,
    read_policy,
    same_address,
    write_policy,
)

SAME = (
    ("https://blog.example.org/", "http://blog.example.org"),
    ("https://blog.example.org/", "blog.example.org"),
    ("https://www.example.org", "https://example.org/"),
    ("http://127.0.0.1:8931", "http://127.0.0.1:8931/"),
    ("https://BLOG.example.org:443/Path/", "https://blog.example.org/Path"),
    ("https://bücher.example/", "https://xn--bcher-kva.example"),
)
DIFFERENT = (
    ("https://blog.example.org/", "https://evil-blog.example.org/"),
    ("https://example.org/a", "https://example.org/b"),
    ("http://127.0.0.1:8931", "http://127.0.0.1:8932"),
)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_address_are_equal(one, other):
    assert same_address(one) == same_address(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_addresses_stay_different(one, other):
    assert same_address(one) != same_address(other)


@given(st.text(st.characters()))
def test_any_text_has_a_form(text):
    assert len(same_address(text)) <= 4000


def test_new_keys_have_the_shape_clients_accept():
    assert all(KEY_SHAPE.fullmatch(new_key()) for _ in range(100))


def test_a_key_is_hashed_with_the_deployments_secret():
    assert key_hash("c0ffee123456", "a") != key_hash("c0ffee123456", "b")
    assert "c0ffee" not in key_hash("c0ffee123456", "a")


def test_a_policy_makes_the_round_trip():
    cutoffs = Cutoffs(unsure_from=0.1, spam_from=0.5, blatant_from=2)
    policy = Policy(
        unsure=UnsureMeans.SPAM,
        recheck_after_s=60,
        cutoffs=cutoffs,
        kept_days=9,
        kept_spam_days=3,
    )
    assert read_policy(write_policy(policy)) == policy
    assert read_policy({"choice of a later release": 1}) == Policy()


REST = (Outcome.HAM, Outcome.UNSURE, Outcome.REMOVED)


@pytest.mark.parametrize(
    ("days", "spam_days", "terms"),
    [
        (None, None, {}),
        (30, None, {30: tuple(Outcome)}),
        (30, 7, {7: (Outcome.SPAM,), 30: REST}),
        (30, 30, {30: tuple(Outcome)}),
        (7, 30, {7: REST, 30: (Outcome.SPAM,)}),
        (None, 7, {7: (Outcome.SPAM,)}),
    ],
)
def test_spam_may_have_a_keeping_time_of_its_own(days, spam_days, terms):
    policy = Policy(kept_days=days, kept_spam_days=spam_days)
    assert policy.terms() == terms
    assert policy.days_of(Outcome.REMOVED) == days
