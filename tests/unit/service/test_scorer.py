"""The scorer: swaps without losing a request, keeps the old model, says why there is none."""

import logging
import threading

import pytest

from models import artefact
from models.registry import SHIPPED, Registry
from service.errors import ScorerUnavailable
from service.scorer import RETRY_S, Scorer
from tests.unit.models.artefacts import KEY, SEEN, make_model


@pytest.fixture
def registry(tmp_path):
    root = tmp_path / "models"
    for number in (1, 2):
        make_model(root, f"m{number}", bias=-3.0 + number)
    made = Registry(root, shipped=tmp_path / "none shipped")
    made.set_aliases({"live": "m1"})
    return made


@pytest.fixture
def ticks():
    return [0.0]


@pytest.fixture
def scorer(registry, ticks):
    made = Scorer(registry, find_key=lambda: KEY, ticks=lambda: ticks[0])
    made.refresh()
    yield made
    made.close()


def test_the_shipped_model_answers_where_nothing_was_trained(tmp_path):
    scorer = Scorer(Registry(tmp_path / "none", SHIPPED))
    assert scorer.refresh()
    assert 0 < scorer.live().score(SEEN).value < 1


def test_a_promoted_model_answers_at_the_next_look(registry, scorer):
    assert scorer.live().model_id == "m1"
    registry.set_aliases({"live": "m2"})
    assert scorer.refresh()
    assert (scorer.live().model_id, scorer.fault) == ("m2", "")
    assert not scorer.refresh()


def test_no_request_is_lost_while_models_are_promoted(registry, scorer):
    expected = {}
    for model_id in ("m2", "m1"):
        registry.set_aliases({"live": model_id})
        scorer.refresh()
        expected[model_id] = scorer.live().score(SEEN).value
    assert expected["m1"] != expected["m2"]
    stop, wrong, seen = threading.Event(), [], set()

    def ask():
        while not stop.is_set():
            score = scorer.live().score(SEEN)
            seen.add(score.model_id)
            if score.value != expected[score.model_id]:
                wrong.append(score)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        for model_id in ("m2", "m1"):
            registry.set_aliases({"live": model_id})
            assert scorer.refresh()
    stop.set()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    assert (wrong, seen) == ([], {"m1", "m2"})


def break_weights(registry, model_id):
    place = registry.local / model_id / artefact.WEIGHTS
    raw = bytearray(place.read_bytes())
    raw[len(raw) // 2] ^= 1
    place.write_bytes(bytes(raw))


def test_a_broken_model_leaves_the_old_one_and_says_why(registry, scorer, caplog):
    break_weights(registry, "m2")
    registry.set_aliases({"live": "m2"})
    assert not scorer.refresh()
    assert scorer.live().model_id == "m1"
    assert "m2" in scorer.fault
    assert [r.levelno for r in caplog.records] == [logging.ERROR]


def test_a_model_of_another_deployment_is_not_loaded(registry, scorer):
    make_model(registry.local, "foreign", bias=-9.0, key=b"x" * 32)
    registry.set_aliases({"live": "foreign"})
    scorer.refresh()
    assert scorer.live().model_id == "m1"
    assert "signed" in scorer.fault


def test_broken_aliases_leave_the_old_model(registry, scorer):
    (registry.local / "aliases.json").write_text("{ half")
    assert not scorer.refresh()
    assert scorer.live().model_id == "m1"
    assert scorer.fault


def test_a_restored_file_is_found_although_no_alias_moved(registry, scorer, ticks, caplog):
    whole = (registry.local / "m2" / artefact.WEIGHTS).read_bytes()
    break_weights(registry, "m2")
    registry.set_aliases({"live": "m2"})
    scorer.refresh()
    ticks[0] += RETRY_S
    assert not scorer.refresh()
    (registry.local / "m2" / artefact.WEIGHTS).write_bytes(whole)
    assert not scorer.refresh(), "not before its time"
    ticks[0] += RETRY_S
    assert scorer.refresh()
    assert (scorer.live().model_id, scorer.fault) == ("m2", "")
    assert len(caplog.records) == 1, "the same fault is logged once"


def test_the_first_model_trained_here_is_accepted_without_a_restart(registry):
    keys = [None]
    scorer = Scorer(registry, find_key=lambda: keys[0])
    scorer.refresh()
    with pytest.raises(ScorerUnavailable):
        scorer.live()
    keys[0] = KEY
    registry.set_aliases({"live": "m2"})
    assert scorer.refresh()
    assert scorer.live().model_id == "m2"


def test_without_any_model_the_fault_is_said(tmp_path):
    scorer = Scorer(Registry(tmp_path / "a", shipped=tmp_path / "b"))
    assert not scorer.refresh()
    with pytest.raises(ScorerUnavailable) as caught:
        scorer.live()
    assert "live" in caught.value.detail
    assert scorer.fault == caught.value.detail


def test_a_watching_scorer_notices_by_itself_and_ends(registry, scorer, monkeypatch):
    monkeypatch.setattr("service.scorer.POLL_S", 0.02)
    scorer.watch()
    registry.set_aliases({"live": "m2"})
    done = threading.Event()
    for _ in range(500):
        if scorer.live().model_id == "m2":
            break
        done.wait(0.01)
    scorer.close()
    assert scorer.live().model_id == "m2"
    assert not scorer._thread.is_alive()
