"""Cutoffs keep their promise, rise, and look closer at good comments that carry a link."""

import dataclasses

import numpy as np
import pytest

from models.comment import Comment, Label
from training import cutoffs
from training.errors import NotEnoughLabels, TrainingError
from training.example import Example


def ham(count: int, comment: Comment | None = None) -> list[Example]:
    one = Example(
        comment=comment or Comment(text="fine"), label=Label.HAM, corpus="made", unit="made:1"
    )
    return [dataclasses.replace(one) for _ in range(count)]


def test_the_promised_share_is_kept():
    scores = np.linspace(0, 0.99, 5000)
    found = cutoffs.choose(ham(5000), scores)
    assert (scores >= found.spam_from).mean() <= 0.002
    assert (scores >= found.unsure_from).mean() <= 0.03
    assert found.unsure_from <= found.spam_from <= found.blatant_from


def test_a_promise_on_few_comments_is_kept_with_more_care():
    many = cutoffs.choose(ham(20000), np.linspace(0, 0.99, 20000))
    few = cutoffs.choose(ham(400), np.linspace(0, 0.99, 400))
    assert few.unsure_from > many.unsure_from


def test_good_comments_with_a_link_count_more():
    linked = ham(200, Comment(text="fine", author_url="https://me.example/"))
    scores = np.concatenate([np.linspace(0, 0.5, 2000), np.linspace(0.5, 0.99, 200)])
    bare = cutoffs.choose(ham(2200), scores)
    assert cutoffs.choose(ham(2000) + linked, scores).unsure_from > bare.unsure_from


def test_a_corpus_known_to_hold_spam_among_its_good_comments_has_no_say():
    scores = np.concatenate([np.linspace(0, 0.5, 2000), np.full(100, 0.99)])
    unclean = [dataclasses.replace(example, is_clean=False) for example in ham(100)]
    clean = cutoffs.choose(ham(2000), scores[:2000])
    both = cutoffs.choose(ham(2000) + unclean, scores)
    assert (both.unsure_from, both.spam_from) == (clean.unsure_from, clean.spam_from)
    assert both.blatant_from > 0.99 > clean.blatant_from
    assert cutoffs.choose(ham(2100), scores) != clean


def test_too_few_good_comments_promise_nothing():
    with pytest.raises(NotEnoughLabels):
        cutoffs.choose(ham(20), np.zeros(20))


def test_another_sentence_is_refused():
    with pytest.raises(TrainingError):
        cutoffs.Promise.read("as good as possible")
