"""chaffinch-train on a tiny set of decisions: retrain, compare, promote, roll back, refuse."""

import itertools
import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from models.artefact import find_signing_key, make_signing_key
from models.registry import Registry
from service.scorer import Scorer
from tests.unit.models.artefacts import make_model
from training.cli import main

GOOD = (
    "Thank you for the recipe, the {} came out well",
    "Does this also work with a {} from last year?",
    "I disagree about the {}, but a good read",
    "I wrote about the {} here: https://notes.example.org/{}",
)
BAD = (
    "Buy cheap {} online http://cheap-{}.example/ best price",
    "casino bonus {} click http://win-{}.example/ now",
    "{} replica watches outlet http://replica-{}.example/",
    "loan approved {} no credit check http://loans-{}.example/",
)
THINGS = ("bread", "tram", "lens", "bakery", "museum", "chaffinch", "garden", "guitar", "engine")
PLACES = ("Porto", "Lyon", "Riga", "Cork", "Graz", "Oslo", "Brno", "Turku", "Bath", "Gent", "Kyiv")


def write_labels(place):
    """Decisions about 792 comments on six blogs, as `chaffinch export` writes them."""
    rows = []
    for label, texts in (("ham", GOOD), ("spam", BAD)):
        for number, (thing, town, text) in enumerate(itertools.product(THINGS, PLACES, texts)):
            rows.append(
                {
                    "guid": f"{label}-{number}",
                    "site": f"https://blog{number % 6}.example/",
                    "comment": {"text": text.format(f"{thing} of {town}", f"{thing}-{town}")},
                    "label": label,
                    "weight": 1.0,
                }
            )
    place.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(place)


def run_in(data_dir, *words):
    """Run a command of the deployment in *data_dir*; a traceback is a failure."""
    environ = {"CHAFFINCH_DATA_DIR": str(data_dir)}
    environ |= dict.fromkeys(("CHAFFINCH_CORPORA", "CHAFFINCH_MODELS_DIR"))
    result = CliRunner().invoke(main, list(words), prog_name="chaffinch-train", env=environ)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture(scope="module")
def labels(tmp_path_factory):
    return write_labels(tmp_path_factory.mktemp("labels") / "labels.jsonl")


@pytest.fixture(scope="module")
def once_retrained(tmp_path_factory, labels):
    """A deployment that has retrained once: its data folder, and the new model's id."""
    data_dir = tmp_path_factory.mktemp("retrained") / "var"
    said = run_in(data_dir, "retrain", "--labels", labels, "--jobs", "1")
    assert said.exit_code == 0, said.output
    return data_dir, re.search(r"candidate (\S+):", said.stdout)[1]


def test_more_labels_than_fit_in_memory_are_put_on_a_disk_and_taken_off_again(tmp_path, labels):
    data_dir = tmp_path / "var"
    words = ("retrain", "--labels", labels, "--jobs", "1", "--most", "700")
    said = run_in(data_dir, *words)
    assert said.exit_code == 0, said.output
    assert ": 792 comments," in said.stdout
    assert not list(data_dir.glob("pieces-*"))


def test_the_labels_of_one_blog_alone_are_refused_in_a_sentence(tmp_path, labels):
    rows = [json.loads(line) for line in Path(labels).read_text().splitlines()]
    place = tmp_path / "one.jsonl"
    alone = [json.dumps(row | {"site": "https://one.example/"}) for row in rows]
    place.write_text("\n".join(alone))
    said = run_in(tmp_path / "var", "retrain", "--labels", str(place), "--jobs", "1")
    assert said.exit_code == 1
    assert said.stderr.startswith("chaffinch-train: labels of both kinds from two blogs")


@pytest.fixture
def data_dir(tmp_path):
    return tmp_path / "var"


@pytest.fixture
def train(data_dir):
    return lambda *words: run_in(data_dir, *words)


@pytest.fixture
def registry(data_dir):
    return Registry(data_dir / "models")


@pytest.fixture
def retrained(once_retrained, data_dir):
    """The id of the model that this deployment has just made."""
    made_in, model_id = once_retrained
    shutil.copytree(made_in, data_dir)
    return model_id


def test_from_decisions_to_a_live_model_and_back(train, labels, registry, retrained, data_dir):
    shipped = registry.aliases()["live"]
    scorer = Scorer(registry, find_key=lambda: find_signing_key(data_dir / "model.key"))
    scorer.refresh()
    assert registry.aliases()["candidate"] == retrained
    assert scorer.live().model_id == shipped, "a candidate answers nobody"
    compared = train("compare", "candidate", "live", "--labels", labels)
    assert (compared.exit_code, "won" in compared.stdout) == (0, True)
    promoted = train("promote", "--labels", labels)
    assert (promoted.exit_code, retrained in promoted.stdout) == (0, True), promoted.output
    assert scorer.refresh()
    assert scorer.live().model_id == retrained
    back = train("rollback")
    assert (back.exit_code, shipped in back.stdout) == (0, True)
    assert scorer.refresh()
    assert scorer.live().model_id == shipped
    listed = train("list").stdout
    assert retrained in listed
    assert shipped in listed


def test_a_candidate_that_hides_good_comments_is_refused(train, labels, registry, data_dir):
    key = make_signing_key(data_dir / "model.key")
    make_model(registry.local, "condemns-all", bias=8.0, weight=0.0, key=key)
    registry.set_aliases({"candidate": "condemns-all"})
    before = registry.aliases()["live"]
    said = train("promote", "--labels", labels)
    assert said.exit_code == 1
    assert said.stderr.startswith("chaffinch-train: ")
    assert "hides" in said.stderr
    assert registry.aliases()["live"] == before


def test_a_model_can_be_measured(train, labels, retrained):
    said = train("evaluate", "candidate", "--labels", labels, "--json")
    assert said.exit_code == 0
    assert json.loads(said.stdout)


def test_the_model_card_is_written_beside_the_model(registry, retrained):
    card = (registry.folder(retrained) / "MODEL_CARD.md").read_text()
    assert retrained in card


REFUSED = (
    ("retrain",),
    ("retrain", "--labels", "/no/such/file.jsonl"),
    ("retrain", "--corpora", "/no/such/folder"),
    ("evaluate", "nobody", "--labels", "LABELS"),
    ("promote", "--labels", "LABELS"),
    ("compare", "candidate", "live", "--labels", "LABELS"),
    ("rollback",),
    ("evaluate", "--labels", "BAD"),
    ("retrain", "--labels", "FEW"),
)


def test_what_cannot_be_is_one_sentence(train, labels, tmp_path):
    bad, few = tmp_path / "bad.jsonl", tmp_path / "few.jsonl"
    bad.write_text('{"comment": {"text": "x"}, "label": "perhaps"}\n')
    few.write_text('{"comment": {"text": "x"}, "label": "spam"}\n')
    places = {"LABELS": labels, "BAD": str(bad), "FEW": str(few)}
    for words in REFUSED:
        said = train(*(places.get(word, word) for word in words))
        assert said.exit_code == 1, words
        assert said.stderr.startswith("chaffinch-train: "), words
        assert len(said.stderr.splitlines()) == 1, said.stderr


def test_every_command_explains_itself(train):
    for words in ((), *((name,) for name in main.commands)):
        said = train(*words, "--help")
        assert (said.exit_code, len(said.stdout) > 100) == (0, True)
