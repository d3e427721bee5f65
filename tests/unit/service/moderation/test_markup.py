"""The small pieces of HTML: what is hostile in them stays text, whichever piece it is in."""

from __future__ import annotations

import datetime as dt

import pytest

from service.moderation.markup import at, chip, host, pieces, score, shape
from service.moderation.segments import Host, Segment
from service.moderation.views import Band, Reason
from tests.builders import NOON

HOSTILE = """<script>alert("1")</script>' onload='x&amp;"""
INERT = "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt;&#39; onload=&#39;x&amp;amp;"


@pytest.mark.parametrize(
    "made",
    [
        pieces([Segment(HOSTILE)]),
        pieces([Segment(HOSTILE, "spam", HOSTILE)]),
        pieces([Segment(HOSTILE, "odd", HOSTILE)]),
        pieces([Segment(HOSTILE, "ham", HOSTILE)], marked=False),
        host(Host(HOSTILE)),
        host(Host(HOSTILE, deceives=True)),
        chip(Reason(name=HOSTILE, value=HOSTILE, weight=HOSTILE, argues=HOSTILE, size=1)),
        shape(HOSTILE),
        at(HOSTILE, NOON),
    ],
)
def test_hostile_words_stay_words(made: object) -> None:
    assert INERT in str(made)
    assert "<script" not in str(made)
    assert "onload='" not in str(made)


def test_marks_name_their_reason_and_are_left_out_when_asked() -> None:
    text = [Segment("so "), Segment("cheap", "spam", "word: +1.4"), Segment("⟦U+200B⟧", "odd")]
    mark = '<mark class="spam" title="word: +1.4">cheap</mark>'
    assert pieces(text) == f'so {mark}<span class="odd">⟦U+200B⟧</span>'
    assert pieces(text, marked=False) == 'so cheap<span class="odd">⟦U+200B⟧</span>'


def test_a_chip_says_which_way_it_argues() -> None:
    made = chip(Reason(name="word", value="", weight="-0.7", argues="ham", size=10))
    assert made == (
        '<li class="chip ham"><span class="unseen">for ham: </span>'
        '<span aria-hidden="true">▼</span> word <b>-0.7</b></li>'
    )


def test_a_time_carries_its_exact_moment() -> None:
    moment = dt.datetime(2026, 11, 24, 9, 5, tzinfo=dt.UTC)
    made = at("3 h", moment)
    assert 'datetime="2026-11-24T09:05:00+00:00" title="2026-11-24 09:05:00 UTC">3 h<' in made


class _Judged:
    band = Band("spam", "spam")
    percent: str | None = "97"
    fill = 97


def test_a_score_is_told_in_shape_number_gauge_and_word() -> None:
    made = score(_Judged())  # type: ignore[arg-type]
    assert shape("spam") in made
    assert "<b>97<" in made
    assert 'width="97%"' in made
    assert '<p class="word">spam</p>' in made


def test_what_was_not_scored_has_no_number() -> None:
    judged = _Judged()
    judged.percent = None
    made = score(judged)  # type: ignore[arg-type]
    assert "<b>" not in made
    assert "gauge" not in made
