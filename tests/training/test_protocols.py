"""The protocols measure what they say: a known difference is seen, presence alone is not."""

import dataclasses

import numpy as np
import pytest

from models.comment import Comment
from tests.training.made import make_examples
from training import protocols
from training.augment import TRANSFORMS, pad
from training.evasion import evasion
from training.fit import fit, tabulate
from training.recipe import Recipe

RECIPE = Recipe(masks=1)


@pytest.fixture(scope="module")
def table():
    made = make_examples(ham=400, spam=200)
    named = [
        dataclasses.replace(
            e, corpus="wp_multi" if i % 2 else "ham_made" if not e.is_spam else "wp_b"
        )
        for i, e in enumerate(made)
    ]
    return tabulate(named, RECIPE)


@pytest.fixture(scope="module")
def parts(table):
    return protocols.run(table, RECIPE, "ADH")


def test_blogs_left_out_are_ranked_and_their_interval_holds_the_value(table, parts):
    lines = protocols.table_of(table, parts)
    auc = next(x for x in lines if (x.protocol, x.measure) == ("A", "AUC"))
    assert auc.value > 0.9
    assert auc.low <= auc.value <= auc.high
    assert auc.groups == 12


def test_turned_labels_are_seen(table, parts):
    turned = dataclasses.replace(table, is_spam=1 - table.is_spam)
    auc = next(x for x in protocols.table_of(turned, parts) if x.measure == "AUC")
    assert auc.value < 0.1


def test_ham_never_seen_is_measured_at_cutoffs_chosen_without_it(table, parts):
    names = {(x.protocol, x.measure) for x in protocols.table_of(table, parts)}
    assert {("D", "good comments hidden"), ("D", "held as unsure"), ("H", "ECE in-domain")} <= names


def test_presence_alone_knows_nothing_when_everybody_sends_the_same(table):
    examples = [
        dataclasses.replace(e, comment=Comment(text=e.comment.text or "First!"))
        for e in table.examples
    ]
    known = protocols.presence_only(dataclasses.replace(table, examples=examples))
    alone = protocols.table_of(known, protocols.run(known, RECIPE, "A"))
    assert alone[0].value == pytest.approx(0.5, abs=0.1)


def test_every_way_of_evading_is_measured_against_the_clean_text(table, parts):
    lines = {line.measure: line for line in evasion(table, parts)}
    assert len(lines) == len(TRANSFORMS) + 2
    assert lines["recall, clean"].value > 0.9
    assert {line.spam for line in lines.values()} == {lines["recall, clean"].spam}


@pytest.mark.parametrize("way", TRANSFORMS)
def test_a_disguise_changes_the_text(way):
    assert TRANSFORMS[way]("Cheap pills here") != "Cheap pills here"


def test_padding_keeps_the_text_and_is_the_same_each_time():
    padded = pad("cheap pills", words=40)
    assert "cheap pills" in padded
    assert len(padded.split()) == 42
    assert pad("cheap pills", words=40) == padded


def test_the_same_table_gives_the_same_bits():
    examples = make_examples(ham=120, spam=60)
    one, other = (fit(tabulate(examples, RECIPE), RECIPE) for _ in range(2))
    assert np.array_equal(one.weights, other.weights)
    assert one.bias == other.bias


def test_masked_rows_hold_nothing_of_a_dropped_family():
    examples = make_examples(ham=60, spam=30)
    table = tabulate(examples, dataclasses.replace(RECIPE, mask_rate=1.0, text_mask_rate=1.0))
    assert table.masked[0].nnz == 0
