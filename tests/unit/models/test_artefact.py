"""Nothing unverified is opened: flipped bits, cut files, foreign signatures, forbidden types."""

import io
import os
import pickle
import random
import zlib

import joblib
import numpy as np
import pytest

from models import artefact
from models.errors import ArtefactCorrupt, ArtefactMissing, ArtefactUntrusted, ModelError
from models.manifest import read_manifest, write_manifest
from tests.unit.models.artefacts import KEY, make_model


def opened(folder, *, key=KEY, pinned=frozenset()):
    return artefact.open_verified(folder, pinned=pinned, signing_key=key)


@pytest.fixture
def folder(tmp_path):
    return make_model(tmp_path, "m1")


def test_what_was_saved_is_opened(folder):
    manifest, content = opened(folder)
    assert manifest.model_id == "m1"
    assert content["bias"] == -2.0


def test_the_same_content_gives_the_same_bytes():
    content = {"columns": np.arange(9), "values": np.ones(9, dtype=np.float32), "bias": 0.5}
    assert artefact.write_weights(content) == artefact.write_weights(dict(content))


def test_a_flipped_bit_anywhere_is_noticed(folder):
    draw = random.Random(1)
    survived = []
    for name in (artefact.WEIGHTS, artefact.MANIFEST):
        whole = (folder / name).read_bytes()
        for _ in range(300):
            raw = bytearray(whole)
            place, bit = draw.randrange(len(raw)), draw.randrange(8)
            raw[place] ^= 1 << bit
            (folder / name).write_bytes(bytes(raw))
            try:
                manifest, _ = opened(folder)
            except ModelError:
                continue
            if write_manifest(manifest) != write_manifest(read_manifest(whole)):
                survived.append((name, place, bit))
        (folder / name).write_bytes(whole)
    assert survived == []


@pytest.mark.parametrize("name", [artefact.WEIGHTS, artefact.MANIFEST])
def test_a_file_cut_anywhere_is_refused(folder, name):
    whole = (folder / name).read_bytes()
    for end in {0, 1, *range(2, len(whole) - 2, max(1, len(whole) // 40))}:
        (folder / name).write_bytes(whole[:end])
        with pytest.raises((ArtefactCorrupt, ArtefactUntrusted)):
            opened(folder)


@pytest.mark.parametrize("name", [artefact.WEIGHTS, artefact.MANIFEST])
def test_a_missing_file_is_said(folder, name):
    (folder / name).unlink()
    with pytest.raises(ArtefactMissing, match="m1"):
        opened(folder)


@pytest.mark.parametrize("key", [None, b"", b"another key"])
def test_a_model_of_another_deployment_is_refused(folder, key):
    with pytest.raises(ArtefactUntrusted, match="signed neither"):
        opened(folder, key=key)


def test_weights_of_another_model_are_refused_although_both_are_signed(tmp_path, folder):
    other = make_model(tmp_path, "m2", bias=5.0)
    (folder / artefact.WEIGHTS).write_bytes((other / artefact.WEIGHTS).read_bytes())
    with pytest.raises(ArtefactCorrupt, match="not what was signed"):
        opened(folder)


def test_a_pinned_model_needs_no_key(folder):
    manifest = read_manifest((folder / artefact.MANIFEST).read_bytes())
    found, _ = opened(folder, key=None, pinned=frozenset({artefact.digest(manifest)}))
    assert found == manifest


class Bomb:
    """Makes a file when it is unpickled."""

    def __init__(self, place):
        self.place = place

    def __reduce__(self):
        return os.mkdir, (str(self.place),)


def bombs(place):
    array = np.array([Bomb(place)], dtype=object)
    buffer = io.BytesIO()
    joblib.dump({"values": array}, buffer)
    return {
        "an object": pickle.dumps({"values": Bomb(place)}),
        "an array of objects": buffer.getvalue(),
        "a builtin": b"cbuiltins\neval\n(S'1'\ntR.",
        "a system call": b"cposix\nsystem\n(S'true'\ntR.",
        "a numpy function": b"cnumpy\nfromfile\n(S'x'\ntR.",
        "a class of ours": b"cmodels.comment\nComment\n)R.",
    }


@pytest.mark.parametrize("name", sorted(bombs("x")))
def test_a_forbidden_type_is_refused_and_never_built(tmp_path, name):
    place = tmp_path / "built"
    with pytest.raises(ArtefactUntrusted, match=r"forbidden type|objects"):
        artefact.read_weights(zlib.compress(bombs(place)[name]))
    assert not place.exists()


@pytest.mark.parametrize(
    "raw",
    [b"", b"no zlib", zlib.compress(b""), zlib.compress(b"junk"), zlib.compress(b"\x80\x04N.")],
)
def test_what_is_no_table_is_corrupt(raw):
    with pytest.raises(ArtefactCorrupt):
        artefact.read_weights(raw)


def test_a_bomb_of_zeros_does_not_fill_the_memory():
    raw = zlib.compress(b"\0" * (200 * 1024 * 1024), 9)
    with pytest.raises(ArtefactCorrupt):
        artefact.read_weights(raw)


def test_an_artefact_is_never_written_over(tmp_path, folder):
    before = (folder / artefact.WEIGHTS).read_bytes()
    with pytest.raises(FileExistsError):
        artefact.save(folder, b"other", b"other")
    assert (folder / artefact.WEIGHTS).read_bytes() == before


def test_a_save_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    def fail(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        artefact.save(tmp_path / "models" / "m1", b"w", b"m")
    assert list((tmp_path / "models").iterdir()) == []


def test_the_signing_key_is_made_once_for_its_owner_alone(tmp_path):
    place = tmp_path / "var" / "model.key"
    assert artefact.find_signing_key(place) is None
    made = artefact.make_signing_key(place)
    assert artefact.make_signing_key(place) == made == artefact.find_signing_key(place)
    assert place.stat().st_mode & 0o777 == 0o600


def test_two_that_make_the_signing_key_at_once_get_the_same_one(tmp_path, monkeypatch):
    place = tmp_path / "model.key"
    link = os.link
    first = []

    def a_moment_earlier(source, target):
        monkeypatch.setattr(os, "link", link)
        first.append(artefact.make_signing_key(place))
        link(source, target)

    monkeypatch.setattr(os, "link", a_moment_earlier)
    assert artefact.make_signing_key(place) == first[0]
    assert [one.name for one in tmp_path.iterdir()] == ["model.key"]


def test_an_empty_signing_key_signs_nothing(tmp_path):
    (tmp_path / "model.key").touch()
    with pytest.raises(ArtefactUntrusted, match="remove it"):
        artefact.make_signing_key(tmp_path / "model.key")
