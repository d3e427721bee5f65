"""One comment is scored by a road of its own; scikit-learn over the same columns says the same."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.classifier import MOST_CLUES, Classifier
from models.comment import Comment
from models.features import WIDTH, columns, read
from models.verdict import Cutoffs
from tests.perf.scoring import by_scikit_learn
from training.evaluate import sigmoid
from training.fit import Table
from training.recipe import matrix
from training.windows import windows_of

WEIGHTS = np.random.default_rng(3).normal(0, 0.5, WIDTH).astype(np.float32)
CUTOFFS = Cutoffs(unsure_from=0.5, spam_from=0.9, blatant_from=0.99)
DOUBT = 0.3
MODEL = Classifier("made", WEIGHTS, -0.5, CUTOFFS, {"Latin": 999}, doubt=DOUBT)
WORDS = st.text(st.sampled_from("aabceho1ж中'"), min_size=1, max_size=9)
TEXTS = st.lists(WORDS, max_size=120).map(" ".join)
COMMENTS = st.builds(
    Comment,
    text=TEXTS,
    author=st.lists(WORDS, max_size=3).map(" ".join),
    author_url=st.sampled_from(["", "http://cheap-watches.example/buy", "x"]),
    author_email=st.sampled_from(["", "bob@mail.example"]),
)
LONG = " ".join(f"word{place}" for place in range(30))


THEIRS = by_scikit_learn(MODEL)


@given(COMMENTS)
def test_scikit_learn_says_the_same(comment):
    assert math.isclose(MODEL.score(comment).evidence.logit, THEIRS(comment), abs_tol=1e-9)


@given(st.lists(COMMENTS, min_size=1, max_size=4))
def test_what_is_measured_is_what_is_served(comments):
    table = Table(
        examples=(),
        plain=matrix(comments),
        masked=(),
        is_spam=np.zeros(len(comments)),
        weights=np.ones(len(comments)),
        windows=windows_of(comments),
    )
    logits = table.logits(
        np.arange(len(comments)), WEIGHTS.astype(np.float64), MODEL.bias, doubt=DOUBT
    )
    served = [MODEL.score(comment).value for comment in comments]
    # Rows are kept in single precision.
    assert sigmoid(logits) == pytest.approx(served, abs=1e-5)


def test_what_is_remembered_of_words_changes_nothing():
    fresh = dataclasses.replace(MODEL)
    text = Comment(text=f"{LONG} cheap watches")
    assert fresh.score(text) == fresh.score(text) == MODEL.score(text)


@given(COMMENTS)
def test_what_is_named_is_what_the_features_say(comment):
    """Words are weighed by number; found as Features, one by one, they tell the same reasons."""
    reading = read(comment)
    found = MODEL.score(comment).evidence
    if found.part:
        return
    sums = {}
    for feature in reading.features:
        weights = WEIGHTS[list(columns(feature.key, feature.runs))].tolist()
        reason = (feature.name, feature.value[:80], feature.where)
        sums[reason] = sums.get(reason, 0.0) + math.fsum(weights) * feature.x
    ranked = sorted(sums.items(), key=lambda item: (-abs(item[1]), item[0]))[:MOST_CLUES]
    assert [(c.name, c.value, c.where) for c in found.clues] == [
        reason for reason, weight in ranked if abs(weight) > 1e-6
    ]
    assert all(
        math.isclose(clue.weight, sums[clue.name, clue.value, clue.where], abs_tol=1e-12)
        for clue in found.clues
    )
