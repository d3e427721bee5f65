"""The table of measures: every protocol in one, each with its aim, and the report's other parts."""

import dataclasses
import json

import pytest

from tests.training.made import make_examples
from training import aims, inside, site_lines
from training.augment import TRANSFORMS, changed
from training.cutoffs import choose
from training.evaluate import sigmoid
from training.fit import tabulate, unseen_logits
from training.protocols import Line
from training.recipe import Recipe
from training.report import Measured, write

RECIPE = Recipe()


def line(protocol, measure, value, name=""):
    return Line(
        protocol=protocol,
        name=name,
        measure=measure,
        value=value,
        low=0.0,
        high=1.0,
        spam=1,
        ham=1,
        groups=1,
    )


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (line("A", "AUC", 0.98), (">= 0.98", "met")),
        (line("A", "AUC", 0.979), (">= 0.98", "missed")),
        (line("D", "good comments hidden", 0.0021), ("<= 0.002", "missed")),
        (line("H", "ECE in-domain", 0.01), ("<= 0.02", "met")),
        (line("A", "AUC", 0.7, aims.BASELINE), ("", "")),
        (line("C", "AUC", 0.7, "YouTube"), ("", "")),
        (line("A", "AUC", 0.99, "bogofilter"), ("", "")),
    ],
)
def test_a_measure_is_held_against_its_aim(given, wanted):
    assert aims.said(given, [given]) == wanted


def test_a_disguise_may_cost_three_points_of_what_is_found_undisguised():
    clean = line("G", "recall, clean", 0.8, "A")
    near, far = (line("G", "recall, capitals", x, "A") for x in (0.771, 0.769))
    other = line("G", "recall, clean", 0.1, "B")
    assert aims.said(near, [other, clean]) == (">= 0.77", "met")
    assert aims.said(far, [other, clean]) == (">= 0.77", "missed")


@pytest.fixture(scope="module")
def measured():
    examples = [
        dataclasses.replace(e, corpus="wp_made", unit=f"wp_made:{i % 6}")
        for i, e in enumerate(make_examples(ham=400, spam=200))
    ]
    table = tabulate(examples, RECIPE)
    unseen = unseen_logits(table, RECIPE)
    return examples, table, unseen, choose(examples, sigmoid(unseen))


def test_a_site_s_decisions_are_lines_of_the_table(measured):
    examples, _, unseen, chosen = measured
    lines = {x.measure: x for x in site_lines.decision_lines(examples, unseen, chosen, draws=1)}
    assert {"AUC after 10 decisions", "AUC after 50 decisions"} <= set(lines)
    assert lines["AUC after 10 decisions"].groups == 6
    assert "worst change of a site" in lines


def test_poisoning_is_told_clean_unguarded_and_guarded(measured):
    examples, _, unseen, chosen = measured
    lines = list(site_lines.poisoning_lines(examples, unseen, chosen))
    names = [x.measure.rpartition(", ")[2] for x in lines if x.name.startswith("M-10")]
    assert names == ["without the attack", "unguarded", "guarded"] * 2
    assert {x.name for x in lines if x.name.startswith("M-11")} == {
        "M-11, batches of 20",
        "M-11, batches of 50",
    }


def test_the_learning_curve_grows_and_the_loudest_clue_is_what_spam_says(measured):
    _, table, _, _ = measured
    curve = inside.learning_curve(table, RECIPE)
    assert [step.comments for step in curve] == sorted(step.comments for step in curve)
    assert curve[-1].auc > 0.9
    loudest = inside.top_features(table, RECIPE)
    assert len(loudest) == 60
    assert loudest[0].weight != 0


def test_the_report_holds_its_parts(measured, tmp_path):
    examples, table, unseen, chosen = measured
    content = Measured(
        title="Made",
        examples=examples,
        scores=sigmoid(unseen),
        cutoffs=chosen,
        lines=[line("A", "AUC", 0.9)],
        curve=inside.learning_curve(table, RECIPE),
        features=inside.top_features(table, RECIPE),
    )
    write(content, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    for part in ("Learning curve", "Reliability", "ROC", "worst errors", "weigh most", "missed"):
        assert part in page
    kept = json.loads((tmp_path / "report.json").read_text())
    assert len(kept["learning_curve"]) == 4
    assert kept["protocols"][0]["value"] == 0.9


def test_a_changed_copy_is_the_same_each_time_and_good_comments_are_never_disguised():
    comments = [e.comment for e in make_examples(ham=60, spam=60)]
    ways = [lambda text: text, *(TRANSFORMS[name] for name in TRANSFORMS)]
    for place, comment in enumerate(comments):
        spam = changed(comment, place, is_spam=True)
        assert spam == changed(comment, place, is_spam=True)
        ham = changed(comment, place, is_spam=False)
        assert ham.text.isascii() == comment.text.isascii()
        known = {way(comment.text) for way in ways}
        assert spam.text in known or comment.text in spam.text
