"""Where the work is done changes no bit: two processes here, two workers of a Dask cluster."""

import numpy as np
import pytest
from click.testing import CliRunner
from distributed import LocalCluster

from tests.training.made import make_examples
from training import workers
from training.cli import main
from training.errors import TrainingError
from training.fit import fit, tabulate
from training.recipe import Recipe
from training.search import search
from training.workers import Workers

EXAMPLES = make_examples(ham=120, spam=60)


@pytest.fixture(scope="module")
def cluster():
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        silence_logs=50,
    ) as made:
        yield made


def test_a_model_fitted_on_a_cluster_is_the_same_to_the_last_bit(cluster):
    def made(at):
        with at.at_work():
            return fit(tabulate(EXAMPLES, Recipe(), jobs=2), Recipe(), jobs=2)

    here = made(Workers(2))
    there = made(Workers(2, "dask", cluster.scheduler_address))
    assert np.array_equal(here.weights, there.weights)
    assert np.array_equal(here.unseen, there.unseen)
    assert here.bias == there.bias


def test_the_search_ranks_the_same_on_a_cluster(cluster):
    recipes = [Recipe(strength=strength) for strength in (0.1, 1.0)]
    here = list(search(EXAMPLES, recipes, jobs=2))
    with Workers(2, "dask", cluster.scheduler_address).at_work():
        assert list(search(EXAMPLES, recipes, jobs=2)) == here
    assert [one.recipe for one in here] == recipes


def test_a_cluster_that_is_not_there_is_said_in_a_sentence(monkeypatch):
    monkeypatch.setattr(workers, "_PATIENCE_S", 1)
    with pytest.raises(TrainingError, match="no Dask scheduler answers at"):
        Workers(2, "dask", "tcp://127.0.0.1:1").at_work().__enter__()
    with pytest.raises(TrainingError, match="needs --scheduler"):
        Workers(2, "dask").at_work().__enter__()


def test_the_search_refuses_what_is_no_number(tmp_path):
    words = ["search", "--corpora", str(tmp_path), "--strengths", "a,1"]
    found = CliRunner().invoke(main, words)
    assert found.exit_code == 2
    assert "numbers with commas" in found.output
