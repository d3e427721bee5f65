"""What must hold of every Score, Verdict and Outcome."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.comment import Score
from models.loader import load
from models.registry import Registry
from models.verdict import Cutoffs, Verdict, verdict
from service.domain.decision import Act, Outcome, Source, outcome, standing
from tests.properties import strategies

ORDER = [Verdict.HAM, Verdict.UNSURE, Verdict.SPAM, Verdict.BLATANT]


@pytest.fixture(scope="module")
def model():
    return load(Registry(None))


@settings(max_examples=150, deadline=None)
@given(comment=strategies.comments)
def test_evidence_adds_up_to_the_logit_of_the_score(model, comment):
    score = model.score(comment)
    assert 0 < score.value < 1
    logit = math.log(score.value / (1 - score.value))
    assert score.evidence.logit == pytest.approx(logit, abs=1e-6)
    assert score.model_id == model.model_id


@settings(max_examples=60, deadline=None)
@given(comment=strategies.comments)
def test_the_same_comment_scores_the_same(model, comment):
    assert model.score(comment) == model.score(comment)


@settings(max_examples=60, deadline=None)
@given(comment=strategies.comments)
def test_clues_come_strongest_first_and_fit_a_line(model, comment):
    clues = model.score(comment).evidence.clues
    weights = [abs(clue.weight) for clue in clues]
    assert weights == sorted(weights, reverse=True)
    assert all(clue.name and len(clue.value) <= 80 for clue in clues)


@given(
    low=st.floats(0, 1), high=st.floats(0, 1), cutoffs=strategies.cutoffs, abstains=st.booleans()
)
def test_a_higher_score_is_never_a_milder_verdict(low, high, cutoffs, abstains):
    low, high = sorted((low, high))
    why = "not enough examples" if abstains else ""
    milder = verdict(Score(low, "m", abstains=why), cutoffs)
    harder = verdict(Score(high, "m", abstains=why), cutoffs)
    assert ORDER.index(milder) <= ORDER.index(harder)


@given(value=st.floats(0, 1), cutoffs=strategies.cutoffs)
def test_who_abstains_never_condemns(value, cutoffs):
    found = verdict(Score(value, "m", abstains="why"), cutoffs)
    assert found in {Verdict.HAM, Verdict.UNSURE}


@given(three=st.tuples(*[st.floats(allow_nan=True)] * 3))
def test_cutoffs_rise_or_there_are_none(three):
    unsure, spam, blatant = three
    if 0 <= unsure <= spam <= blatant:
        assert Cutoffs(unsure_from=unsure, spam_from=spam, blatant_from=blatant)
    else:
        with pytest.raises(ValueError, match="cutoffs must rise"):
            Cutoffs(unsure_from=unsure, spam_from=spam, blatant_from=blatant)


verdicts = st.none() | st.sampled_from(Verdict)


def newest(decisions, source):
    undone = {d.undoes for d in decisions if d.act is Act.UNDO}
    left = [
        d
        for d in decisions
        if d.source is source and d.act is not Act.UNDO and d.decision_id not in undone
    ]
    return left[-1] if left else None


@given(verdict=verdicts, decisions=strategies.decisions)
def test_outcome_depends_on_the_verdict_and_the_newest_of_each_source_alone(verdict, decisions):
    two = [newest(decisions, source) for source in (Source.SITE, Source.MODERATOR)]
    assert outcome(verdict, decisions) is outcome(verdict, [d for d in two if d])


@given(one=verdicts, other=verdicts, decisions=strategies.decisions)
def test_where_somebody_decided_the_verdict_does_not_matter(one, other, decisions):
    if standing(decisions):
        assert outcome(one, decisions) is outcome(other, decisions)


@given(verdict=verdicts, decisions=strategies.decisions)
def test_a_moderator_outweighs_every_report(verdict, decisions):
    own = newest(decisions, Source.MODERATOR)
    if own:
        expected = {
            Act.APPROVE: Outcome.HAM,
            Act.SPAM: Outcome.SPAM,
            Act.REMOVE: Outcome.REMOVED,
        }
        assert outcome(verdict, decisions) is expected[own.act]
