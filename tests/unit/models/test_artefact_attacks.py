"""Nothing unverified is ever unpickled: flips, cuts, forbidden types, other people's files."""

import dataclasses
import hashlib
import io
import os
import pickle
import random
import zlib

import joblib
import numpy as np
import pytest

from models.artefact import (
    MANIFEST,
    WEIGHTS,
    find_signing_key,
    make_signing_key,
    open_verified,
    read_weights,
    save,
    sign,
    write_weights,
)
from models.errors import ArtefactCorrupt, ArtefactMissing, ArtefactUntrusted, ModelError
from models.manifest import Manifest, read_manifest, write_manifest

KEY = b"k" * 64
CONTENT = {
    "columns": np.arange(500, dtype=np.int32),
    "values": np.linspace(-1, 1, 500, dtype=np.float32),
    "bias": -1.5,
}


def manifest_of(raw):
    made = Manifest(
        model_id="20261124-00000000",
        made_at="2026-11-24",
        parent="",
        recipe={},
        corpora={},
        labels=1,
        versions={},
        cutoffs={},
        scripts={},
        numbers={},
        golden=[],
        sha256=hashlib.sha256(raw).hexdigest(),
    )
    return dataclasses.replace(made, signature=sign(made, KEY))


@pytest.fixture
def folder(tmp_path):
    raw = write_weights(CONTENT)
    place = tmp_path / "20261124-00000000"
    save(place, raw, write_manifest(manifest_of(raw)))
    return place


def opened(folder, key=KEY):
    return open_verified(folder, pinned=frozenset(), signing_key=key)


def test_what_was_saved_is_opened(folder):
    manifest, content = opened(folder)
    assert manifest.labels == 1
    assert content["bias"] == -1.5
    assert np.array_equal(content["values"], CONTENT["values"])


def test_the_same_content_gives_the_same_bytes():
    assert write_weights(CONTENT) == write_weights(dict(CONTENT))


def test_artefacts_never_change(folder):
    with pytest.raises(FileExistsError):
        save(folder, b"", b"")


def test_a_thousand_flipped_bits_are_refused_a_thousand_times(folder):
    draw = random.Random(1)
    files = {name: (folder / name).read_bytes() for name in (WEIGHTS, MANIFEST)}
    for number in range(1000):
        name = WEIGHTS if number % 2 else MANIFEST
        raw = bytearray(files[name])
        raw[draw.randrange(len(raw))] ^= 1 << draw.randrange(8)
        (folder / name).write_bytes(raw)
        with pytest.raises(ModelError):
            opened(folder)
        (folder / name).write_bytes(files[name])
    opened(folder)


@pytest.mark.parametrize("name", [WEIGHTS, MANIFEST])
def test_a_cut_file_is_refused_wherever_it_was_cut(folder, name):
    raw = (folder / name).read_bytes()
    for step in range(64):
        (folder / name).write_bytes(raw[: len(raw) * step // 64])
        with pytest.raises(ModelError):
            opened(folder)


def test_another_deployments_model_is_not_opened(folder):
    with pytest.raises(ArtefactUntrusted, match="signed neither by this deployment"):
        opened(folder, b"another key")
    with pytest.raises(ArtefactUntrusted):
        opened(folder, None)


def test_weights_swapped_with_another_models_are_refused(folder):
    (folder / WEIGHTS).write_bytes(write_weights(CONTENT | {"bias": 9.0}))
    with pytest.raises(ArtefactCorrupt, match="are not what was signed"):
        opened(folder)


def test_a_model_that_is_not_there_is_missing(tmp_path):
    with pytest.raises(ArtefactMissing):
        opened(tmp_path / "none")


class Bomb:
    """What an attacker would put in: runs a command as soon as it is read."""

    def __init__(self, call, *arguments):
        self.call, self.arguments = call, arguments

    def __reduce__(self):
        return self.call, self.arguments


def packed(content, protocol=4):
    return zlib.compress(pickle.dumps(content, protocol))


def attacks(canary):
    touch = f"touch {canary}"
    return [
        packed(Bomb(os.system, touch)),
        packed({"columns": Bomb(os.system, touch)}),
        packed([Bomb(eval, f"open({str(canary)!r}, 'w')")]),
        packed(Bomb(exec, f"open({str(canary)!r}, 'w')"), protocol=0),
        packed({"bias": Bomb(open, str(canary), "w")}, protocol=2),
        packed(np.array([Bomb(os.system, touch)], dtype=object)),
        packed({"a": os.path.join}),
        packed({"a": dataclasses.replace}),
        packed(Bomb(np.load, str(canary))),
        packed({"a": Bomb}),
        packed(Bomb(os.getenv, "HOME")),
        zlib.compress(_joblib(np.array([{"a": 1}], dtype=object))),
        zlib.compress(b"\x80\x04cposix\nsystem\n(S'" + touch.encode() + b"'\ntR."),
    ]


def _joblib(content):
    buffer = io.BytesIO()
    joblib.dump(content, buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("number", range(13))
def test_a_malicious_file_builds_nothing_even_when_its_signature_holds(folder, tmp_path, number):
    canary = tmp_path / "canary"
    raw = attacks(canary)[number]
    (folder / WEIGHTS).write_bytes(raw)
    (folder / MANIFEST).write_bytes(write_manifest(manifest_of(raw)))
    with pytest.raises((ArtefactUntrusted, ArtefactCorrupt)):
        opened(folder)
    assert not canary.exists()


def test_a_bomb_of_zeros_is_not_unpacked():
    with pytest.raises(ArtefactCorrupt):
        read_weights(zlib.compress(bytes(80 * 1024 * 1024)))


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b"null", b'{"model_id": 1}', b"\xff", b"[" * 9999]
)
def test_a_manifest_that_is_none_is_corrupt(raw):
    with pytest.raises(ArtefactCorrupt):
        read_manifest(raw)


def test_a_full_disk_leaves_no_half_a_model(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        save(tmp_path / "models" / "one", b"weights", b"manifest")
    assert list((tmp_path / "models").iterdir()) == []


def test_the_signing_key_is_made_once_and_for_its_owner_alone(tmp_path):
    place = tmp_path / "data" / "model.key"
    assert find_signing_key(place) is None
    made = make_signing_key(place)
    assert make_signing_key(place) == made == find_signing_key(place)
    assert place.stat().st_mode & 0o777 == 0o600
