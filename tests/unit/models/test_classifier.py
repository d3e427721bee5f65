"""A classifier answers with exact evidence, and abstains where it was taught too little."""

import dataclasses
import math

import numpy as np
import pytest

from models.classifier import Classifier
from models.comment import Comment
from models.features import WIDTH, columns, read
from models.verdict import Cutoffs, Verdict, verdict

CUTOFFS = Cutoffs(unsure_from=0.5, spam_from=0.9, blatant_from=0.99)


def classifier(**weights: float) -> Classifier:
    table = np.zeros(WIDTH, dtype=np.float32)
    for word, weight in weights.items():
        table[columns(f"w:{word}")[0]] = weight
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


GOOD = " ".join(f"harbour{place}" for place in range(40))


def test_good_words_around_do_not_quieten_bad_ones():
    model = classifier(casino=6.0)
    alone = model.score(Comment(text="casino casino win")).evidence.logit
    padded = model.score(Comment(text=f"{GOOD} casino casino win {GOOD}"))
    # One of sixteen words at most, however many stand around them.
    assert padded.evidence.logit == pytest.approx(-1 + 6 / 15**0.5)
    assert padded.evidence.logit < alone
    assert "casino" in [clue.value for clue in padded.evidence.clues]


def test_a_long_text_says_which_part_spoke():
    model = classifier(casino=6.0)
    score = model.score(Comment(text=f"{GOOD} one two casino three four {GOOD}"))
    first, last = score.evidence.part.split(" … ")
    assert len(first.split()) == len(last.split()) == 3
    assert math.isclose(
        score.evidence.logit, math.log(score.value / (1 - score.value)), abs_tol=1e-9
    )


def test_one_loud_part_of_many_is_doubted():
    text = Comment(text=f"{GOOD} one two casino three four {GOOD}")
    sure = classifier(casino=6.0).score(text)
    doubting = dataclasses.replace(classifier(casino=6.0), doubt=0.1).score(text)
    parts = len(list(read(text).wording.spans()))
    assert doubting.evidence.logit == pytest.approx(
        sure.evidence.logit - 0.1 * math.log(parts), abs=1e-9
    )
    assert ("loudest of so many parts", str(parts)) in [
        (clue.name, clue.value) for clue in doubting.evidence.clues
    ]


def test_a_text_that_counts_as_a_whole_names_no_part():
    assert classifier(casino=6.0).score(Comment(text="casino a b c")).evidence.part == ""
    assert classifier(harbour=-6.0).score(Comment(text=GOOD)).evidence.part == ""


def test_inventions_do_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr("models.classifier._MOST_KNOWN", 50)
    model = classifier(casino=6.0)
    for turn in range(20):
        model.score(Comment(text=" ".join(f"new{turn}x{place}" for place in range(9))))
    assert len(model._known) <= 50
