"""Labels from the service: read, weighed, and what of them may not teach."""

import datetime as dt
import json
import math
import random

import pytest

from models.comment import Comment, Evidence, Label, Score, write_comment
from models.site_labels import MOST_REPORTS_A_DAY, SiteLabel
from tests.builders import NOON, make_comment
from tests.training.made import make_examples
from training import labels
from training.errors import CorpusMissing, TrainingError
from training.example import Example
from training.poisoning import Bench
from training.recipe import matrix
from training.trust import Known, as_label, harm, trusted


def line(number, comment=None, **changes):
    row = {
        "guid": f"{number:032x}",
        "site": "https://one.example/",
        "comment": write_comment(comment or make_comment(f"Comment {number}")),
        "label": "spam",
        "source": "MODERATOR",
        "decided_at": (NOON + dt.timedelta(minutes=number)).isoformat(),
    }
    return json.dumps(row | changes)


def written(tmp_path, *lines):
    place = tmp_path / "labels.jsonl"
    place.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return place


def test_a_report_counts_half_a_moderators_decision(tmp_path):
    place = written(tmp_path, line(1), line(2, source="SITE"))
    assert [e.weight for e in labels.read(place)] == [1.0, 0.5]


def test_the_newest_line_about_a_comment_wins(tmp_path):
    place = written(tmp_path, line(1), line(1, label="ham"))
    assert [e.is_spam for e in labels.read(place)] == [False]


def test_an_exported_comment_of_another_site_is_another_comment(tmp_path):
    place = written(tmp_path, line(1), line(1, site="https://two.example/"))
    assert {e.unit for e in labels.read(place)} == {
        "site:https://one.example/",
        "site:https://two.example/",
    }


def test_reports_beyond_a_days_worth_are_held_back(tmp_path):
    reports = [
        line(n, Comment(text=f"word{n}"), source="SITE") for n in range(MOST_REPORTS_A_DAY + 3)
    ]
    assert len(labels.read(written(tmp_path, *reports))) == MOST_REPORTS_A_DAY


@pytest.mark.parametrize("bad", ["{", "[]", '{"label": "maybe"}', '{"comment": {}, "label": 3}'])
def test_a_line_that_is_no_label_is_named_by_its_number(tmp_path, bad):
    with pytest.raises(TrainingError, match="line 2 is not a label"):
        labels.read(written(tmp_path, line(1), bad))


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(CorpusMissing):
        labels.read(tmp_path / "none.jsonl")


def score(comment):
    """A live model that is sure of casino and knows nothing else."""
    logit = 4.0 if "casino" in comment.text else -2.0
    return Score(1 / (1 + math.exp(-logit)), "live", Evidence(base=logit))


def report(number, text, *, is_spam, is_moderator=False):
    return SiteLabel(
        key=f"{number:032x}",
        comment=Comment(text=text, author=f"a{number}"),
        is_spam=is_spam,
        is_moderator=is_moderator,
        decided_at=NOON + dt.timedelta(days=number),
    )


def test_not_spam_about_what_the_model_is_sure_of_waits_for_a_person():
    sites = {"s": [report(1, "casino zanthorium", is_spam=False), report(2, "hello", is_spam=True)]}
    kept, held = trusted(sites, score)
    assert [e.comment.text for e in kept] == ["hello"]
    assert [(h.site, h.reason) for h in held] == [("s", "the model is sure of the opposite")]


def test_a_moderator_is_believed_against_the_model():
    kept, held = trusted({"s": [report(1, "casino", is_spam=False, is_moderator=True)]}, score)
    assert (len(kept), held) == (1, [])


@pytest.fixture(scope="module")
def known():
    return Known.of(make_examples(ham=120, spam=60, seed=5), score)


def batch(*, turned):
    examples = make_examples(ham=60, spam=40, seed=6)
    return [
        SiteLabel(
            key=f"{at:032x}",
            comment=e.comment,
            is_spam=e.is_spam is not turned,
            is_moderator=False,
            decided_at=NOON + dt.timedelta(days=at),
        )
        for at, e in enumerate(examples)
    ]


def test_an_honest_batch_of_reports_teaches(known):
    kept, held = trusted({"s": batch(turned=False)}, score, known)
    assert (len(kept), held) == (100, [])


def test_a_batch_of_turned_labels_is_held_back_whole(known):
    kept, held = trusted({"s": batch(turned=True)}, score, known)
    assert kept == []
    assert {h.reason for h in held} >= {"together these reports would harm good comments we know"}


def test_nothing_reported_harms_nothing(known):
    assert harm([], known) == 0.0


def test_examples_become_labels_in_their_order():
    made = [as_label(e, at) for at, e in enumerate(make_examples(ham=3, spam=2))]
    assert sorted(made, key=lambda one: one.decided_at) == made


def test_good_words_reported_as_spam_are_held_before_they_spoil_the_model():
    bench, draw = Bench(make_examples(ham=160, spam=80)), random.Random(0)
    words = sorted({w for e in bench.train if not e.is_spam for w in e.comment.text.split()})
    sent = [report(at, " ".join(draw.sample(words, 60)), is_spam=True) for at in range(30)]
    kept, held = trusted({"s": sent}, bench.score, Known.of(bench.train, bench.score))
    assert (len(kept), len(held)) == (0, 30)
    attack = {"label": Label.SPAM, "corpus": "attack", "unit": "x"}
    believed = [Example(comment=one.comment, **attack) for one in sent]
    rows = matrix([one.comment for one in sent])
    clean, unguarded = (bench.figures(bench.fit(sent), rows)[2] for sent in (kept, believed))
    # The twin: believed, the same reports make the model flag good comments that it let pass.
    assert unguarded > 2 * clean
