"""A classifier answers with exact evidence, and abstains where it was taught too little."""

import numpy as np
import pytest

from models.classifier import Classifier
from models.comment import Comment
from models.features import WIDTH, column
from models.verdict import Cutoffs, Verdict, verdict

CUTOFFS = Cutoffs(unsure_from=0.5, spam_from=0.9, blatant_from=0.99)


def classifier(**weights: float) -> Classifier:
    table = np.zeros(WIDTH, dtype=np.float32)
    for word, weight in weights.items():
        table[column(f"w:{word}")] = weight
    return Classifier("made", table, -1.0, CUTOFFS, {"Latin": 500, "Thai": 3})


def test_a_word_pays_its_weight_by_the_root_of_the_number_of_words():
    score = classifier(casino=6.0).score(Comment(text="casino a b c"))
    assert score.evidence.logit == pytest.approx(-1 + 6 / 2)
    assert [(c.name, c.value) for c in score.evidence.clues] == [("word in the text", "casino")]


def test_a_script_with_few_labels_abstains():
    score = classifier(คาสิโน=20.0).score(Comment(text="คาสิโน"))
    assert "Thai" in score.abstains
    assert verdict(score, CUTOFFS) is not Verdict.SPAM


def test_a_script_with_enough_labels_does_not_abstain():
    assert classifier().score(Comment(text="casino")).abstains == ""


def test_a_comment_without_letters_is_scored():
    assert classifier().score(Comment(text="1234")).abstains == ""


def test_many_are_scored_in_order():
    model = classifier(casino=6.0)
    found = model.score_many([Comment(text="casino"), Comment(text="harbour")])
    assert found[0].value > found[1].value
