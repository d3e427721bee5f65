"""Protocols E and F on comments of our own: what they count, and that they can fail."""

import dataclasses
import gzip
import json

import numpy as np
import pytest

from models.comment import Comment, Label
from models.verdict import Cutoffs
from tests.training.made import make_examples
from training.campaign_protocol import campaign_logits, campaigns, measure_campaigns
from training.corpora import TABLE
from training.example import Example
from training.site_protocols import Held, decisions_rows, kind_of, sites, summary

CUTOFFS = Cutoffs(unsure_from=0.5, spam_from=0.9, blatant_from=0.999)


@pytest.fixture(scope="module")
def examples():
    """One blog with both labels, one with good comments alone."""
    both = [dataclasses.replace(e, unit="wp_x:one") for e in make_examples(ham=90, spam=60)]
    ham = [dataclasses.replace(e, unit="wp_x:two") for e in make_examples(ham=60, spam=0, seed=2)]
    return both + ham


def blind(examples, seed=0):
    """Logits of a model that knows a little: noise, and a small truth."""
    draw = np.random.default_rng(seed)
    return draw.normal(size=len(examples)) + np.array(
        [0.7 if e.is_spam else -0.7 for e in examples]
    )


@pytest.fixture(scope="module")
def rows(examples):
    return decisions_rows(examples, blind(examples), CUTOFFS, draws=2)


def test_only_sites_with_both_labels_are_measured(examples):
    assert list(sites(examples)) == ["wp_x:one"]
    assert kind_of("wp_x:one") == "blog"


def test_decisions_help_where_the_shared_model_knows_little(rows):
    assert [row.k for row in rows] == [10, 50]
    assert all(row.auc > row.auc_before for row in rows)
    assert rows[1].auc > 0.97


def test_before_any_decision_the_figures_are_the_shared_models_own(rows):
    assert 0.6 < rows[0].auc_before < 0.95


def test_the_summary_names_the_site_that_changed_worst(rows):
    found = list(summary(rows))
    assert [one["protocol"] for one in found] == ["E blogs, k = 10", "E blogs, k = 50"]
    assert found[0]["worst_site"] == "wp_x:one"


def test_the_blind_model_answers_with_its_logits(examples):
    logits = blind(examples)
    held = Held.of(examples, logits, CUTOFFS)
    assert held.score(examples[3].comment).evidence.logit == pytest.approx(logits[3])


TEXT = "I like the valuable info you provide in your articles, will bookmark your weblog {}"


@pytest.fixture
def folder(tmp_path):
    """Two corpora: a campaign of six, and short good comments."""
    corpora = {
        "wp_x": [
            {
                "id": str(n),
                "text": TEXT.format(n),
                "label": "spam",
                "near_dup": "c1",
                "dup_of": None,
            }
            for n in range(6)
        ],
        "ham_x": [
            {"id": str(n), "text": f"Good one number {n} on {n}", "label": "ham"}
            | {"near_dup": None, "dup_of": None}
            for n in range(20)
        ],
    }
    for name, lines in corpora.items():
        raw = "".join(json.dumps(row) + "\n" for row in lines).encode()
        (tmp_path / f"{name}.jsonl.gz").write_bytes(gzip.compress(raw))
    table = [
        {"name": name, "origin": "", "licence": "", "grade": "A", "sha256": ""} for name in corpora
    ]
    (tmp_path / TABLE).write_text(json.dumps(table), encoding="utf-8")
    return tmp_path


def test_a_campaign_called_spam_once_is_known_again(folder):
    assert list(campaigns(folder)) == ["wp_x:c1"]
    (of_all, of_one) = measure_campaigns(folder, {}, 0.99)
    assert (of_all.members, of_all.known, of_all.spam) == (5, 5, 5)
    assert (of_one.corpus, of_one.short, of_one.merged) == ("wp_x", 20, 0)


def test_a_campaign_the_shared_model_is_sure_is_good_is_known_but_not_answered_spam(folder):
    (of_all, _) = measure_campaigns(folder, {"wp_x:c1": -14.0}, 0.99)
    assert (of_all.known, of_all.spam) == (5, 0)


def test_a_short_good_comment_with_the_campaigns_words_is_counted_as_merged(folder):
    place = folder / "ham_x.jsonl.gz"
    row = {"id": "x", "text": TEXT.format("!"), "label": "ham", "near_dup": None, "dup_of": None}
    lines = gzip.decompress(place.read_bytes()) + json.dumps(row).encode() + b"\n"
    place.write_bytes(gzip.compress(lines))
    assert next(iter(measure_campaigns(folder, {}, 0.99))).merged == 1


def test_a_campaigns_logit_is_the_mean_of_its_members():
    assert campaign_logits(["a", "a", "b"], ["g", "g", ""], [1.0, 3.0, 9.0]) == {"a:g": 2.0}


def test_an_example_outside_any_site_is_left_alone():
    lonely = [Example(comment=Comment(text="x"), label=Label.HAM, corpus="a", unit="a:1")]
    assert sites(lonely) == {}
