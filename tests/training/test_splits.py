"""Splits that do not lie: nothing of a tested blog, and no near-duplicate of it, is trained on."""

import dataclasses

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.comment import Label
from tests.training.made import make_examples
from training import protocols
from training.fit import tabulate
from training.frozen import fingerprint, frozen_part
from training.protocols import left_out
from training.recipe import Recipe
from training.splits import folds, training_part

EXAMPLES = [
    dataclasses.replace(example, twins=f"t{number % 50}" if number % 3 == 0 else "")
    for number, example in enumerate(make_examples())
]


def test_a_unit_is_in_one_fold_only():
    place = folds(EXAMPLES)
    homes: dict[str, set[int]] = {}
    for example, fold in zip(EXAMPLES, place, strict=True):
        homes.setdefault(example.unit, set()).add(int(fold))
    assert all(len(found) == 1 for found in homes.values())


def test_folds_share_both_labels_whatever_the_sizes_of_the_blogs():
    sizes = [(400, 0), (300, 0), (0, 200), (0, 150), (90, 0), (60, 40)]
    examples = [
        dataclasses.replace(EXAMPLES[0], unit=f"made:{blog}", label=label)
        for blog, (ham, spam) in enumerate(sizes)
        for label in [Label.HAM] * ham + [Label.SPAM] * spam
    ]
    place = folds(examples, count=2)
    is_spam = np.array([example.is_spam for example in examples])
    for label in (True, False):
        held = [int((is_spam[place == fold] == label).sum()) for fold in range(2)]
        assert max(held) <= 0.65 * sum(held)


@given(st.sets(st.integers(0, len(EXAMPLES) - 1), min_size=1, max_size=200))
def test_no_tested_example_and_none_of_its_twins_is_trained_on(picked):
    tested = np.isin(np.arange(len(EXAMPLES)), sorted(picked))
    trained = training_part(EXAMPLES, tested)
    assert not (trained & tested).any()
    twins = {EXAMPLES[i].twins for i in picked} - {""}
    assert not any(EXAMPLES[i].twins in twins for i in np.flatnonzero(trained))


def test_a_protocol_leaves_out_whole_units():
    examples = [dataclasses.replace(e, corpus="wp_multi") for e in EXAMPLES]
    parts = left_out(examples, "A")
    assert {name for _, name, _ in parts} == {e.unit for e in examples}
    for _, name, tested in parts:
        assert {examples[i].unit for i in np.flatnonzero(tested)} == {name}
        assert not any(examples[i].unit == name for i in np.flatnonzero(~tested))


def test_a_random_part_splits_no_twins():
    ((_, _, tested),) = left_out(EXAMPLES, "H")
    inside = {EXAMPLES[i].twins for i in np.flatnonzero(tested)} - {""}
    outside = {EXAMPLES[i].twins for i in np.flatnonzero(~tested)} - {""}
    assert inside
    assert not inside & outside


def test_the_frozen_part_is_the_same_in_any_order_and_its_fingerprint_sees_every_change():
    examples = [
        dataclasses.replace(one, unit=f"blog {number % 60}")
        for number, one in enumerate(make_examples(ham=200, spam=100))
    ]
    inside = frozen_part(examples)
    assert 0 < inside.sum() < len(examples) / 3
    assert frozen_part(examples[::-1]).tolist() == inside.tolist()[::-1]
    assert fingerprint(examples[::-1]) == fingerprint(examples)
    place = int(np.flatnonzero(inside)[0])
    other = dataclasses.replace(examples[place].comment, text="something else")
    changed = [*examples]
    changed[place] = dataclasses.replace(examples[place], comment=other)
    assert fingerprint(changed) != fingerprint(examples)
    outside = int(np.flatnonzero(~inside)[0])
    changed = [*examples]
    changed[outside] = dataclasses.replace(examples[outside], comment=other)
    assert fingerprint(changed) == fingerprint(examples)


def test_the_frozen_part_is_measured_by_a_model_that_never_saw_it():
    examples = [
        dataclasses.replace(one, unit=f"blog {number % 60}")
        for number, one in enumerate(make_examples(ham=200, spam=100))
    ]
    table = tabulate(examples, Recipe())
    (part,) = protocols.run(table, Recipe(), "T")
    assert set(part.rows) <= set(np.flatnonzero(frozen_part(examples)))
    lines = protocols.table_of(table, [part])
    assert {line.measure for line in lines} == {"AUC", "recall at 1 % FPR"}
    assert lines[0].name == f"frozen {fingerprint(examples)}"
