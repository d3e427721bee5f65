"""Aliases move all at once or not at all; ids never change what they name."""

import json
import threading

import pytest

from models.errors import ArtefactCorrupt, ArtefactMissing
from models.registry import ALIASES, SHIPPED, Registry, default_data_dir
from tests.unit.models.artefacts import make_model


@pytest.fixture
def registry(tmp_path):
    for model_id in ("m1", "m2"):
        make_model(tmp_path / "local", model_id)
    made = Registry(tmp_path / "local", shipped=tmp_path / "shipped")
    made.set_aliases({"live": "m1"})
    return made


def test_an_alias_names_a_folder_and_so_does_an_id(registry):
    assert registry.folder("live") == registry.folder("m1") == registry.local / "m1"


def test_a_local_alias_beats_the_shipped_one(tmp_path):
    make_model(tmp_path / "shipped", "old")
    make_model(tmp_path / "local", "new")
    (tmp_path / "shipped" / ALIASES).write_text('{"live": "old", "open": "old"}')
    registry = Registry(tmp_path / "local", shipped=tmp_path / "shipped")
    assert registry.folder("live").name == "old"
    registry.set_aliases({"live": "new"})
    assert registry.aliases() == {"live": "new", "open": "old"}


def test_aliases_move_together(registry):
    registry.set_aliases({"live": "m2", "previous": "m1"})
    assert registry.aliases() == {"live": "m2", "previous": "m1"}
    registry.set_aliases({"previous": None})
    assert registry.aliases() == {"live": "m2"}


def test_an_alias_of_nothing_moves_nothing(registry):
    with pytest.raises(ArtefactMissing, match="no model m9"):
        registry.set_aliases({"previous": "m1", "live": "m9"})
    assert registry.aliases() == {"live": "m1"}


@pytest.mark.parametrize("name", ["m9", "", "..", "../local/m1", "/etc", "m1/../m2", "."])
def test_what_is_no_model_is_missing(registry, name):
    with pytest.raises(ArtefactMissing):
        registry.folder(name)


@pytest.mark.parametrize("text", ["", "{ half", "[1]", "null", "\x00"])
def test_damaged_aliases_are_said(registry, text):
    (registry.local / ALIASES).write_text(text)
    with pytest.raises(ArtefactCorrupt, match="aliases"):
        registry.aliases()


def test_the_stamp_changes_with_every_move(registry):
    stamps = [registry.stamp()]
    for model_id in ("m2", "m1", "m2"):
        registry.set_aliases({"live": model_id})
        stamps.append(registry.stamp())
    assert len(set(stamps)) == 4
    assert registry.stamp() == stamps[-1]


def test_a_reader_never_sees_half_a_move(registry):
    stop, wrong = threading.Event(), []

    def read():
        while not stop.is_set():
            found = registry.aliases()
            if found["live"] not in {"m1", "m2"} or found.get("previous") == found["live"]:
                wrong.append(found)

    thread = threading.Thread(target=read)
    thread.start()
    for _ in range(30):
        registry.set_aliases({"live": "m2", "previous": "m1"})
        registry.set_aliases({"live": "m1", "previous": "m2"})
    stop.set()
    thread.join(10)
    assert wrong == []
    assert [p.name for p in registry.local.iterdir() if p.name.startswith(".")] == []


def test_ids_are_listed_once_in_order(registry):
    (registry.local / ".half-made").mkdir()
    (registry.local / ".half-made" / "manifest.json").write_text("{}")
    (registry.local / "empty").mkdir()
    assert registry.list_ids() == ["m1", "m2"]


def test_without_a_local_folder_nothing_can_be_kept(tmp_path):
    with pytest.raises(ArtefactMissing):
        Registry(None).set_aliases({"live": "m1"})


def test_what_is_shipped_is_pinned_and_named():
    registry = Registry(None)
    aliases = json.loads((SHIPPED / ALIASES).read_text())
    assert set(aliases.values()) <= set(registry.list_ids())
    assert "live" in aliases
    assert registry.pinned()


def test_the_data_folder_does_not_depend_on_where_one_stands(tmp_path, monkeypatch):
    before = default_data_dir({})
    monkeypatch.chdir(tmp_path)
    assert default_data_dir({}) == before
