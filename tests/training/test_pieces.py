"""Fitted piece by piece from a disk: the same numbers, and a model as good as that of memory."""

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import check_grad

from tests.training.made import make_examples
from tests.training.test_cli import run_in, write_labels
from tests.training.test_workers import cluster  # noqa: F401 - a fixture
from training import pieces
from training.errors import NotEnoughLabels
from training.fit import balanced, fit, tabulate
from training.recipe import Recipe
from training.stream import Stream
from training.workers import Workers

EXAMPLES = make_examples(ham=240, spam=120)
ALL = np.ones(len(EXAMPLES), dtype=bool)
RECIPE = Recipe()


def streamed(examples):
    nothing = np.zeros(0, np.int64)
    return Stream(bare=examples, whole=examples, place=Path("/dev/null"), offsets=nothing)


@pytest.fixture
def many(tmp_path, monkeypatch):
    """EXAMPLES in eight pieces."""
    monkeypatch.setattr(pieces, "SIZE", 50)
    return pieces.tabulate(streamed(EXAMPLES), RECIPE, tmp_path)


def test_the_pieces_hold_the_rows_of_the_whole_table(many):
    table = tabulate(EXAMPLES, RECIPE)
    assert len(many.pieces) == 8
    for turn, copy in enumerate([table.plain, *table.masked]):
        for piece in many.pieces:
            rows = piece.rows()[turn * piece.count : (turn + 1) * piece.count]
            assert (rows != copy[piece.here]).nnz == 0
    weights = np.sin(np.arange(table.plain.shape[1]))
    whole = table.logits(ALL, weights, 0.5, doubt=0.3)
    assert many.logits(ALL, weights, 0.5, doubt=0.3) == pytest.approx(whole, abs=1e-5)


def test_the_slope_of_the_loss_is_its_slope(many):
    kept = np.unique(many.pieces[0].rows().indices)[::40]
    weights = balanced(many.weights, many.is_spam)
    task = pieces._Task(many.pieces, kept, weights, many.is_spam, 3)
    at = np.sin(np.arange(len(kept) + 1))
    error = check_grad(
        lambda x: task.loss(x, 1.0)[0], lambda x: task.loss(x, 1.0)[1], at, epsilon=1e-3
    )
    assert error < 1e-3


def test_a_model_fitted_by_pieces_says_what_one_fitted_in_memory_says(many):
    part = np.arange(len(EXAMPLES)) % 5 > 0
    table = tabulate(EXAMPLES, RECIPE)
    weights, bias = many.fitted(part, RECIPE)
    found = many.logits(~part, weights, bias)
    whole = table.logits(~part, *table.fitted(part, RECIPE))
    assert found == pytest.approx(whole, abs=0.2)
    assert np.ptp(whole) > 5


def test_on_a_cluster_it_is_the_same_to_the_last_bit(many, cluster):  # noqa: F811
    with Workers(2, "dask", cluster.scheduler_address).at_work():
        there = fit(many, RECIPE, jobs=2)
    here = fit(many, RECIPE, jobs=2)
    assert np.array_equal(here.weights, there.weights)
    assert np.array_equal(here.unseen, there.unseen)


def test_too_few_of_one_label_are_refused(tmp_path):
    with pytest.raises(NotEnoughLabels):
        pieces.tabulate(streamed(EXAMPLES[:250]), RECIPE, tmp_path)


@pytest.mark.parametrize("most", ["100", "1000"])
def test_the_command_makes_the_same_model_on_a_cluster(tmp_path, cluster, most):  # noqa: F811
    labels = write_labels(tmp_path / "labels.jsonl")
    words = ("retrain", "--labels", labels, "--most", most, "--pieces", str(tmp_path))
    dask = ("--backend", "dask", "--scheduler", cluster.scheduler_address)
    here = run_in(tmp_path / "here", *words)
    there = run_in(tmp_path / "there", *words, *dask)
    # The model's id is the day and the hash of its weights.
    assert "candidate 20" in here.stdout
    assert here.stdout == there.stdout
