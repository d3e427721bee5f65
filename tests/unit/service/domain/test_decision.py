"""What holds now: the policy as a table, a sentence a row."""

import pytest

from models.comment import Label
from models.verdict import Verdict
from service.domain.decision import Act, Decision, Outcome, Source, outcome, said_since
from tests.builders import NOON

M, S = Source.MODERATOR, Source.SITE

ROWS = (
    ("nobody decided: the verdict holds", Verdict.HAM, [], Outcome.HAM),
    ("unsure waits", Verdict.UNSURE, [], Outcome.UNSURE),
    ("blatant counts as spam", Verdict.BLATANT, [], Outcome.SPAM),
    ("a report of the unseen, undone, waits", None, [], Outcome.UNSURE),
    ("the site's word beats the machine's", Verdict.HAM, [(S, Act.SPAM)], Outcome.SPAM),
    ("the site's newest word holds", Verdict.HAM, [(S, Act.SPAM), (S, Act.APPROVE)], Outcome.HAM),
    ("a moderator beats the site", Verdict.HAM, [(M, Act.APPROVE), (S, Act.SPAM)], Outcome.HAM),
    ("the newest moderator holds", Verdict.HAM, [(M, Act.SPAM), (M, Act.APPROVE)], Outcome.HAM),
    ("removed is neither", Verdict.SPAM, [(M, Act.REMOVE)], Outcome.REMOVED),
    ("undone: the verdict again", Verdict.SPAM, [(M, Act.APPROVE), (M, Act.UNDO)], Outcome.SPAM),
    (
        "undone: the site's word again",
        Verdict.HAM,
        [(S, Act.SPAM), (M, Act.APPROVE), (M, Act.UNDO)],
        Outcome.SPAM,
    ),
)


def decisions(steps):
    made = []
    for number, (source, act) in enumerate(steps, start=1):
        made.append(
            Decision(
                decision_id=number,
                submission_id=1,
                act=act,
                source=source,
                decided_at=NOON,
                undoes=number - 1 if act is Act.UNDO else None,
            ),
        )
    return made


@pytest.mark.parametrize(
    ("verdict", "steps", "holds"), [row[1:] for row in ROWS], ids=[r[0] for r in ROWS]
)
def test_what_holds(verdict, steps, holds):
    assert outcome(verdict, decisions(steps)) is holds


@pytest.mark.parametrize(
    ("act", "label"),
    [(Act.APPROVE, Label.HAM), (Act.SPAM, Label.SPAM), (Act.REMOVE, None), (Act.UNDO, None)],
)
def test_only_approve_and_spam_teach(act, label):
    assert act.label is label


def test_the_site_has_spoken_since_only_by_its_own_later_word():
    made = decisions([(S, Act.SPAM), (M, Act.APPROVE), (M, Act.SPAM)])
    assert said_since(made, 2) is None
    made = decisions([(M, Act.APPROVE), (S, Act.SPAM), (M, Act.REMOVE), (S, Act.APPROVE)])
    assert said_since(made, 1) is made[3]
    assert said_since(made, 3) is made[3]
    assert said_since(made, 4) is None
