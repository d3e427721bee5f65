"""Write and open the files of one model. Nothing unverified is ever unpickled.

A folder `<model id>/` holds `weights.joblib` (arrays and plain dicts) and `manifest.json`. Opening
goes: manifest's signature (HMAC of this deployment, or a digest built into the program for the
shipped models) -> sha256 of the weights -> an unpickler that knows only arrays and plain values.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import io
import os
import secrets
import shutil
import tempfile
import zlib
from pathlib import Path
from typing import Any, Final

import joblib
import numpy as np
from joblib.numpy_pickle import NumpyUnpickler

from models.errors import ArtefactCorrupt, ArtefactMissing, ArtefactUntrusted
from models.manifest import Manifest, read_manifest, unsigned, write_manifest
from models.synced import sync_folder, write_synced

WEIGHTS: Final = "weights.joblib"
MANIFEST: Final = "manifest.json"
# Larger than any model of ours; a file that would fill the memory is refused unread.
MOST_BYTES: Final = 64 * 1024 * 1024
# Everything a file of ours needs; numpy moved its module in 2.0, both names are its own.
_ALLOWED: Final = frozenset(
    {
        ("joblib.numpy_pickle", "NumpyArrayWrapper"),
        ("numpy", "dtype"),
        ("numpy", "ndarray"),
        ("numpy._core.multiarray", "scalar"),
        ("numpy.core.multiarray", "scalar"),
    },
)


def _plain_dtype(*arguments: Any) -> np.dtype[Any]:  # noqa: ANN401 - as numpy pickles it
    """A dtype of numbers: an array of objects would be unpickled by rules that are not ours."""
    made: np.dtype[Any] = np.dtype(*arguments)
    if made.hasobject:
        raise ArtefactUntrusted("the weights hold an array of objects")
    return made


class _AllowedOnly(NumpyUnpickler):  # type: ignore[misc]
    """joblib's own reader, but a name outside the list ends it before anything is built."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - as pickle types it
        """The class *module*.*name* if it is one of the few that arrays need."""
        if (module, name) not in _ALLOWED:
            raise ArtefactUntrusted(f"the weights hold a forbidden type ({module}.{name})")
        if (module, name) == ("numpy", "dtype"):
            return _plain_dtype
        return super().find_class(module, name)


def write_weights(content: dict[str, Any]) -> bytes:
    """The bytes of a weights file: the same content gives the same bytes."""
    buffer = io.BytesIO()
    joblib.dump(content, buffer, compress=0, protocol=4)
    return zlib.compress(buffer.getvalue(), 9)


def read_weights(raw: bytes) -> dict[str, Any]:
    """The content of weights whose bytes were verified before.

    Raises ArtefactUntrusted for a type that is not allowed, ArtefactCorrupt for anything else.
    """
    try:
        unpacker = zlib.decompressobj()
        plain = io.BytesIO(unpacker.decompress(raw, MOST_BYTES))
        content = _AllowedOnly("", plain, ensure_native_byte_order=True).load()
    except ArtefactUntrusted:
        raise
    except Exception as error:  # noqa: BLE001 - a damaged pickle can raise anything
        raise ArtefactCorrupt(f"the weights cannot be read ({type(error).__name__})") from None
    if not isinstance(content, dict):
        raise ArtefactCorrupt("the weights are not a table")
    return content


def sign(manifest: Manifest, key: bytes) -> str:
    """The deployment's signature over *manifest*."""
    return hmac.new(key, unsigned(manifest), hashlib.sha256).hexdigest()


def digest(manifest: Manifest) -> str:
    """What a program pins of the models it ships with."""
    return hashlib.sha256(unsigned(manifest)).hexdigest()


def save(folder: Path, weights: bytes, manifest: bytes) -> None:
    """Write both files so that no crash leaves half of them: a new folder, synced, then renamed.

    Raises FileExistsError when the model is there already: artefacts never change.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists():
        raise FileExistsError(folder)
    made = folder.parent / f".{folder.name}-{secrets.token_hex(4)}"
    made.mkdir()
    try:
        for name, raw in ((WEIGHTS, weights), (MANIFEST, manifest)):
            write_synced(made / name, raw)
        sync_folder(made)
        made.rename(folder)
    except OSError:
        shutil.rmtree(made, ignore_errors=True)
        if folder.exists():
            # Another process was first, between our look and our rename.
            raise FileExistsError(folder) from None
        raise
    sync_folder(folder.parent)


def open_verified(
    folder: Path, *, pinned: frozenset[str], signing_key: bytes | None
) -> tuple[Manifest, dict[str, Any]]:
    """Manifest and weights of the model in *folder*, verified before anything is unpickled.

    Raises ArtefactMissing, ArtefactCorrupt, ArtefactUntrusted.
    """
    try:
        written = (folder / MANIFEST).read_bytes()
        manifest = read_manifest(written)
        if (folder / WEIGHTS).stat().st_size > MOST_BYTES:
            raise ArtefactCorrupt("the weights are larger than any model of ours")
        raw = (folder / WEIGHTS).read_bytes()
    except OSError:
        raise ArtefactMissing(f"there is no model {folder.name}") from None
    if write_manifest(manifest) != written:
        # The signature covers what was understood; a name nobody understands would be left out.
        raise ArtefactCorrupt(f"the manifest of model {folder.name} is not as it was written")
    is_pinned = digest(manifest) in pinned
    is_signed = bool(signing_key) and hmac.compare_digest(
        manifest.signature, sign(manifest, signing_key or b"")
    )
    if not is_pinned and not is_signed:
        raise ArtefactUntrusted(
            f"model {folder.name} is signed neither by this deployment nor shipped with it"
        )
    if not hmac.compare_digest(hashlib.sha256(raw).hexdigest(), manifest.sha256):
        raise ArtefactCorrupt(f"the weights of model {folder.name} are not what was signed")
    return manifest, read_weights(raw)


def find_signing_key(place: Path) -> bytes | None:
    """The key local models of this deployment are signed with, or None when none was made yet."""
    try:
        return place.read_bytes().strip() or None
    except OSError:
        return None


def make_signing_key(place: Path) -> bytes:
    """The signing key at *place*, made first if there is none; readable by its owner alone.

    Two processes that start at once get the same key: it appears whole or not at all.
    """
    found = find_signing_key(place)
    if found:
        return found
    place.parent.mkdir(parents=True, exist_ok=True)
    descriptor, made = tempfile.mkstemp(prefix=place.name, dir=place.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(32).encode())
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(made, place)
    finally:
        Path(made).unlink()
    found = find_signing_key(place)
    if not found:
        raise ArtefactUntrusted(f"{place} is empty; remove it and start again")
    return found
