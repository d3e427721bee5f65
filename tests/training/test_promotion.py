"""The life of a model: made the same twice, judged by gates, promoted, taken back."""

import dataclasses
import datetime as dt
import random
import time

import pytest

from models.artefact import make_signing_key
from models.comment import Label
from models.errors import ArtefactMissing, ModelUnfit, SharedGone, WrongEnvironment
from models.loader import load
from models.registry import Registry
from models.shared import SharedModels
from tests.training.made import make_examples
from training.compare import sign_test
from training.errors import GateFailed, TrainingError
from training.gates import GATES, MOST_BYTES, judge
from training.promote import promote, rollback, trial
from training.recipe import Recipe
from training.retrain import Inputs, retrain, save

DAY = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
TRUSTED = make_examples(ham=300, spam=150, seed=1)
FEW = make_examples(ham=370, spam=110, seed=3)


def fitted(examples, seed=0):
    inputs = Inputs(examples=examples, sources={"made": "0" * 64}, grades="A")
    return retrain(inputs, Recipe(seed=seed), made_at=DAY)


@pytest.fixture(scope="module")
def good():
    return fitted(make_examples(seed=0))


@pytest.fixture(scope="module")
def better():
    return fitted(make_examples(ham=500, spam=300, seed=2))


class House:
    """A registry of its own with a key, and nothing shipped."""

    def __init__(self, folder):
        (folder / "shipped").mkdir()
        self.registry = Registry(folder / "models", folder / "shipped")
        self.key = make_signing_key(folder / "model.key")

    def keep(self, made):
        return save(self.registry, *made, key=self.key)

    def make_live(self, made):
        model_id = self.keep(made)
        self.registry.set_aliases({"live": model_id})
        return model_id

    def promote(self, name="candidate"):
        return promote(self.registry, TRUSTED, signing_key=self.key, name=name)

    def trial(self):
        return trial(self.registry, TRUSTED, signing_key=self.key)


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


def test_the_same_seed_and_comments_give_the_same_bytes(good):
    again = fitted(make_examples(seed=0))
    assert again[1] == good[1]
    assert again[0] == good[0]


def test_another_seed_gives_another_model(good):
    assert fitted(make_examples(seed=0), seed=1)[1] != good[1]


def test_a_candidate_that_is_no_worse_becomes_live(house, good, better):
    before = house.make_live(good)
    candidate = house.keep(better)
    assert house.promote()[0] == candidate
    aliases = house.registry.aliases()
    assert (aliases["live"], aliases["previous"]) == (candidate, before)


def test_rollback_brings_the_old_one_back_at_once(house, good, better):
    before = house.make_live(good)
    candidate = house.keep(better)
    house.promote()
    started = time.perf_counter()
    assert rollback(house.registry, signing_key=house.key) == before
    assert time.perf_counter() - started < 5  # THREATS 72 promises five seconds
    aliases = house.registry.aliases()
    assert (aliases["live"], aliases["previous"]) == (before, candidate)


def test_other_servers_get_it_first_and_when_they_cannot_nothing_moves(
    house, good, better, tmp_path
):
    before = house.make_live(good)
    candidate = house.keep(better)
    wanted = {"signing_key": house.key}
    (tmp_path / "no folder").write_text("")
    gone = SharedModels(str(tmp_path / "no folder"))
    with pytest.raises(SharedGone):
        promote(house.registry, TRUSTED, **wanted, publish=gone.publish)
    assert house.registry.aliases()["live"] == before
    shared = SharedModels(str(tmp_path / "shared"))
    promote(house.registry, TRUSTED, **wanted, publish=shared.publish)
    assert shared.promoted().model_id == house.registry.aliases()["live"] == candidate
    rollback(house.registry, **wanted, publish=shared.publish)
    assert shared.promoted().model_id == house.registry.aliases()["live"] == before


def test_what_is_live_cannot_be_promoted(house, good):
    house.make_live(good)
    with pytest.raises(TrainingError, match="is live already"):
        house.promote()


def test_there_may_be_nothing_to_go_back_to(house, good):
    house.make_live(good)
    with pytest.raises(TrainingError, match="no previous model"):
        rollback(house.registry, signing_key=house.key)


def test_an_alias_never_names_what_is_not_there(house, good):
    house.make_live(good)
    with pytest.raises(ArtefactMissing):
        house.registry.set_aliases({"live": "20260101-00000000"})
    assert house.registry.aliases()["live"] == good[0].model_id


def inverted(examples, seed, share):
    """*examples* with this share of the labels turned around, as a poisoned run would have them."""
    draw = random.Random(seed)
    other = {Label.HAM: Label.SPAM, Label.SPAM: Label.HAM}
    return [
        dataclasses.replace(one, label=other[one.label]) if draw.random() < share else one
        for one in examples
    ]


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.1])
def test_twenty_models_with_inverted_labels_are_refused_twenty_times(house, good, share):
    before = house.make_live(good)
    refused = []
    for seed in range(20):
        house.keep(fitted(inverted(FEW, seed, share)))
        with pytest.raises(GateFailed) as caught:
            house.promote()
        refused.append(caught.value.reasons)
        assert house.registry.aliases()["live"] == before
    assert len(refused) == 20
    assert all(refused)


def rigged(good, **changes):
    """A real trial result with one thing made bad."""
    return dataclasses.replace(good, **changes)


def whole(tried, **changes):
    found = dataclasses.replace(
        tried.found, whole=dataclasses.replace(tried.found.whole, **changes)
    )
    return rigged(tried, found=found)


@pytest.fixture
def tried(house, good, better):
    house.make_live(good)
    house.keep(better)
    return house.trial()


def test_every_gate_lets_a_good_candidate_through(tried):
    assert judge(tried) == {gate.name: [] for gate in GATES}


@pytest.mark.parametrize(
    ("gate", "changes", "reason"),
    [
        ("hides few good comments", {"hidden_after": 40, "hidden_before": 0}, "hides 13.33%"),
        (
            "catches as much spam",
            {"caught_after": 75, "caught_before": 150},
            "catches 50.0% of spam",
        ),
        (
            "wins more than it loses",
            {"lost": 20, "won": 2, "p": 0.0001},
            "lost 20 comments and won 2",
        ),
    ],
)
def test_each_gate_refuses_what_it_should_with_a_reason(tried, gate, changes, reason):
    bad = whole(tried, **changes)
    assert reason in judge(bad)[gate][0]


def test_no_single_corpus_pays_for_the_others(tried):
    part = dataclasses.replace(tried.found.slices["corpus made"], hidden_after=30, hidden_before=0)
    bad = rigged(tried, found=dataclasses.replace(tried.found, slices={"corpus one": part}))
    assert judge(bad)["harms no corpus, script or site"] == [
        "in corpus one it hides 30 of 300 good comments, the live one 0"
    ]


def test_an_artefact_too_large_is_refused(tried):
    assert judge(rigged(tried, size=MOST_BYTES + 1))["is small"]


def test_a_model_that_hides_a_plain_thank_you_is_refused(tried):
    bad = rigged(tried, candidate=dataclasses.replace(tried.candidate, bias=60.0))
    assert "it hides 'Thank you!'" in judge(bad)["knows the plain cases"]


def test_the_artefact_is_small(good):
    assert len(good[1]) <= MOST_BYTES


def test_a_model_of_other_features_says_which_command_mends_it(house, good):
    manifest, raw = good
    model_id = house.make_live(good)
    older = dataclasses.replace(manifest, features_version=0, model_id="20260101-0ld00000")
    with pytest.raises(WrongEnvironment, match="run `chaffinch-train retrain`"):
        save(house.registry, older, raw, key=house.key)
    assert load(house.registry, "live", signing_key=house.key).model_id == model_id


def test_a_model_that_answers_its_golden_comments_otherwise_is_not_loaded(house, good):
    manifest, raw = good
    golden = [dict(manifest.golden[0], score=0.987654), *manifest.golden[1:]]
    lying = dataclasses.replace(manifest, golden=golden, model_id="20260101-1iar0000")
    with pytest.raises(ModelUnfit, match=r"scores a golden comment .*, not 0\.987654"):
        save(house.registry, lying, raw, key=house.key)


@pytest.mark.parametrize(
    ("won", "lost", "p"), [(0, 0, 1.0), (5, 5, 1.0), (10, 0, 0.00195), (1, 9, 0.0215)]
)
def test_the_sign_test_is_exact(won, lost, p):
    assert sign_test(won, lost) == pytest.approx(p, abs=1e-4)
