"""From Score to Verdict: the policy as a table, a sentence a row."""

import pytest

from models.comment import Score
from models.verdict import Cutoffs, Verdict, verdict

CUTOFFS = Cutoffs(unsure_from=0.4, spam_from=0.9, blatant_from=0.99)
NEVER_BLATANT = Cutoffs(unsure_from=0.4, spam_from=0.9, blatant_from=2.0)
ROWS = (
    ("far below is ham", 0.0, "", CUTOFFS, Verdict.HAM),
    ("just below is ham", 0.3999, "", CUTOFFS, Verdict.HAM),
    ("at the first cutoff a person is asked", 0.4, "", CUTOFFS, Verdict.UNSURE),
    ("just below spam a person is asked", 0.8999, "", CUTOFFS, Verdict.UNSURE),
    ("at the second cutoff it is spam", 0.9, "", CUTOFFS, Verdict.SPAM),
    ("at the third cutoff it is blatant", 0.99, "", CUTOFFS, Verdict.BLATANT),
    ("certain is blatant", 1.0, "", CUTOFFS, Verdict.BLATANT),
    ("who abstains asks a person", 0.95, "few examples", CUTOFFS, Verdict.UNSURE),
    ("who abstains condemns nobody at all", 1.0, "few examples", CUTOFFS, Verdict.UNSURE),
    ("who abstains may still let pass", 0.1, "few examples", CUTOFFS, Verdict.HAM),
    ("a cutoff above 1 is never reached", 1.0, "", NEVER_BLATANT, Verdict.SPAM),
)


@pytest.mark.parametrize(
    ("value", "abstains", "cutoffs", "says"), [row[1:] for row in ROWS], ids=[r[0] for r in ROWS]
)
def test_what_a_score_means(value, abstains, cutoffs, says):
    assert verdict(Score(value, "m", abstains=abstains), cutoffs) is says


@pytest.mark.parametrize("three", [(0.5, 0.4, 0.9), (0.1, 0.9, 0.8), (-0.1, 0.5, 0.9)])
def test_cutoffs_that_do_not_rise_are_refused(three):
    unsure, spam, blatant = three
    with pytest.raises(ValueError, match="must rise"):
        Cutoffs(unsure_from=unsure, spam_from=spam, blatant_from=blatant)
