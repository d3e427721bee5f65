"""After a person was forgotten, models made here are named: they may have learned of them."""

import json

import pytest

from models.registry import Registry
from tests.builders import BLOG, KEY
from tests.unit.models import artefacts


@pytest.fixture
def made_here(chaffinch, tmp_path):
    assert chaffinch("site", "add", BLOG, "--key", KEY).code == 0
    folder = tmp_path / "var" / "models"
    artefacts.make_model(folder, "20261124-0123abcd")
    key = tmp_path / "var" / "model.key"
    key.touch(mode=0o600)
    key.write_bytes(artefacts.KEY)
    Registry(folder).set_aliases({"live": "20261124-0123abcd"})
    return "20261124-0123abcd"


def test_the_certificate_names_the_models_made_here(chaffinch, made_here):
    said = chaffinch("privacy", "erase", "--email", "canary@birds.example", "--yes")
    assert json.loads(said.out)["retrain"] == [made_here]


def test_doctor_says_that_the_live_model_is_older_than_an_erasure(chaffinch, made_here):
    assert "train again" not in chaffinch("doctor").out
    chaffinch("privacy", "erase", "--email", "canary@birds.example", "--yes")
    said = chaffinch("doctor")
    assert said.code == 0
    assert f"{made_here} answers as its manifest says; since it was made" in said.out
