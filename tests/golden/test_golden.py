"""The shipped model says of a hundred comments what it said when they were written down.

When a model or a feature changes on purpose: `python -m tests.golden --write`, and read the diff.
"""

import pytest

from tests.golden.__main__ import ANSWERS, asked, differences, kept
from tests.golden.comments import COMMENTS, ODD, PEOPLE, SELLERS


@pytest.fixture(scope="module")
def answers():
    return asked()


def test_nothing_changed_without_being_written_down(answers):
    found = differences(kept(), answers)
    assert found == [], "\n".join(["run: python -m tests.golden --write", *found])


def test_it_is_the_shipped_model_that_was_written_down(answers):
    assert kept()["model"] == answers["model"]


def test_every_comment_has_its_own_name():
    assert len(COMMENTS) == len(PEOPLE) + len(SELLERS) + len(ODD)
    assert set(kept()["answers"]) == set(COMMENTS)
    assert ANSWERS.read_bytes().isascii()


def test_a_moved_score_and_a_changed_verdict_are_noticed(answers):
    first, second = list(answers["answers"])[:2]
    moved = {name: dict(answer) for name, answer in answers["answers"].items()}
    moved[first]["score"] += 0.02
    moved[second]["verdict"] = "BLATANT"
    found = differences(answers, {"model": "other", "answers": moved})
    assert [line.partition(":")[0] for line in found] == sorted([first, second])
