"""Comment's JSON spelling: only what is known, and shapes that are wrong are refused."""

import datetime as dt

import pytest

from models.comment import Clue, Comment, Evidence, read_comment, write_comment

CET = dt.timezone(dt.timedelta(hours=1))


def test_nothing_known_is_nothing_written():
    assert write_comment(Comment()) == {}
    assert read_comment({}) == Comment()


def test_times_are_written_in_utc():
    row = write_comment(Comment(written_at=dt.datetime(2026, 11, 24, 13, tzinfo=CET)))
    assert row == {"written_at": "2026-11-24T12:00:00+00:00"}


def test_lists_and_signals_come_back_as_they_were():
    comment = Comment(blog_lang=("en", "fr"), behaviour=(("bib", "3"), ("nonce", "passed")))
    assert read_comment(write_comment(comment)) == comment
    assert comment.signal("nonce") == "passed"
    assert comment.signal("honeypot") is None


def test_unknown_and_empty_fields_are_left_out():
    assert read_comment({"text": "x", "invented_later": 1, "author": None}) == Comment(text="x")


@pytest.mark.parametrize(
    "row", [{"written_at": "yesterday"}, {"behaviour": "text"}, {"behaviour": [1]}]
)
def test_a_wrong_shape_is_refused(row):
    with pytest.raises((ValueError, TypeError)):
        read_comment(row)


def test_evidence_adds_up():
    evidence = Evidence((Clue("a", "", 1.5), Clue("b", "", -0.25)), base=-1.0, rest=0.125)
    assert evidence.logit == 0.375
