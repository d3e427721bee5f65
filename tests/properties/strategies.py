"""Comments, Verdicts and Decisions of every shape, for Hypothesis."""

import datetime as dt

from hypothesis import strategies as st

from models.comment import Clue, Comment, Evidence
from models.verdict import Cutoffs, Verdict
from service.domain.decision import Act, Decision, Outcome, Source
from service.domain.submission import Arrival, Kind, Scoring, Submission
from tests.builders import NOON

# Any character there is, NUL and lone surrogates too.
anything = st.text(st.characters(), max_size=60)
prose = st.text(
    st.sampled_from("abc é ñ ß İ ﬁ ŉ ΐ с а 𝐟 &<>;#\\'\"/ \0\u200b\u202e\ud83d\n http://x.example "),
    max_size=200,
)
any_text = st.one_of(anything, prose)
moments = st.datetimes(
    dt.datetime(1970, 1, 2), dt.datetime(9999, 12, 30), timezones=st.just(dt.UTC)
)
few = st.lists(any_text, max_size=3).map(tuple)
behaviour = st.dictionaries(any_text, any_text, max_size=3).map(lambda d: tuple(sorted(d.items())))

comments = st.builds(
    Comment,
    text=any_text,
    author=any_text,
    author_email=any_text,
    author_url=any_text,
    user_ip=any_text,
    user_agent=any_text,
    referrer=any_text,
    permalink=any_text,
    # The wire never leaves it empty.
    comment_type=any_text.filter(bool),
    written_at=st.none() | moments,
    post_modified_at=st.none() | moments,
    blog=any_text,
    blog_lang=few,
    user_role=few,
    context=few,
    parent=any_text,
    behaviour=behaviour,
)
numbers = st.floats(-1e6, 1e6)
cutoffs = st.lists(st.floats(0, 1.5), min_size=3, max_size=3).map(
    lambda three: Cutoffs(
        **dict(zip(("unsure_from", "spam_from", "blatant_from"), sorted(three), strict=True))
    )
)
evidence = st.builds(
    Evidence,
    clues=st.lists(st.builds(Clue, any_text, any_text, numbers, any_text), max_size=4).map(tuple),
    base=numbers,
    rest=numbers,
)
scorings = st.builds(
    Scoring,
    verdict=st.sampled_from(Verdict),
    score=st.floats(0, 1),
    evidence=evidence,
    abstains=any_text,
    model_id=st.sampled_from(["m1", "20261124-de62b54c"]),
    took_ms=st.floats(0, 1e6),
)
arrivals = st.builds(
    Arrival,
    comment=comments,
    blog=any_text,
    client=any_text,
    is_test=st.booleans(),
    wants_discard=st.booleans(),
    is_precheck=st.booleans(),
    can_hold=st.booleans(),
    recheck_reason=any_text,
    callback=any_text,
    guid=any_text,
    client_ref=any_text,
    reporter=any_text,
    said=any_text,
)
submissions = st.builds(
    Submission,
    submission_id=st.just(0),
    guid=st.just("0" * 32),
    site_id=st.just(1),
    kind=st.sampled_from(Kind),
    received_at=moments,
    arrival=arrivals,
    scoring=st.none() | scorings,
    outcome=st.sampled_from(Outcome),
    version=st.integers(0, 1000),
    decided_at=st.none() | moments,
)


def make_decisions(steps):
    """Decisions in order; a step that names an earlier one is an undo of that one."""
    made = []
    for number, (source, act, target) in enumerate(steps, start=1):
        alive = [d for d in made if d.act is not Act.UNDO]
        undoes = alive[target % len(alive)].decision_id if alive and target is not None else None
        made.append(
            Decision(
                decision_id=number,
                submission_id=1,
                act=Act.UNDO if undoes else act,
                source=Source.MODERATOR if undoes else source,
                decided_at=NOON,
                undoes=undoes,
            )
        )
    return made


decisions = st.lists(
    st.tuples(
        st.sampled_from(Source),
        st.sampled_from([Act.APPROVE, Act.SPAM, Act.REMOVE]),
        st.none() | st.integers(0, 7),
    ),
    max_size=8,
).map(make_decisions)
