"""History in training: in the order of time, and nothing from the future."""

import dataclasses
import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from models.comment import History, Label, Record
from tests.builders import NOON, make_comment
from training.example import Example
from training.history import with_history

AUTHORS = ["Ana", "Ben", "Cleo"]


def example(minute, author="Ana", *, is_spam=False, unit="one"):
    return Example(
        comment=make_comment(
            f"Words of {author} at {minute}",
            author=author,
            author_email=f"{author.lower()}@mail.example",
            author_url="",
            user_ip="",
            written_at=NOON + dt.timedelta(minutes=minute),
        ),
        label=Label.SPAM if is_spam else Label.HAM,
        corpus="made",
        unit=unit,
    )


def test_the_first_comment_of_a_site_has_met_nothing():
    assert with_history([example(0)])[0].comment.history == History()


def test_a_returning_author_is_known_by_how_he_was_decided():
    found = with_history([example(2), example(1, is_spam=True), example(0)])
    assert [e.comment.history.author for e in found] == [
        Record(ham=1.0, spam=1.0),
        Record(ham=1.0),
        Record(),
    ]


def test_another_site_knows_nothing_of_him():
    found = with_history([example(0), example(1, unit="two")])
    assert found[1].comment.history == History()


@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.sampled_from(AUTHORS), st.booleans()),
        min_size=2,
        max_size=12,
        unique_by=lambda one: one[0],
    ),
)
@settings(max_examples=40, deadline=None)
def test_what_comes_later_changes_nothing_earlier(rows):
    made = [example(minute, author, is_spam=is_spam) for minute, author, is_spam in rows]
    last = max(made, key=lambda e: e.comment.written_at)
    turned = dataclasses.replace(last, label=Label.HAM if last.is_spam else Label.SPAM)
    other = [turned if e is last else e for e in made]
    before, after = with_history(made), with_history(other)
    assert [e.comment.history for e in before] == [e.comment.history for e in after]
    without = [e for e in made if e is not last]
    kept = [e.comment.history for e, m in zip(before, made, strict=True) if m is not last]
    assert kept == [e.comment.history for e in with_history(without)]
