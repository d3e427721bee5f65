"""The floor holds for any text: folding is idempotent, features are total, evidence adds up."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models import lexicon
from models.classifier import Classifier
from models.comment import Comment, Score
from models.features import WIDTH, extract
from models.text import fold, fold_seen, look
from models.verdict import Cutoffs, Verdict, verdict

TEXTS = st.text(st.characters(exclude_characters="\0"), max_size=200)
COMMENTS = st.builds(
    Comment,
    text=TEXTS,
    author=TEXTS,
    author_email=TEXTS,
    author_url=TEXTS,
    user_ip=TEXTS,
    user_agent=TEXTS,
    permalink=TEXTS,
    comment_type=TEXTS,
    blog_lang=st.lists(TEXTS, max_size=2).map(tuple),
)
CUTOFFS = Cutoffs(unsure_from=0.5, spam_from=0.9, blatant_from=0.99)
ORDER = list(Verdict)


def classifier(seed: int, size: float = 1.0) -> Classifier:
    weights = np.random.default_rng(seed).normal(0, size, WIDTH).astype(np.float32)
    return Classifier("made", weights, -0.5, CUTOFFS, {"Latin": 999})


MODELS = [classifier(0), classifier(1, 50.0)]


@given(TEXTS)
def test_folding_twice_is_folding_once(text):
    once = fold_seen(text)
    assert fold_seen(once) == once


@given(TEXTS)
def test_looking_is_total(text):
    seen = look(text)
    assert seen.hidden >= 0
    assert isinstance(fold(text), str)


@given(COMMENTS)
def test_features_are_total_and_finite(comment):
    for feature in extract(comment):
        assert math.isfinite(feature.x)
        assert feature.name


@given(COMMENTS, st.sampled_from(MODELS))
def test_evidence_adds_up_to_the_score(comment, model):
    score = model.score(comment)
    assert 0 < score.value < 1
    assert math.isclose(
        score.evidence.logit, math.log(score.value / (1 - score.value)), abs_tol=1e-6
    )


@given(st.floats(0, 1), st.floats(0, 1), st.booleans())
def test_a_higher_score_never_gets_a_milder_verdict(one, other, abstains):
    why = "few examples" if abstains else ""
    low, high = (verdict(Score(x, "", abstains=why), CUTOFFS) for x in sorted((one, other)))
    assert ORDER.index(low) <= ORDER.index(high)


@given(st.floats(0, 1))
def test_who_abstains_condemns_nobody(value):
    assert verdict(Score(value, "", abstains="few"), CUTOFFS) in {Verdict.HAM, Verdict.UNSURE}


@given(st.text(st.sampled_from("aeio casnpr0159+()-.[]=$%@urlб к"), max_size=60))
def test_no_sign_is_overlooked(text):
    folded = fold(text)
    found = {key for key, _, pattern in lexicon.OFFERS if pattern.search(folded)}
    assert found <= lexicon.signs(folded)
