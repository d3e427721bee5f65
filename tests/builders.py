"""Values for tests: valid by default, one keyword for each difference."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from models.comment import Comment
from models.verdict import Verdict
from service.domain.decision import outcome
from service.domain.submission import Arrival, Kind, Scoring, Submission, new_guid

NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
BLOG = "https://blog.example.org/"
KEY = "c0ffee123456"
PASSWORD = "correct horse battery"


def make_comment(text: str = "Thank you, this solved it.", **changes: Any) -> Comment:
    comment = Comment(
        text=text,
        author="Maria K.",
        author_email="maria@example.net",
        author_url="https://maria.example/",
        user_ip="203.0.113.9",
        user_agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0",
        permalink="https://blog.example.org/2026/ten-days-in-porto/",
        blog=BLOG,
        blog_lang=("en",),
    )
    return dataclasses.replace(comment, **changes)


def make_arrival(text: str = "Thank you, this solved it.", **changes: Any) -> Arrival:
    of_arrival = {field.name for field in dataclasses.fields(Arrival)}
    own = {name: value for name, value in changes.items() if name in of_arrival}
    rest = {name: value for name, value in changes.items() if name not in of_arrival}
    arrival = Arrival(comment=make_comment(text, **rest), blog=BLOG, client="test/1.0")
    return dataclasses.replace(arrival, **own)


def make_submission(
    site_id: int = 1, *, verdict: Verdict = Verdict.UNSURE, **changes: Any
) -> Submission:
    submission = Submission(
        submission_id=0,
        guid=new_guid(),
        site_id=site_id,
        kind=Kind.CHECK,
        received_at=NOON,
        arrival=make_arrival(),
        scoring=Scoring(verdict=verdict, score=0.5, model_id="stub"),
        outcome=outcome(verdict, ()),
        version=0,
    )
    return dataclasses.replace(submission, **changes)
