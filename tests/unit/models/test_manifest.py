"""manifest.json: comes back as it was, knows what it does not know, never raises anything else."""

import dataclasses
import json

import pytest

from models.errors import ArtefactCorrupt
from models.manifest import read_manifest, unsigned, write_manifest
from tests.unit.models.artefacts import make_manifest


@pytest.fixture
def manifest():
    return make_manifest("m1", b"weights", 0.25, signature="signed", corpora={"b": "2", "a": "1"})


def test_a_manifest_comes_back_as_it_was(manifest):
    assert read_manifest(write_manifest(manifest)) == manifest


def test_the_same_manifest_gives_the_same_bytes(manifest):
    turned = dataclasses.replace(manifest, corpora={"a": "1", "b": "2"})
    assert write_manifest(turned) == write_manifest(manifest)


def test_a_signature_covers_everything_but_itself(manifest):
    assert unsigned(dataclasses.replace(manifest, signature="")) == unsigned(manifest)
    for field in dataclasses.fields(manifest):
        if field.name != "signature":
            changed = dataclasses.replace(manifest, **{field.name: "changed"})
            assert unsigned(changed) != unsigned(manifest), field.name


def test_a_newer_field_is_left_out(manifest):
    row = json.loads(write_manifest(manifest)) | {"invented_later": 1}
    assert read_manifest(json.dumps(row).encode()) == manifest


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[]", b"null", b"{", b"\xff", b"[" * 100_000, b'{"model_id": 1}']
)
def test_what_is_no_manifest_is_corrupt(raw):
    with pytest.raises(ArtefactCorrupt, match=r"manifest\.json"):
        read_manifest(raw)
