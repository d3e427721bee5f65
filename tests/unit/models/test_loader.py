"""load(): find, verify, check the environment, prove by the golden comments; else say why not."""

import numpy as np
import pytest

from models.errors import (
    ArtefactCorrupt,
    ArtefactMissing,
    ArtefactUntrusted,
    ModelUnfit,
    WrongEnvironment,
)
from models.features import FEATURES_VERSION, WIDTH
from models.loader import load
from models.registry import Registry
from tests.unit.models.artefacts import CUTOFFS, KEY, SEEN, make_model, weights_of


@pytest.fixture
def registry(tmp_path):
    return Registry(tmp_path, shipped=tmp_path / "none shipped")


def loaded(registry, name="m1"):
    return load(registry, name, signing_key=KEY)


def test_a_loaded_model_is_the_one_that_was_saved(registry):
    make_model(registry.local, "m1", bias=-1.5)
    model = loaded(registry)
    assert (model.model_id, model.bias, model.cutoffs) == ("m1", -1.5, CUTOFFS)
    score = model.score(SEEN)
    assert score.model_id == "m1"
    assert score.evidence.clues


def test_every_shipped_model_loads_and_proves_itself():
    registry = Registry(None)
    for model_id in registry.list_ids():
        assert load(registry, model_id).model_id == model_id


def test_a_model_of_other_features_names_the_command(registry):
    make_model(registry.local, "m1", features_version=FEATURES_VERSION + 1)
    with pytest.raises(WrongEnvironment, match="chaffinch-train retrain"):
        loaded(registry)


def test_a_model_that_scores_otherwise_than_it_says_is_unfit(registry):
    proof = {"comment": {"text": "A golden comment."}, "score": 0.999}
    make_model(registry.local, "m1", golden=[proof])
    with pytest.raises(ModelUnfit, match="golden"):
        loaded(registry)


COLUMNS, VALUES = weights_of(0.5)
PARTS = (
    ("no bias", {"columns": COLUMNS, "values": VALUES}),
    ("no columns", {"values": VALUES, "bias": 0.0, "doubt": 0.0}),
    (
        "a column outside",
        {"columns": np.array([WIDTH + 1]), "values": VALUES[:1], "bias": 0.0, "doubt": 0.0},
    ),
    (
        "more columns than values",
        {"columns": COLUMNS, "values": VALUES[:2], "bias": 0.0, "doubt": 0.0},
    ),
    ("no doubt", {"columns": COLUMNS, "values": VALUES, "bias": 0.0}),
    ("a bias of words", {"columns": COLUMNS, "values": VALUES, "bias": "much", "doubt": 0.0}),
    ("nothing", {}),
)


@pytest.mark.parametrize("content", [p[1] for p in PARTS], ids=[p[0] for p in PARTS])
def test_a_model_without_a_part_is_corrupt_though_signed(registry, content):
    make_model(registry.local, "m1", content=content)
    with pytest.raises(ArtefactCorrupt, match="lacks a part"):
        loaded(registry)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_model_of_numbers_that_are_none_is_unfit(registry, bad):
    values = VALUES.copy()
    values[0] = bad
    content = {"columns": COLUMNS, "values": values, "bias": -2.0, "doubt": 0.0}
    make_model(registry.local, "m1", content=content)
    with pytest.raises(ModelUnfit, match="numbers"):
        loaded(registry)


@pytest.mark.parametrize("cutoffs", [{}, {"unsure_from": 0.9, "spam_from": 0.1, "blatant_from": 1}])
def test_cutoffs_that_are_none_are_corrupt(registry, cutoffs):
    make_model(registry.local, "m1", cutoffs=cutoffs)
    with pytest.raises(ArtefactCorrupt):
        loaded(registry)


def test_nobody_of_that_name(registry):
    with pytest.raises(ArtefactMissing, match="live"):
        loaded(registry, "live")


def test_another_key_opens_nothing(registry):
    make_model(registry.local, "m1")
    with pytest.raises(ArtefactUntrusted):
        load(registry, "m1", signing_key=b"x" * 32)
