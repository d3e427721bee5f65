"""Peers are asked what the model is asked: same parts, same comments, higher for spam."""

import dataclasses

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from tests.training.made import make_examples
from training import peers
from training.fit import tabulate
from training.recipe import Recipe

MADE = make_examples(ham=120, spam=80)
COMMENTS = [example.comment for example in MADE]
IS_SPAM = np.array([float(example.is_spam) for example in MADE])


@pytest.mark.parametrize("name", peers.installed())
def test_a_peer_ranks_spam_higher(name):
    scores = peers.installed()[name](COMMENTS, IS_SPAM, COMMENTS)
    assert len(scores) == len(COMMENTS)
    assert roc_auc_score(IS_SPAM, scores) > 0.8


def test_every_peer_is_measured_on_the_same_comments():
    examples = [dataclasses.replace(example, corpus="wp_multi") for example in MADE]
    lines = peers.run(tabulate(examples, Recipe()), "A")
    assert {line.name for line in lines} == set(peers.installed())
    assert len({(line.spam, line.ham) for line in lines}) == 1
